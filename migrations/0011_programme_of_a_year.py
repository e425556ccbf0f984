from peewee import *


def up(migrator, db):
    class Audit(Model):
        class Meta:
            database = db
            table_name = "audit"

    class Catalogue(Model):
        class Meta:
            database = db
            table_name = "catalogue"

    class Subject(Model):
        class Meta:
            database = db
            table_name = "subject"

    class Programme(Model):
        action = CharField(index=True, max_length=32)
        fiscal_year = IntegerField(unique=True)
        created_at = DateTimeField()

        class Meta:
            database = db
            table_name = "programme"

    class ProgrammeState(Model):
        action = CharField(index=True, max_length=32)
        valid_from = DateField()
        recorded_at = DateTimeField()
        recorded_by = IntegerField(null=True)
        replaces = ForeignKeyField("self", null=True, unique=True)
        corrects = BooleanField(default=False)
        programme = ForeignKeyField(Programme)
        state = CharField(max_length=20)
        gaps = IntegerField(default=0)
        comment = TextField(default="")
        text_salt = CharField(null=True, max_length=32)

        class Meta:
            database = db
            table_name = "programme_state"

    class ProgrammeTerms(Model):
        action = CharField(index=True, max_length=32)
        valid_from = DateField()
        recorded_at = DateTimeField()
        recorded_by = IntegerField(null=True)
        replaces = ForeignKeyField("self", null=True, unique=True)
        corrects = BooleanField(default=False)
        programme = ForeignKeyField(Programme)
        unit_level = CharField(default="department", max_length=20)
        audit_lead_days = IntegerField(default=30)
        inspection_lead_days = IntegerField(default=7)

        class Meta:
            database = db
            table_name = "programme_terms"

    class ProgrammeRule(Model):
        action = CharField(index=True, max_length=32)
        valid_from = DateField()
        recorded_at = DateTimeField()
        recorded_by = IntegerField(null=True)
        replaces = ForeignKeyField("self", null=True, unique=True)
        corrects = BooleanField(default=False)
        programme = ForeignKeyField(Programme)
        place = IntegerField()
        kind = CharField(max_length=20)
        subject_kinds = TextField()
        subjects = TextField()
        categories = TextField()
        cycle = CharField(max_length=20)
        times = IntegerField(default=1)
        months = TextField()
        due_days = IntegerField(default=14)
        auditors = IntegerField(default=1)
        active = BooleanField(default=True)

        class Meta:
            database = db
            table_name = "programme_rule"

    class ProgrammeEntry(Model):
        action = CharField(index=True, max_length=32)
        programme = ForeignKeyField(Programme)
        key = CharField(max_length=80)
        subject = ForeignKeyField(Subject)
        catalogue = ForeignKeyField(Catalogue)
        kind = CharField(max_length=20)
        rule = IntegerField(null=True)
        rule_on = DateField()
        created_at = DateTimeField()

        class Meta:
            database = db
            table_name = "programme_entry"
            indexes = ((("programme", "key"), True),)

    class ProgrammeEntryDetail(Model):
        action = CharField(index=True, max_length=32)
        valid_from = DateField()
        recorded_at = DateTimeField()
        recorded_by = IntegerField(null=True)
        replaces = ForeignKeyField("self", null=True, unique=True)
        corrects = BooleanField(default=False)
        entry = ForeignKeyField(ProgrammeEntry)
        starts_on = DateField()
        due_on = DateField()
        codes = TextField()
        people = TextField()
        state = CharField(default="planned", max_length=20)
        by_hand = BooleanField(default=False)
        reason = TextField(default="")
        text_salt = CharField(null=True, max_length=32)

        class Meta:
            database = db
            table_name = "programme_entry_detail"

    class ProgrammeOpening(Model):
        action = CharField(index=True, max_length=32)
        entry = ForeignKeyField(ProgrammeEntry, unique=True)
        audit = ForeignKeyField(Audit, unique=True)
        opened_at = DateTimeField()

        class Meta:
            database = db
            table_name = "programme_opening"

    class CellNotNeeded(Model):
        action = CharField(index=True, max_length=32)
        valid_from = DateField()
        recorded_at = DateTimeField()
        recorded_by = IntegerField(null=True)
        replaces = ForeignKeyField("self", null=True, unique=True)
        corrects = BooleanField(default=False)
        programme = ForeignKeyField(Programme)
        subject = ForeignKeyField(Subject)
        category = CharField(max_length=80)
        needed = BooleanField(default=False)
        reason = TextField(default="")
        text_salt = CharField(null=True, max_length=32)

        class Meta:
            database = db
            table_name = "cell_not_needed"

    db.create_tables(
        [
            Programme, ProgrammeState, ProgrammeTerms, ProgrammeRule, ProgrammeEntry, ProgrammeEntryDetail,
            ProgrammeOpening, CellNotNeeded,
        ]
    )  # fmt: skip


def down(migrator, db):
    for table in (
        "cell_not_needed", "programme_opening", "programme_entry_detail", "programme_entry", "programme_rule",
        "programme_terms", "programme_state", "programme",
    ):  # fmt: skip
        migrator.migrate(migrator.drop_table(table))
