from peewee import *


def up(migrator, db):
    class Audit(Model):
        class Meta:
            database = db
            table_name = "audit"

    class Finding(Model):
        class Meta:
            database = db
            table_name = "finding"

    class Person(Model):
        class Meta:
            database = db
            table_name = "person"

    class HistoryImport(Model):
        action = CharField(index=True, max_length=32)
        file_hash = CharField(max_length=64)
        audits = IntegerField()
        results = IntegerField()
        findings = IntegerField()
        imported_by = IntegerField(null=True)
        imported_at = DateTimeField()

        class Meta:
            database = db
            table_name = "history_import"

    db.create_tables([HistoryImport])

    class HistoryUpload(Model):
        person = ForeignKeyField(Person)
        name = CharField(max_length=200)
        file_hash = CharField(max_length=64)
        content = BlobField()
        uploaded_at = DateTimeField()
        done = BooleanField()

        class Meta:
            database = db
            table_name = "history_upload"

    db.create_tables([HistoryUpload])

    class ImportedAudit(Model):
        action = CharField(index=True, max_length=32)
        audit = ForeignKeyField(Audit, unique=True)
        history = ForeignKeyField(HistoryImport)
        former_number = CharField(unique=True, max_length=60)
        auditors = CharField(max_length=300, default="")
        summary = TextField(default="")
        text_salt = CharField(null=True, max_length=32)

        class Meta:
            database = db
            table_name = "imported_audit"

    db.create_tables([ImportedAudit])

    class ImportedFinding(Model):
        action = CharField(index=True, max_length=32)
        finding = ForeignKeyField(Finding, unique=True)
        history = ForeignKeyField(HistoryImport)
        former_number = CharField(unique=True, max_length=60)
        audit = ForeignKeyField(Audit, null=True)

        class Meta:
            database = db
            table_name = "imported_finding"

    db.create_tables([ImportedFinding])


def down(migrator, db):
    migrator.migrate(migrator.drop_table("imported_finding"))
    migrator.migrate(migrator.drop_table("imported_audit"))
    migrator.migrate(migrator.drop_table("history_upload"))
    migrator.migrate(migrator.drop_table("history_import"))
