from peewee import *


def up(migrator, db):
    migrator.migrate(migrator.add_column("job_run", "caught_up", IntegerField(default=0)))
    migrator.migrate(migrator.add_column("job_run", "missed_since", DateField(null=True)))


def down(migrator, db):
    migrator.migrate(migrator.drop_column("job_run", "missed_since"))
    migrator.migrate(migrator.drop_column("job_run", "caught_up"))
