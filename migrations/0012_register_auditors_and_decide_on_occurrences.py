from peewee import *


def up(migrator, db):
    class AuditSeries(Model):
        class Meta:
            database = db
            table_name = "audit_series"

    class Person(Model):
        class Meta:
            database = db
            table_name = "person"

    class AuditorQualification(Model):
        action = CharField(index=True, max_length=32)
        valid_from = DateField()
        recorded_at = DateTimeField()
        recorded_by = IntegerField(null=True)
        replaces = ForeignKeyField("self", unique=True, null=True)
        corrects = BooleanField(default=False)
        person = ForeignKeyField(Person)
        since = DateField()
        until = DateField(null=True)
        held = BooleanField(default=True)
        grounds = TextField(default="")
        text_salt = CharField(null=True, max_length=32)

        class Meta:
            database = db
            table_name = "auditor_qualification"

    db.create_tables([AuditorQualification])

    class SeriesOccurrence(Model):
        action = CharField(index=True, max_length=32)
        valid_from = DateField()
        recorded_at = DateTimeField()
        recorded_by = IntegerField(null=True)
        replaces = ForeignKeyField("self", unique=True, null=True)
        corrects = BooleanField(default=False)
        series_of = ForeignKeyField(AuditSeries)
        occurrence = CharField(max_length=20)
        skipped = BooleanField(default=False)
        starts_on = DateField(null=True)
        due_on = DateField(null=True)
        reason = TextField(default="")
        text_salt = CharField(null=True, max_length=32)

        class Meta:
            database = db
            table_name = "series_occurrence"

    db.create_tables([SeriesOccurrence])

    migrator.migrate(migrator.add_column("audit_series_detail", "after_months", IntegerField(null=True)))
    migrator.migrate(
        migrator.add_column("audit_series_detail", "direction", CharField(max_length=10, default="later"))
    )


def down(migrator, db):
    migrator.migrate(migrator.drop_column("audit_series_detail", "direction"))
    migrator.migrate(migrator.drop_column("audit_series_detail", "after_months"))
    migrator.migrate(migrator.drop_table("series_occurrence"))
    migrator.migrate(migrator.drop_table("auditor_qualification"))
