from peewee import *


def up(migrator, db):
    migrator.migrate(migrator.drop_index("finding", "finding_item_id"))
    migrator.migrate(migrator.add_index("finding", ("item_id",)))


def down(migrator, db):
    migrator.migrate(migrator.drop_index("finding", "finding_item_id"))
    migrator.migrate(migrator.add_index("finding", ("item_id",), unique=True))
