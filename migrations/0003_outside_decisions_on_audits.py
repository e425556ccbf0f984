from peewee import *


def up(migrator, db):
    class AuditState(Model):
        class Meta:
            database = db
            table_name = "audit_state"

    class OutsideDecision(Model):
        action = CharField(index=True, max_length=32)
        state_of = ForeignKeyField(AuditState, unique=True)
        name = CharField(max_length=120)
        organisation = CharField(max_length=120, default="")
        decided_on = DateField()
        paper = CharField(max_length=200)
        text_salt = CharField(null=True, max_length=32)

        class Meta:
            database = db
            table_name = "outside_decision"

    db.create_tables([OutsideDecision])


def down(migrator, db):
    migrator.migrate(migrator.drop_table("outside_decision"))
