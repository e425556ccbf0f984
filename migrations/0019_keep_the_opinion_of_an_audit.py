from peewee import *


def up(migrator, db):
    class Audit(Model):
        class Meta:
            database = db
            table_name = "audit"

    class AuditConclusion(Model):
        action = CharField(index=True, max_length=32)
        valid_from = DateField()
        recorded_at = DateTimeField()
        recorded_by = IntegerField(null=True)
        replaces = ForeignKeyField("self", null=True, unique=True)
        corrects = BooleanField()
        audit = ForeignKeyField(Audit)
        method = TextField()
        spoken_to = TextField()
        opinion = TextField()
        good_practice = TextField()
        text_salt = CharField(max_length=32, null=True)

        class Meta:
            database = db
            table_name = "audit_conclusion"

    db.create_tables([AuditConclusion])


def down(migrator, db):
    migrator.migrate(migrator.drop_table("audit_conclusion"))
