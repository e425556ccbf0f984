from peewee import *


def up(migrator, db):
    class Audit(Model):
        class Meta:
            database = db
            table_name = "audit"

    class AuditItem(Model):
        class Meta:
            database = db
            table_name = "audit_item"

    class Person(Model):
        class Meta:
            database = db
            table_name = "person"

    class IssuedPaper(Model):
        action = CharField(index=True, max_length=32)
        audit = ForeignKeyField(Audit)
        token = CharField(unique=True, max_length=16)
        language = CharField(max_length=2)
        state = CharField(max_length=20)
        last_result = IntegerField()
        items = IntegerField()
        issued_to = ForeignKeyField(Person)
        issued_at = DateTimeField()
        expires_at = DateTimeField()

        class Meta:
            database = db
            table_name = "issued_paper"

    db.create_tables([IssuedPaper])

    class AppliedPaper(Model):
        action = CharField(index=True, max_length=32)
        paper = ForeignKeyField(IssuedPaper)
        file_hash = CharField(max_length=64)
        changed = IntegerField()
        kept = IntegerField()
        applied_by = IntegerField(null=True)
        applied_at = DateTimeField()

        class Meta:
            database = db
            table_name = "applied_paper"

    db.create_tables([AppliedPaper])

    class PaperTaken(Model):
        paper = ForeignKeyField(IssuedPaper)
        item = ForeignKeyField(AuditItem)
        digest = CharField(max_length=64)

        class Meta:
            database = db
            table_name = "paper_taken"
            indexes = ((("paper", "item", "digest"), True),)

    db.create_tables([PaperTaken])

    class PaperUpload(Model):
        paper = ForeignKeyField(IssuedPaper)
        person = ForeignKeyField(Person)
        file_hash = CharField(max_length=64)
        filename = CharField(max_length=200)
        content = TextField()
        uploaded_at = DateTimeField()
        expires_at = DateTimeField(index=True)
        applied = ForeignKeyField(AppliedPaper, null=True)

        class Meta:
            database = db
            table_name = "paper_upload"

    db.create_tables([PaperUpload])


def down(migrator, db):
    migrator.migrate(migrator.drop_table("paper_upload"))
    migrator.migrate(migrator.drop_table("paper_taken"))
    migrator.migrate(migrator.drop_table("applied_paper"))
    migrator.migrate(migrator.drop_table("issued_paper"))
