from peewee import *


def up(migrator, db):
    class Person(Model):
        class Meta:
            database = db
            table_name = "person"

    class CalendarFeed(Model):
        person = ForeignKeyField(Person, index=True)
        token_hash = CharField(max_length=64, unique=True)
        made_at = DateTimeField()
        expires_at = DateTimeField()
        ended_at = DateTimeField(null=True)
        fetched_at = DateTimeField(null=True)
        counted_from = DateTimeField(null=True)
        fetches = IntegerField(default=0)
        content_hash = CharField(max_length=64, default="")
        changed_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "calendar_feed"

    db.create_tables([CalendarFeed])


def down(migrator, db):
    migrator.migrate(migrator.drop_table("calendar_feed"))
