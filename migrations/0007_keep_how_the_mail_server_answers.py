from peewee import *


def up(migrator, db):
    class MailServer(Model):
        address = CharField(unique=True, max_length=300)
        last_success_at = DateTimeField(null=True)
        last_failure_at = DateTimeField(null=True)
        failing_since = DateTimeField(null=True)
        failures = IntegerField(default=0)
        paused_until = DateTimeField(null=True)
        cause = CharField(max_length=20, default="")
        answer = TextField(default="")

        class Meta:
            database = db
            table_name = "mail_server"

    db.create_tables([MailServer])

    migrator.migrate(migrator.add_column("mail", "cause", CharField(max_length=20, default="")))


def down(migrator, db):
    migrator.migrate(migrator.drop_column("mail", "cause"))
    migrator.migrate(migrator.drop_table("mail_server"))
