from peewee import *


def up(migrator, db):
    class YearReport(Model):
        action = CharField(index=True, max_length=32)
        fiscal_year = IntegerField(unique=True)
        created_at = DateTimeField()

        class Meta:
            database = db
            table_name = "year_report"

    class YearOpinion(Model):
        action = CharField(index=True, max_length=32)
        valid_from = DateField()
        recorded_at = DateTimeField()
        recorded_by = IntegerField(null=True)
        replaces = ForeignKeyField("self", null=True, unique=True)
        corrects = BooleanField()
        report = ForeignKeyField(YearReport)
        opinion = TextField()
        requests = TextField()
        text_salt = CharField(max_length=32, null=True)

        class Meta:
            database = db
            table_name = "year_opinion"

    class YearReportState(Model):
        action = CharField(index=True, max_length=32)
        valid_from = DateField()
        recorded_at = DateTimeField()
        recorded_by = IntegerField(null=True)
        replaces = ForeignKeyField("self", null=True, unique=True)
        corrects = BooleanField()
        report = ForeignKeyField(YearReport)
        state = CharField(max_length=20)
        figures_of = DateField(null=True)
        comment = TextField()
        text_salt = CharField(max_length=32, null=True)

        class Meta:
            database = db
            table_name = "year_report_state"

    db.create_tables([YearReport, YearOpinion, YearReportState])


def down(migrator, db):
    migrator.migrate(
        migrator.drop_table("year_report_state"),
        migrator.drop_table("year_opinion"),
        migrator.drop_table("year_report"),
    )
