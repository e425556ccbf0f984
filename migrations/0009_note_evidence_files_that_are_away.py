from peewee import *


def up(migrator, db):
    migrator.migrate(migrator.add_column("stored_file", "missing_since", DateTimeField(null=True)))


def down(migrator, db):
    migrator.migrate(migrator.drop_column("stored_file", "missing_since"))
