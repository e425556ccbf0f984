from peewee import *


def up(migrator, db):
    class Erasure(Model):
        action = CharField(index=True, max_length=32)
        kind = CharField(max_length=10)
        reason = TextField()
        text_salt = CharField(null=True, max_length=32)
        decided_by = IntegerField(null=True)
        decided_at = DateTimeField()

        class Meta:
            database = db
            table_name = "erasure"

    db.create_tables([Erasure])

    migrator.migrate(migrator.add_column("action_detail", "text_salt", CharField(null=True, max_length=32)))
    migrator.migrate(migrator.add_column("evidence", "text_salt", CharField(null=True, max_length=32)))
    migrator.migrate(migrator.add_column("action_state", "text_salt", CharField(null=True, max_length=32)))
    migrator.migrate(migrator.add_column("applicability", "text_salt", CharField(null=True, max_length=32)))
    migrator.migrate(migrator.add_column("assignment_due", "text_salt", CharField(null=True, max_length=32)))
    migrator.migrate(migrator.add_column("audit_assignee", "text_salt", CharField(null=True, max_length=32)))
    migrator.migrate(migrator.add_column("audit_plan", "text_salt", CharField(null=True, max_length=32)))
    migrator.migrate(migrator.add_column("audit_state", "text_salt", CharField(null=True, max_length=32)))
    migrator.migrate(migrator.add_column("cause", "text_salt", CharField(null=True, max_length=32)))
    migrator.migrate(migrator.add_column("correction", "text_salt", CharField(null=True, max_length=32)))
    migrator.migrate(migrator.add_column("due_request", "text_salt", CharField(null=True, max_length=32)))
    migrator.migrate(migrator.add_column("due_decision", "text_salt", CharField(null=True, max_length=32)))
    migrator.migrate(
        migrator.add_column("effectiveness_result", "text_salt", CharField(null=True, max_length=32))
    )
    migrator.migrate(migrator.add_column("exemption", "text_salt", CharField(null=True, max_length=32)))
    migrator.migrate(migrator.add_column("finding_comment", "text_salt", CharField(null=True, max_length=32)))
    migrator.migrate(migrator.add_column("finding_detail", "text_salt", CharField(null=True, max_length=32)))
    migrator.migrate(migrator.add_column("finding_state", "text_salt", CharField(null=True, max_length=32)))
    migrator.migrate(
        migrator.add_column("independence_settlement", "text_salt", CharField(null=True, max_length=32))
    )
    migrator.migrate(migrator.add_column("item_result", "text_salt", CharField(null=True, max_length=32)))
    migrator.migrate(migrator.add_column("verification", "text_salt", CharField(null=True, max_length=32)))
    migrator.migrate(migrator.add_column("worry", "text_salt", CharField(null=True, max_length=32)))
    migrator.migrate(migrator.add_column("worry_state", "text_salt", CharField(null=True, max_length=32)))


def down(migrator, db):
    migrator.migrate(migrator.drop_column("worry_state", "text_salt"))
    migrator.migrate(migrator.drop_column("worry", "text_salt"))
    migrator.migrate(migrator.drop_column("verification", "text_salt"))
    migrator.migrate(migrator.drop_column("item_result", "text_salt"))
    migrator.migrate(migrator.drop_column("independence_settlement", "text_salt"))
    migrator.migrate(migrator.drop_column("finding_state", "text_salt"))
    migrator.migrate(migrator.drop_column("finding_detail", "text_salt"))
    migrator.migrate(migrator.drop_column("finding_comment", "text_salt"))
    migrator.migrate(migrator.drop_column("exemption", "text_salt"))
    migrator.migrate(migrator.drop_column("effectiveness_result", "text_salt"))
    migrator.migrate(migrator.drop_column("due_decision", "text_salt"))
    migrator.migrate(migrator.drop_column("due_request", "text_salt"))
    migrator.migrate(migrator.drop_column("correction", "text_salt"))
    migrator.migrate(migrator.drop_column("cause", "text_salt"))
    migrator.migrate(migrator.drop_column("audit_state", "text_salt"))
    migrator.migrate(migrator.drop_column("audit_plan", "text_salt"))
    migrator.migrate(migrator.drop_column("audit_assignee", "text_salt"))
    migrator.migrate(migrator.drop_column("assignment_due", "text_salt"))
    migrator.migrate(migrator.drop_column("applicability", "text_salt"))
    migrator.migrate(migrator.drop_column("action_state", "text_salt"))
    migrator.migrate(migrator.drop_column("evidence", "text_salt"))
    migrator.migrate(migrator.drop_column("action_detail", "text_salt"))
    migrator.migrate(migrator.drop_table("erasure"))
