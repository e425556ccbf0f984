from peewee import *


def up(migrator, db):
    class Applicability(Model):
        class Meta:
            database = db
            table_name = "applicability"

    class Audit(Model):
        class Meta:
            database = db
            table_name = "audit"

    class Control(Model):
        class Meta:
            database = db
            table_name = "control"

    class AuditLeftOut(Model):
        action = CharField(index=True, max_length=32)
        audit = ForeignKeyField(Audit)
        control = ForeignKeyField(Control)
        said = ForeignKeyField(Applicability)

        class Meta:
            database = db
            table_name = "audit_left_out"
            indexes = ((("audit", "control"), True),)

    db.create_tables([AuditLeftOut])


def down(migrator, db):
    migrator.migrate(migrator.drop_table("audit_left_out"))
