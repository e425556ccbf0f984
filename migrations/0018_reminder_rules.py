from peewee import *


def up(migrator, db):
    class ReminderRule(Model):
        action = CharField(index=True, max_length=32)
        valid_from = DateField()
        recorded_at = DateTimeField()
        recorded_by = IntegerField(null=True)
        replaces = ForeignKeyField("self", null=True, unique=True)
        corrects = BooleanField(default=False)
        kind = CharField(index=True, max_length=60)
        active = BooleanField(default=True)
        steps = TextField(null=True)
        to_person = BooleanField(default=True)
        head_after = IntegerField(null=True)
        administrator_after = IntegerField(null=True)
        head_of_audit_after = IntegerField(null=True)
        repeat_days = IntegerField(null=True)
        most = IntegerField()

        class Meta:
            database = db
            table_name = "reminder_rule"

    db.create_tables([ReminderRule])


def down(migrator, db):
    migrator.migrate(migrator.drop_table("reminder_rule"))
