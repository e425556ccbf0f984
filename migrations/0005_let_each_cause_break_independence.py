from peewee import *


def up(migrator, db):
    migrator.migrate(
        migrator.drop_index("independence_exception", "independenceexception_audit_id_person_id")
    )
    migrator.migrate(
        migrator.add_column("independence_exception", "cause", CharField(null=True, max_length=32))
    )
    migrator.migrate(
        migrator.add_index("independence_exception", ("audit_id", "person_id", "cause"), unique=True)
    )


def down(migrator, db):
    migrator.migrate(
        migrator.drop_index("independence_exception", "independence_exception_audit_id_person_id_cause")
    )
    migrator.migrate(migrator.drop_column("independence_exception", "cause"))
    migrator.migrate(
        migrator.add_index(
            "independence_exception",
            ("audit_id", "person_id"),
            unique=True,
            name="independenceexception_audit_id_person_id",
        )
    )
