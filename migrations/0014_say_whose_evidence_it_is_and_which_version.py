from peewee import *


def up(migrator, db):
    migrator.migrate(migrator.add_column("evidence", "source", CharField(default="", max_length=200)))
    migrator.migrate(migrator.add_column("evidence", "version", IntegerField(default=1)))


def down(migrator, db):
    migrator.migrate(migrator.drop_column("evidence", "version"))
    migrator.migrate(migrator.drop_column("evidence", "source"))
