from peewee import *


def up(migrator, db):
    class Audit(Model):
        class Meta:
            database = db
            table_name = "audit"

    class AuditState(Model):
        class Meta:
            database = db
            table_name = "audit_state"

    class ItemResult(Model):
        class Meta:
            database = db
            table_name = "item_result"

    class Person(Model):
        class Meta:
            database = db
            table_name = "person"

    class AuditNotice(Model):
        action = CharField(index=True, max_length=32)
        valid_from = DateField()
        recorded_at = DateTimeField()
        recorded_by = IntegerField(null=True)
        replaces = ForeignKeyField("self", unique=True, null=True)
        corrects = BooleanField(default=False)
        audit = ForeignKeyField(Audit)
        addressee = ForeignKeyField(Person)
        language = CharField(max_length=2)
        visit_on = DateField()
        visit_time = CharField(max_length=100, default="")
        place = CharField(max_length=200, default="")
        scope = TextField()
        method = TextField()
        papers = TextField()
        remark = TextField(default="")
        text_salt = CharField(null=True, max_length=32)

        class Meta:
            database = db
            table_name = "audit_notice"

    db.create_tables([AuditNotice])

    class FactsAnswer(Model):
        action = CharField(index=True, max_length=32)
        valid_from = DateField()
        recorded_at = DateTimeField()
        recorded_by = IntegerField(null=True)
        replaces = ForeignKeyField("self", unique=True, null=True)
        corrects = BooleanField(default=False)
        audit = ForeignKeyField(Audit)
        result = ForeignKeyField(ItemResult)
        accepted = BooleanField()
        comment = TextField(default="")
        text_salt = CharField(null=True, max_length=32)

        class Meta:
            database = db
            table_name = "facts_answer"

    db.create_tables([FactsAnswer])

    class FactsRequest(Model):
        action = CharField(index=True, max_length=32)
        valid_from = DateField()
        recorded_at = DateTimeField()
        recorded_by = IntegerField(null=True)
        replaces = ForeignKeyField("self", unique=True, null=True)
        corrects = BooleanField(default=False)
        audit = ForeignKeyField(Audit)
        results = TextField()
        comment = TextField(default="")
        text_salt = CharField(null=True, max_length=32)

        class Meta:
            database = db
            table_name = "facts_request"

    db.create_tables([FactsRequest])

    class FactsSkipped(Model):
        action = CharField(index=True, max_length=32)
        state_of = ForeignKeyField(AuditState, unique=True)
        reason = TextField()
        text_salt = CharField(null=True, max_length=32)

        class Meta:
            database = db
            table_name = "facts_skipped"

    db.create_tables([FactsSkipped])

    class NoticeAnswer(Model):
        action = CharField(index=True, max_length=32)
        valid_from = DateField()
        recorded_at = DateTimeField()
        recorded_by = IntegerField(null=True)
        replaces = ForeignKeyField("self", unique=True, null=True)
        corrects = BooleanField(default=False)
        notice = ForeignKeyField(AuditNotice)
        answer = CharField(max_length=20)
        wished_on = DateField(null=True)
        comment = TextField(default="")
        text_salt = CharField(null=True, max_length=32)

        class Meta:
            database = db
            table_name = "notice_answer"

    db.create_tables([NoticeAnswer])


def down(migrator, db):
    migrator.migrate(migrator.drop_table("notice_answer"))
    migrator.migrate(migrator.drop_table("facts_skipped"))
    migrator.migrate(migrator.drop_table("facts_request"))
    migrator.migrate(migrator.drop_table("facts_answer"))
    migrator.migrate(migrator.drop_table("audit_notice"))
