from peewee import *


def up(migrator, db):
    class Department(Model):
        action = CharField(index=True, max_length=32)
        code = CharField(unique=True, max_length=40)

        class Meta:
            database = db
            table_name = "department"

    db.create_tables([Department])

    class Subject(Model):
        action = CharField(index=True, max_length=32)
        kind = CharField(index=True, max_length=20)
        code = CharField(unique=True, max_length=60)
        department = ForeignKeyField(Department, unique=True, null=True)

        class Meta:
            database = db
            table_name = "subject"

    db.create_tables([Subject])

    class Catalogue(Model):
        action = CharField(index=True, max_length=32)
        key = CharField(unique=True, max_length=80)

        class Meta:
            database = db
            table_name = "catalogue"

    db.create_tables([Catalogue])

    class CatalogueVersion(Model):
        action = CharField(index=True, max_length=32)
        catalogue = ForeignKeyField(Catalogue)
        version = CharField(max_length=40)
        kind = CharField(max_length=20, default="controls")
        title_ja = CharField(max_length=200)
        title_en = CharField(max_length=200)
        publisher = CharField(max_length=200, default="")
        licence = CharField(max_length=200, default="")
        effective_from = DateField(null=True)
        content_hash = CharField(max_length=64)
        details = TextField(default=dict)
        imported_at = DateTimeField()

        class Meta:
            database = db
            table_name = "catalogue_version"
            indexes = ((("catalogue", "version"), True),)

    db.create_tables([CatalogueVersion])

    class AuditSeries(Model):
        action = CharField(index=True, max_length=32)
        subject = ForeignKeyField(Subject)
        catalogue = ForeignKeyField(Catalogue)
        kind = CharField(max_length=20)
        created_at = DateTimeField()

        class Meta:
            database = db
            table_name = "audit_series"

    db.create_tables([AuditSeries])

    class Audit(Model):
        action = CharField(index=True, max_length=32)
        number = CharField(unique=True, max_length=20)
        kind = CharField(max_length=20)
        subject = ForeignKeyField(Subject)
        version = ForeignKeyField(CatalogueVersion)
        fiscal_year = IntegerField(index=True)
        period_from = DateField()
        period_to = DateField()
        series_of = ForeignKeyField(AuditSeries, null=True)
        occurrence = CharField(null=True, max_length=10)
        created_at = DateTimeField()
        current_state = CharField(index=True, max_length=20, default="planned")

        class Meta:
            database = db
            table_name = "audit"
            indexes = ((("series_of", "occurrence"), True),)

    db.create_tables([Audit])

    class Category(Model):
        action = CharField(index=True, max_length=32)
        version = ForeignKeyField(CatalogueVersion)
        key = CharField(max_length=80)
        prefix = CharField(max_length=20, default="")
        title_ja = CharField(max_length=200)
        title_en = CharField(max_length=200)
        position = IntegerField()

        class Meta:
            database = db
            table_name = "category"
            indexes = ((("version", "key"), True),)

    db.create_tables([Category])

    class Control(Model):
        action = CharField(index=True, max_length=32)
        version = ForeignKeyField(CatalogueVersion)
        category = ForeignKeyField(Category)
        code = CharField(max_length=60)
        target = CharField(index=True, max_length=20)
        basis = CharField(max_length=20)
        frequency = CharField(max_length=20)
        title_ja = CharField(max_length=300)
        title_en = CharField(max_length=300)
        question_ja = TextField()
        question_en = TextField()
        guidance_ja = TextField(default="")
        guidance_en = TextField(default="")
        details = TextField()
        search_key = TextField(default="")
        position = IntegerField()

        class Meta:
            database = db
            table_name = "control"
            indexes = ((("version", "code"), True),)

    db.create_tables([Control])

    class AuditItem(Model):
        action = CharField(index=True, max_length=32)
        audit = ForeignKeyField(Audit)
        control = ForeignKeyField(Control)
        position = IntegerField()
        current_result = CharField(max_length=20, default="not_checked")

        class Meta:
            database = db
            table_name = "audit_item"
            indexes = ((("audit", "control"), True),)

    db.create_tables([AuditItem])

    class Person(Model):
        action = CharField(index=True, max_length=32)
        employee_number = CharField(unique=True, max_length=40)

        class Meta:
            database = db
            table_name = "person"

    db.create_tables([Person])

    class Finding(Model):
        action = CharField(index=True, max_length=32)
        number = CharField(unique=True, max_length=20)
        fiscal_year = IntegerField(index=True)
        source = CharField(max_length=20)
        item = ForeignKeyField(AuditItem, unique=True, null=True)
        control = ForeignKeyField(Control, null=True)
        subject = ForeignKeyField(Subject)
        found_on = DateField()
        found_by = ForeignKeyField(Person, null=True)
        recorded_at = DateTimeField()
        once = CharField(unique=True, null=True, max_length=40)
        current_state = CharField(index=True, max_length=20, default="recorded")

        class Meta:
            database = db
            table_name = "finding"

    db.create_tables([Finding])

    class CorrectiveAction(Model):
        action = CharField(index=True, max_length=32)
        finding = ForeignKeyField(Finding)
        number = IntegerField()
        created_at = DateTimeField()

        class Meta:
            database = db
            table_name = "corrective_action"
            indexes = ((("finding", "number"), True),)

    db.create_tables([CorrectiveAction])

    class ActionDetail(Model):
        action = CharField(index=True, max_length=32)
        valid_from = DateField()
        recorded_at = DateTimeField()
        recorded_by = IntegerField(null=True)
        replaces = ForeignKeyField("self", unique=True, null=True)
        corrects = BooleanField(default=False)
        corrective_action = ForeignKeyField(CorrectiveAction)
        text = TextField()
        owner = ForeignKeyField(Person)
        due_on = DateField(index=True)
        withdrawn = BooleanField(default=False)
        reason = TextField(default="")

        class Meta:
            database = db
            table_name = "action_detail"

    db.create_tables([ActionDetail])

    class StoredFile(Model):
        action = CharField(index=True, max_length=32)
        sha256 = CharField(unique=True, max_length=64)
        size = BigIntegerField()
        media_type = CharField(max_length=100)
        stored_at = DateTimeField()
        erased_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "stored_file"

    db.create_tables([StoredFile])

    class Evidence(Model):
        action = CharField(index=True, max_length=32)
        file = ForeignKeyField(StoredFile, null=True)
        url = CharField(max_length=2000, default="")
        name = CharField()
        about_on = DateField()
        expires_on = DateField(null=True)
        note = TextField(default="")
        given_by = ForeignKeyField(Person, null=True)
        given_at = DateTimeField()
        replaces = ForeignKeyField("self", unique=True, null=True)

        class Meta:
            database = db
            table_name = "evidence"

    db.create_tables([Evidence])

    class ActionEvidence(Model):
        action = CharField(index=True, max_length=32)
        valid_from = DateField()
        recorded_at = DateTimeField()
        recorded_by = IntegerField(null=True)
        replaces = ForeignKeyField("self", unique=True, null=True)
        corrects = BooleanField(default=False)
        corrective_action = ForeignKeyField(CorrectiveAction)
        evidence = ForeignKeyField(Evidence)
        held = BooleanField()

        class Meta:
            database = db
            table_name = "action_evidence"

    db.create_tables([ActionEvidence])

    class ActionState(Model):
        action = CharField(index=True, max_length=32)
        valid_from = DateField()
        recorded_at = DateTimeField()
        recorded_by = IntegerField(null=True)
        replaces = ForeignKeyField("self", unique=True, null=True)
        corrects = BooleanField(default=False)
        corrective_action = ForeignKeyField(CorrectiveAction)
        state = CharField(max_length=20)
        comment = TextField(default="")

        class Meta:
            database = db
            table_name = "action_state"

    db.create_tables([ActionState])

    class ActivityEvent(Model):
        seq = IntegerField(unique=True)
        at = DateTimeField(index=True)
        type = CharField(index=True)
        actor_id = IntegerField(index=True, null=True)
        system = CharField(default="")
        data = TextField()
        action = CharField(index=True, max_length=32)
        rows = TextField()
        prev = CharField(max_length=64)
        hash = CharField(max_length=64)

        class Meta:
            database = db
            table_name = "activity_event"

    db.create_tables([ActivityEvent])

    class ActivityRows(Model):
        seq = IntegerField(index=True)
        table = CharField()
        leaves = BlobField()

        class Meta:
            database = db
            table_name = "activity_rows"

    db.create_tables([ActivityRows])

    class Applicability(Model):
        action = CharField(index=True, max_length=32)
        valid_from = DateField()
        recorded_at = DateTimeField()
        recorded_by = IntegerField(null=True)
        replaces = ForeignKeyField("self", unique=True, null=True)
        corrects = BooleanField(default=False)
        catalogue = ForeignKeyField(Catalogue)
        code = CharField(max_length=60)
        subject = ForeignKeyField(Subject)
        applies = BooleanField()
        reason = TextField(default="")

        class Meta:
            database = db
            table_name = "applicability"

    db.create_tables([Applicability])

    class Course(Model):
        action = CharField(index=True, max_length=32)
        key = CharField(unique=True, max_length=80)

        class Meta:
            database = db
            table_name = "course"

    db.create_tables([Course])

    class TrainingRule(Model):
        action = CharField(index=True, max_length=32)
        course = ForeignKeyField(Course)
        created_at = DateTimeField()

        class Meta:
            database = db
            table_name = "training_rule"

    db.create_tables([TrainingRule])

    class CourseVersion(Model):
        action = CharField(index=True, max_length=32)
        course = ForeignKeyField(Course)
        number = IntegerField()
        version_label = CharField(max_length=40, default="")
        title_ja = CharField(max_length=200)
        title_en = CharField(max_length=200)
        minutes = IntegerField()
        content_ja = TextField()
        content_en = TextField()
        hash_ja = CharField(max_length=64)
        hash_en = CharField(max_length=64)
        attestation_ja = TextField()
        attestation_en = TextField()
        pass_percent = IntegerField()
        questions_asked = IntegerField()
        max_attempts = IntegerField(null=True)
        created_at = DateTimeField()

        class Meta:
            database = db
            table_name = "course_version"
            indexes = ((("course", "number"), True),)

    db.create_tables([CourseVersion])

    class TrainingRound(Model):
        action = CharField(index=True, max_length=32)
        rule = ForeignKeyField(TrainingRule)
        version = ForeignKeyField(CourseVersion)
        period = CharField(max_length=20)
        fiscal_year = IntegerField(index=True)
        opens_on = DateField()
        due_on = DateField()
        opened_at = DateTimeField()

        class Meta:
            database = db
            table_name = "training_round"
            indexes = ((("rule", "period"), True),)

    db.create_tables([TrainingRound])

    class Assignment(Model):
        action = CharField(index=True, max_length=32)
        round = ForeignKeyField(TrainingRound)
        person = ForeignKeyField(Person)
        assigned_at = DateTimeField()
        due_on = DateField(index=True)
        completed_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "assignment"
            indexes = ((("round", "person"), True),)

    db.create_tables([Assignment])

    class AssignmentDue(Model):
        action = CharField(index=True, max_length=32)
        valid_from = DateField()
        recorded_at = DateTimeField()
        recorded_by = IntegerField(null=True)
        replaces = ForeignKeyField("self", unique=True, null=True)
        corrects = BooleanField(default=False)
        assignment = ForeignKeyField(Assignment)
        due_on = DateField()
        reason = TextField(default="")

        class Meta:
            database = db
            table_name = "assignment_due"

    db.create_tables([AssignmentDue])

    class QuizAttempt(Model):
        action = CharField(index=True, max_length=32)
        assignment = ForeignKeyField(Assignment)
        version = ForeignKeyField(CourseVersion)
        number = IntegerField()
        language = CharField(max_length=2)
        drawn = TextField()
        started_at = DateTimeField()

        class Meta:
            database = db
            table_name = "quiz_attempt"
            indexes = ((("assignment", "number"), True),)

    db.create_tables([QuizAttempt])

    class Attestation(Model):
        action = CharField(index=True, max_length=32)
        assignment = ForeignKeyField(Assignment)
        person = ForeignKeyField(Person)
        version = ForeignKeyField(CourseVersion)
        attempt = ForeignKeyField(QuizAttempt, unique=True)
        language = CharField(max_length=2)
        wording = TextField()
        wording_hash = CharField(max_length=64)
        content_hash = CharField(max_length=64)
        attested_at = DateTimeField()
        receipt = CharField(unique=True, max_length=20)

        class Meta:
            database = db
            table_name = "attestation"

    db.create_tables([Attestation])

    class AuditAssignee(Model):
        action = CharField(index=True, max_length=32)
        valid_from = DateField()
        recorded_at = DateTimeField()
        recorded_by = IntegerField(null=True)
        replaces = ForeignKeyField("self", unique=True, null=True)
        corrects = BooleanField(default=False)
        audit = ForeignKeyField(Audit)
        person = ForeignKeyField(Person)
        lead = BooleanField(default=False)
        held = BooleanField()
        override_reason = TextField(default="")
        overridden_by = IntegerField(null=True)

        class Meta:
            database = db
            table_name = "audit_assignee"

    db.create_tables([AuditAssignee])

    class AuditDraft(Model):
        person = ForeignKeyField(Person)
        values = TextField()
        saved_at = DateTimeField()

        class Meta:
            database = db
            table_name = "audit_draft"

    db.create_tables([AuditDraft])

    class AuditPlan(Model):
        action = CharField(index=True, max_length=32)
        valid_from = DateField()
        recorded_at = DateTimeField()
        recorded_by = IntegerField(null=True)
        replaces = ForeignKeyField("self", unique=True, null=True)
        corrects = BooleanField(default=False)
        audit = ForeignKeyField(Audit)
        starts_on = DateField()
        due_on = DateField(index=True)
        reason = TextField(default="")

        class Meta:
            database = db
            table_name = "audit_plan"

    db.create_tables([AuditPlan])

    class AuditSeriesDetail(Model):
        action = CharField(index=True, max_length=32)
        valid_from = DateField()
        recorded_at = DateTimeField()
        recorded_by = IntegerField(null=True)
        replaces = ForeignKeyField("self", unique=True, null=True)
        corrects = BooleanField(default=False)
        series_of = ForeignKeyField(AuditSeries)
        recurrence = CharField(max_length=200)
        first_on = DateField()
        period_months = IntegerField(default=12)
        lead_days = IntegerField(default=30)
        due_days = IntegerField(default=14)
        codes = TextField()
        auditors = TextField()
        active = BooleanField(default=True)

        class Meta:
            database = db
            table_name = "audit_series_detail"

    db.create_tables([AuditSeriesDetail])

    class AuditState(Model):
        action = CharField(index=True, max_length=32)
        valid_from = DateField()
        recorded_at = DateTimeField()
        recorded_by = IntegerField(null=True)
        replaces = ForeignKeyField("self", unique=True, null=True)
        corrects = BooleanField(default=False)
        audit = ForeignKeyField(Audit)
        state = CharField(max_length=20)
        comment = TextField(default="")

        class Meta:
            database = db
            table_name = "audit_state"

    db.create_tables([AuditState])

    class CatalogueInUse(Model):
        action = CharField(index=True, max_length=32)
        valid_from = DateField()
        recorded_at = DateTimeField()
        recorded_by = IntegerField(null=True)
        replaces = ForeignKeyField("self", unique=True, null=True)
        corrects = BooleanField(default=False)
        catalogue = ForeignKeyField(Catalogue)
        version = ForeignKeyField(CatalogueVersion, null=True)

        class Meta:
            database = db
            table_name = "catalogue_in_use"

    db.create_tables([CatalogueInUse])

    class CatalogueUpload(Model):
        person = ForeignKeyField(Person)
        name = CharField(max_length=200)
        text = TextField()
        uploaded_at = DateTimeField()

        class Meta:
            database = db
            table_name = "catalogue_upload"

    db.create_tables([CatalogueUpload])

    class Cause(Model):
        action = CharField(index=True, max_length=32)
        valid_from = DateField()
        recorded_at = DateTimeField()
        recorded_by = IntegerField(null=True)
        replaces = ForeignKeyField("self", unique=True, null=True)
        corrects = BooleanField(default=False)
        finding = ForeignKeyField(Finding)
        text = TextField()

        class Meta:
            database = db
            table_name = "cause"

    db.create_tables([Cause])

    class ClosedDay(Model):
        action = CharField(index=True, max_length=32)
        valid_from = DateField()
        recorded_at = DateTimeField()
        recorded_by = IntegerField(null=True)
        replaces = ForeignKeyField("self", unique=True, null=True)
        corrects = BooleanField(default=False)
        day = DateField(index=True)
        closed = BooleanField(default=True)
        name = CharField(max_length=100, default="")

        class Meta:
            database = db
            table_name = "company_closed_day"

    db.create_tables([ClosedDay])

    class ContentShown(Model):
        action = CharField(index=True, max_length=32)
        assignment = ForeignKeyField(Assignment)
        version = ForeignKeyField(CourseVersion)
        language = CharField(max_length=2)
        content_hash = CharField(max_length=64)
        shown_at = DateTimeField()
        part = CharField(max_length=10, default="content")

        class Meta:
            database = db
            table_name = "content_shown"
            indexes = ((("assignment", "part", "language", "content_hash"), False),)

    db.create_tables([ContentShown])

    class ControlOwner(Model):
        action = CharField(index=True, max_length=32)
        valid_from = DateField()
        recorded_at = DateTimeField()
        recorded_by = IntegerField(null=True)
        replaces = ForeignKeyField("self", unique=True, null=True)
        corrects = BooleanField(default=False)
        catalogue = ForeignKeyField(Catalogue)
        code = CharField(max_length=60)
        department = ForeignKeyField(Department, null=True)
        person = ForeignKeyField(Person, null=True)

        class Meta:
            database = db
            table_name = "control_owner"

    db.create_tables([ControlOwner])

    class Correction(Model):
        action = CharField(index=True, max_length=32)
        valid_from = DateField()
        recorded_at = DateTimeField()
        recorded_by = IntegerField(null=True)
        replaces = ForeignKeyField("self", unique=True, null=True)
        corrects = BooleanField(default=False)
        finding = ForeignKeyField(Finding)
        text = TextField()
        done_on = DateField(null=True)

        class Meta:
            database = db
            table_name = "correction"

    db.create_tables([Correction])

    class CourseState(Model):
        action = CharField(index=True, max_length=32)
        valid_from = DateField()
        recorded_at = DateTimeField()
        recorded_by = IntegerField(null=True)
        replaces = ForeignKeyField("self", unique=True, null=True)
        corrects = BooleanField(default=False)
        course = ForeignKeyField(Course)
        state = CharField(max_length=10)
        version = ForeignKeyField(CourseVersion, null=True)

        class Meta:
            database = db
            table_name = "course_state"

    db.create_tables([CourseState])

    class Credential(Model):
        person = ForeignKeyField(Person, unique=True)
        password_hash = CharField(max_length=200)
        must_change = BooleanField(default=False)
        expires_at = DateTimeField(null=True)
        changed_at = DateTimeField()

        class Meta:
            database = db
            table_name = "credential"

    db.create_tables([Credential])

    class DepartmentDetail(Model):
        action = CharField(index=True, max_length=32)
        valid_from = DateField()
        recorded_at = DateTimeField()
        recorded_by = IntegerField(null=True)
        replaces = ForeignKeyField("self", unique=True, null=True)
        corrects = BooleanField(default=False)
        department = ForeignKeyField(Department)
        name = CharField(max_length=120)
        name_en = CharField(max_length=120, default="")
        kind = CharField(max_length=40, default="")
        level = CharField(max_length=20, default="department")
        parent = ForeignKeyField(Department, null=True)
        site = CharField(max_length=120, default="")
        active = BooleanField(default=True)

        class Meta:
            database = db
            table_name = "department_detail"

    db.create_tables([DepartmentDetail])

    class DepartmentHead(Model):
        action = CharField(index=True, max_length=32)
        valid_from = DateField()
        recorded_at = DateTimeField()
        recorded_by = IntegerField(null=True)
        replaces = ForeignKeyField("self", unique=True, null=True)
        corrects = BooleanField(default=False)
        department = ForeignKeyField(Department)
        person = ForeignKeyField(Person, null=True)

        class Meta:
            database = db
            table_name = "department_head"

    db.create_tables([DepartmentHead])

    class Deputy(Model):
        action = CharField(index=True, max_length=32)
        valid_from = DateField()
        recorded_at = DateTimeField()
        recorded_by = IntegerField(null=True)
        replaces = ForeignKeyField("self", unique=True, null=True)
        corrects = BooleanField(default=False)
        principal = ForeignKeyField(Person)
        deputy = ForeignKeyField(Person)
        role = CharField(max_length=30)
        starts_on = DateField()
        ends_on = DateField()
        held = BooleanField(default=True)
        number = IntegerField(default=1)

        class Meta:
            database = db
            table_name = "deputy"

    db.create_tables([Deputy])

    class DueRequest(Model):
        action = CharField(index=True, max_length=32)
        finding = ForeignKeyField(Finding)
        due_on = DateField()
        reason = TextField()
        asked_by = ForeignKeyField(Person)
        asked_at = DateTimeField()

        class Meta:
            database = db
            table_name = "due_request"

    db.create_tables([DueRequest])

    class DueDecision(Model):
        action = CharField(index=True, max_length=32)
        request = ForeignKeyField(DueRequest, unique=True)
        granted = BooleanField()
        comment = TextField(default="")
        decided_by = ForeignKeyField(Person)
        decided_at = DateTimeField()

        class Meta:
            database = db
            table_name = "due_decision"

    db.create_tables([DueDecision])

    class EffectivenessCheck(Model):
        action = CharField(index=True, max_length=32)
        finding = ForeignKeyField(Finding)
        number = IntegerField()
        due_on = DateField(index=True)
        created_at = DateTimeField()

        class Meta:
            database = db
            table_name = "effectiveness_check"
            indexes = ((("finding", "number"), True),)

    db.create_tables([EffectivenessCheck])

    class EffectivenessResult(Model):
        action = CharField(index=True, max_length=32)
        check_of = ForeignKeyField(EffectivenessCheck, unique=True)
        checked_by = ForeignKeyField(Person)
        effective = BooleanField()
        comment = TextField()
        outside = CharField(max_length=120, default="")
        checked_at = DateTimeField()

        class Meta:
            database = db
            table_name = "effectiveness_result"

    db.create_tables([EffectivenessResult])

    class Employment(Model):
        action = CharField(index=True, max_length=32)
        valid_from = DateField()
        recorded_at = DateTimeField()
        recorded_by = IntegerField(null=True)
        replaces = ForeignKeyField("self", unique=True, null=True)
        corrects = BooleanField(default=False)
        person = ForeignKeyField(Person)
        kind = CharField(max_length=20)
        status = CharField(max_length=10)

        class Meta:
            database = db
            table_name = "employment"

    db.create_tables([Employment])

    class Exemption(Model):
        action = CharField(index=True, max_length=32)
        valid_from = DateField()
        recorded_at = DateTimeField()
        recorded_by = IntegerField(null=True)
        replaces = ForeignKeyField("self", unique=True, null=True)
        corrects = BooleanField(default=False)
        assignment = ForeignKeyField(Assignment)
        exempt = BooleanField()
        reason = TextField()

        class Meta:
            database = db
            table_name = "exemption"

    db.create_tables([Exemption])

    class FindingComment(Model):
        action = CharField(index=True, max_length=32)
        finding = ForeignKeyField(Finding)
        author = ForeignKeyField(Person)
        text = TextField()
        written_at = DateTimeField()

        class Meta:
            database = db
            table_name = "finding_comment"

    db.create_tables([FindingComment])

    class FindingDetail(Model):
        action = CharField(index=True, max_length=32)
        valid_from = DateField()
        recorded_at = DateTimeField()
        recorded_by = IntegerField(null=True)
        replaces = ForeignKeyField("self", unique=True, null=True)
        corrects = BooleanField(default=False)
        finding = ForeignKeyField(Finding)
        title = CharField(max_length=200)
        facts = TextField()
        grade = CharField(max_length=20)
        department = ForeignKeyField(Department)
        due_on = DateField(index=True)
        reason = TextField(default="")

        class Meta:
            database = db
            table_name = "finding_detail"

    db.create_tables([FindingDetail])

    class FindingState(Model):
        action = CharField(index=True, max_length=32)
        valid_from = DateField()
        recorded_at = DateTimeField()
        recorded_by = IntegerField(null=True)
        replaces = ForeignKeyField("self", unique=True, null=True)
        corrects = BooleanField(default=False)
        finding = ForeignKeyField(Finding)
        state = CharField(max_length=20)
        comment = TextField(default="")

        class Meta:
            database = db
            table_name = "finding_state"

    db.create_tables([FindingState])

    class IndependenceException(Model):
        action = CharField(index=True, max_length=32)
        audit = ForeignKeyField(Audit)
        person = ForeignKeyField(Person)
        reason = TextField()
        found_at = DateTimeField()

        class Meta:
            database = db
            table_name = "independence_exception"
            indexes = ((("audit", "person"), True),)

    db.create_tables([IndependenceException])

    class IndependenceSettlement(Model):
        action = CharField(index=True, max_length=32)
        valid_from = DateField()
        recorded_at = DateTimeField()
        recorded_by = IntegerField(null=True)
        replaces = ForeignKeyField("self", unique=True, null=True)
        corrects = BooleanField(default=False)
        exception = ForeignKeyField(IndependenceException)
        outcome = CharField(max_length=20)
        reason = TextField(default="")

        class Meta:
            database = db
            table_name = "independence_settlement"

    db.create_tables([IndependenceSettlement])

    class ItemDraft(Model):
        item = ForeignKeyField(AuditItem)
        person = ForeignKeyField(Person)
        note = TextField(default="")
        based_on = IntegerField(null=True)
        saved_at = DateTimeField()

        class Meta:
            database = db
            table_name = "item_draft"
            indexes = ((("item", "person"), True),)

    db.create_tables([ItemDraft])

    class ItemEvidence(Model):
        action = CharField(index=True, max_length=32)
        valid_from = DateField()
        recorded_at = DateTimeField()
        recorded_by = IntegerField(null=True)
        replaces = ForeignKeyField("self", unique=True, null=True)
        corrects = BooleanField(default=False)
        item = ForeignKeyField(AuditItem)
        evidence = ForeignKeyField(Evidence)
        held = BooleanField()

        class Meta:
            database = db
            table_name = "item_evidence"

    db.create_tables([ItemEvidence])

    class ItemResult(Model):
        action = CharField(index=True, max_length=32)
        valid_from = DateField()
        recorded_at = DateTimeField()
        recorded_by = IntegerField(null=True)
        replaces = ForeignKeyField("self", unique=True, null=True)
        corrects = BooleanField(default=False)
        item = ForeignKeyField(AuditItem)
        result = CharField(max_length=20)
        note = TextField(default="")
        reason = TextField(default="")

        class Meta:
            database = db
            table_name = "item_result"

    db.create_tables([ItemResult])

    class JobRun(Model):
        job = CharField(index=True, max_length=40)
        started_at = DateTimeField(index=True)
        finished_at = DateTimeField(null=True)
        outcome = CharField(max_length=10, default="running")
        changed = IntegerField(default=0)
        failed_rows = IntegerField(default=0)
        detail = TextField(default="")

        class Meta:
            database = db
            table_name = "job_run"

    db.create_tables([JobRun])

    class Mail(Model):
        person = ForeignKeyField(Person)
        day = DateField()
        number = IntegerField(default=1)
        message_id = CharField(unique=True, max_length=120)
        state = CharField(index=True, max_length=10, default="waiting")
        attempts = IntegerField(default=0)
        next_attempt_at = DateTimeField(index=True)
        claimed_until = DateTimeField(null=True)
        last_error = TextField(default="")
        sent_at = DateTimeField(null=True)
        dropped_because = CharField(max_length=60, default="")

        class Meta:
            database = db
            table_name = "mail"
            indexes = ((("person", "day", "number"), True),)

    db.create_tables([Mail])

    class Measure(Model):
        action = CharField(index=True, max_length=32)
        version = ForeignKeyField(CatalogueVersion)
        key = CharField(max_length=40)
        parent = ForeignKeyField("self", null=True)
        strength = CharField(max_length=20)
        title_ja = CharField(max_length=300)
        title_en = CharField(max_length=300)
        text_ja = TextField(default="")
        text_en = TextField(default="")
        details = TextField()
        position = IntegerField()

        class Meta:
            database = db
            table_name = "measure"
            indexes = ((("version", "key"), True),)

    db.create_tables([Measure])

    class Membership(Model):
        action = CharField(index=True, max_length=32)
        valid_from = DateField()
        recorded_at = DateTimeField()
        recorded_by = IntegerField(null=True)
        replaces = ForeignKeyField("self", unique=True, null=True)
        corrects = BooleanField(default=False)
        person = ForeignKeyField(Person)
        department = ForeignKeyField(Department)
        held = BooleanField()
        main = BooleanField(default=True)
        post = CharField(max_length=80, default="")

        class Meta:
            database = db
            table_name = "membership"

    db.create_tables([Membership])

    class Notice(Model):
        person = ForeignKeyField(Person)
        kind = CharField(max_length=60)
        params = TextField()
        path = CharField(max_length=300)
        key = CharField(unique=True, max_length=200)
        immediate = BooleanField(default=False)
        created_at = DateTimeField()
        mail = ForeignKeyField(Mail, null=True)

        class Meta:
            database = db
            table_name = "notice"

    db.create_tables([Notice])

    class PasswordToken(Model):
        person = ForeignKeyField(Person)
        nonce = CharField(unique=True, max_length=64)
        created_at = DateTimeField()
        expires_at = DateTimeField()
        used_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "password_token"

    db.create_tables([PasswordToken])

    class PersonDetail(Model):
        action = CharField(index=True, max_length=32)
        salt = CharField(null=True, max_length=32)
        value_hash = CharField(max_length=64)
        erased_at = DateTimeField(null=True)
        valid_from = DateField()
        recorded_at = DateTimeField()
        recorded_by = IntegerField(null=True)
        replaces = ForeignKeyField("self", unique=True, null=True)
        corrects = BooleanField(default=False)
        person = ForeignKeyField(Person)
        family_name = CharField(null=True, max_length=80)
        given_name = CharField(null=True, max_length=80)
        family_kana = CharField(null=True, max_length=80)
        given_kana = CharField(null=True, max_length=80)
        romanised = CharField(null=True, max_length=160)
        email = CharField(null=True, max_length=254)
        search_key = CharField(null=True, max_length=500)
        sort_key = CharField(null=True, max_length=200)
        language = CharField(max_length=2, default="ja")

        class Meta:
            database = db
            table_name = "person_detail"

    db.create_tables([PersonDetail])

    class Policy(Model):
        action = CharField(index=True, max_length=32)
        published_on = DateField(index=True)
        title_ja = CharField(max_length=200)
        title_en = CharField(max_length=200)
        recorded_at = DateTimeField()

        class Meta:
            database = db
            table_name = "policy"

    db.create_tables([Policy])

    class Preference(Model):
        person = ForeignKeyField(Person, unique=True)
        language = CharField(max_length=2, default="")
        theme = CharField(max_length=5, default="")

        class Meta:
            database = db
            table_name = "preference"

    db.create_tables([Preference])

    class Promise(Model):
        action = CharField(index=True, max_length=32)
        policy = ForeignKeyField(Policy)
        number = CharField(max_length=20)
        heading_ja = CharField(max_length=200, default="")
        heading_en = CharField(max_length=200, default="")
        text_ja = TextField()
        text_en = TextField()
        position = IntegerField()

        class Meta:
            database = db
            table_name = "promise"
            indexes = ((("policy", "number"), True),)

    db.create_tables([Promise])

    class PromiseControl(Model):
        action = CharField(index=True, max_length=32)
        valid_from = DateField()
        recorded_at = DateTimeField()
        recorded_by = IntegerField(null=True)
        replaces = ForeignKeyField("self", unique=True, null=True)
        corrects = BooleanField(default=False)
        promise = ForeignKeyField(Promise)
        code = CharField(index=True, max_length=60)
        held = BooleanField()

        class Meta:
            database = db
            table_name = "promise_control"

    db.create_tables([PromiseControl])

    class Question(Model):
        action = CharField(index=True, max_length=32)
        version = ForeignKeyField(CourseVersion)
        key = CharField(max_length=60)
        topic = CharField(max_length=20)
        kind = CharField(max_length=10)
        text_ja = TextField()
        text_en = TextField()
        choices = TextField()
        explanation_ja = TextField(default="")
        explanation_en = TextField(default="")

        class Meta:
            database = db
            table_name = "question"
            indexes = ((("version", "key"), True),)

    db.create_tables([Question])

    class QuizDraft(Model):
        attempt = ForeignKeyField(QuizAttempt, unique=True)
        answers = TextField()
        saved_at = DateTimeField()

        class Meta:
            database = db
            table_name = "training_quiz_draft"

    db.create_tables([QuizDraft])

    class QuizResult(Model):
        action = CharField(index=True, max_length=32)
        attempt = ForeignKeyField(QuizAttempt, unique=True)
        answers = TextField()
        correct = IntegerField()
        asked = IntegerField()
        passed = BooleanField()
        submitted_at = DateTimeField()

        class Meta:
            database = db
            table_name = "quiz_result"

    db.create_tables([QuizResult])

    class ReadingPlace(Model):
        assignment = ForeignKeyField(Assignment)
        content_hash = CharField(max_length=64)
        sections = IntegerField()
        read_at = DateTimeField()

        class Meta:
            database = db
            table_name = "training_reading_place"
            indexes = ((("assignment", "content_hash"), True),)

    db.create_tables([ReadingPlace])

    class RoleGrant(Model):
        action = CharField(index=True, max_length=32)
        valid_from = DateField()
        recorded_at = DateTimeField()
        recorded_by = IntegerField(null=True)
        replaces = ForeignKeyField("self", unique=True, null=True)
        corrects = BooleanField(default=False)
        person = ForeignKeyField(Person)
        role = CharField(index=True, max_length=30)
        held = BooleanField()

        class Meta:
            database = db
            table_name = "role_grant"

    db.create_tables([RoleGrant])

    class RosterImport(Model):
        action = CharField(index=True, max_length=32)
        file_hash = CharField(max_length=64)
        effective_from = DateField()
        whole_roster = BooleanField()
        added = IntegerField()
        changed = IntegerField()
        moved = IntegerField()
        left = IntegerField()
        applied_by = IntegerField(null=True)
        applied_at = DateTimeField()

        class Meta:
            database = db
            table_name = "roster_import"
            indexes = ((("file_hash", "effective_from", "whole_roster"), True),)

    db.create_tables([RosterImport])

    class Session(Model):
        person = ForeignKeyField(Person)
        token_hash = CharField(unique=True, max_length=64)
        started_at = DateTimeField()
        seen_at = DateTimeField()
        expires_at = DateTimeField()
        ended_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "session"

    db.create_tables([Session])

    class Setting(Model):
        action = CharField(index=True, max_length=32)
        valid_from = DateField()
        recorded_at = DateTimeField()
        recorded_by = IntegerField(null=True)
        replaces = ForeignKeyField("self", unique=True, null=True)
        corrects = BooleanField(default=False)
        key = CharField(index=True, max_length=60)
        value = TextField()

        class Meta:
            database = db
            table_name = "company_setting"

    db.create_tables([Setting])

    class SignInAttempt(Model):
        account_hash = CharField(index=True, max_length=64)
        address_hash = CharField(index=True, max_length=64)
        at = DateTimeField(index=True)
        succeeded = BooleanField(default=False)

        class Meta:
            database = db
            table_name = "sign_in_attempt"

    db.create_tables([SignInAttempt])

    class StagedRoster(Model):
        file_hash = CharField(index=True, max_length=64)
        filename = CharField(max_length=200)
        effective_from = DateField()
        whole_roster = BooleanField(default=False)
        uploaded_by = ForeignKeyField(Person, null=True)
        uploaded_at = DateTimeField()
        expires_at = DateTimeField(index=True)
        applied = ForeignKeyField(RosterImport, null=True)

        class Meta:
            database = db
            table_name = "staged_roster"

    db.create_tables([StagedRoster])

    class SubjectDetail(Model):
        action = CharField(index=True, max_length=32)
        valid_from = DateField()
        recorded_at = DateTimeField()
        recorded_by = IntegerField(null=True)
        replaces = ForeignKeyField("self", unique=True, null=True)
        corrects = BooleanField(default=False)
        subject = ForeignKeyField(Subject)
        name_ja = CharField(max_length=200)
        name_en = CharField(max_length=200, default="")
        owner = ForeignKeyField(Department, null=True)
        active = BooleanField(default=True)

        class Meta:
            database = db
            table_name = "subject_detail"

    db.create_tables([SubjectDetail])

    class TrainingRuleDetail(Model):
        action = CharField(index=True, max_length=32)
        valid_from = DateField()
        recorded_at = DateTimeField()
        recorded_by = IntegerField(null=True)
        replaces = ForeignKeyField("self", unique=True, null=True)
        corrects = BooleanField(default=False)
        rule = ForeignKeyField(TrainingRule)
        audience = TextField()
        first_opens_on = DateField()
        due_days = IntegerField()
        recurrence = CharField(max_length=200, default="")
        joiners = BooleanField(default=True)
        active = BooleanField(default=True)

        class Meta:
            database = db
            table_name = "training_rule_detail"

    db.create_tables([TrainingRuleDetail])

    class Verification(Model):
        action = CharField(index=True, max_length=32)
        finding = ForeignKeyField(Finding)
        verified_by = ForeignKeyField(Person)
        accepted = BooleanField()
        comment = TextField()
        outside = CharField(max_length=120, default="")
        verified_at = DateTimeField()

        class Meta:
            database = db
            table_name = "verification"

    db.create_tables([Verification])

    class Worry(Model):
        action = CharField(index=True, max_length=32)
        number = CharField(unique=True, max_length=20)
        fiscal_year = IntegerField(index=True)
        recipient = CharField(max_length=20)
        reporter = ForeignKeyField(Person, null=True)
        text = TextField()
        reported_at = DateTimeField()
        once = CharField(unique=True, null=True, max_length=40)

        class Meta:
            database = db
            table_name = "worry"

    db.create_tables([Worry])

    class WorryState(Model):
        action = CharField(index=True, max_length=32)
        valid_from = DateField()
        recorded_at = DateTimeField()
        recorded_by = IntegerField(null=True)
        replaces = ForeignKeyField("self", unique=True, null=True)
        corrects = BooleanField(default=False)
        worry = ForeignKeyField(Worry)
        state = CharField(max_length=20)
        comment = TextField(default="")
        finding = ForeignKeyField(Finding, null=True)

        class Meta:
            database = db
            table_name = "worry_state"

    db.create_tables([WorryState])


def down(migrator, db):
    migrator.migrate(migrator.drop_table("worry_state"))
    migrator.migrate(migrator.drop_table("worry"))
    migrator.migrate(migrator.drop_table("verification"))
    migrator.migrate(migrator.drop_table("training_rule_detail"))
    migrator.migrate(migrator.drop_table("subject_detail"))
    migrator.migrate(migrator.drop_table("staged_roster"))
    migrator.migrate(migrator.drop_table("sign_in_attempt"))
    migrator.migrate(migrator.drop_table("company_setting"))
    migrator.migrate(migrator.drop_table("session"))
    migrator.migrate(migrator.drop_table("roster_import"))
    migrator.migrate(migrator.drop_table("role_grant"))
    migrator.migrate(migrator.drop_table("training_reading_place"))
    migrator.migrate(migrator.drop_table("quiz_result"))
    migrator.migrate(migrator.drop_table("training_quiz_draft"))
    migrator.migrate(migrator.drop_table("question"))
    migrator.migrate(migrator.drop_table("promise_control"))
    migrator.migrate(migrator.drop_table("promise"))
    migrator.migrate(migrator.drop_table("preference"))
    migrator.migrate(migrator.drop_table("policy"))
    migrator.migrate(migrator.drop_table("person_detail"))
    migrator.migrate(migrator.drop_table("password_token"))
    migrator.migrate(migrator.drop_table("notice"))
    migrator.migrate(migrator.drop_table("membership"))
    migrator.migrate(migrator.drop_table("measure"))
    migrator.migrate(migrator.drop_table("mail"))
    migrator.migrate(migrator.drop_table("job_run"))
    migrator.migrate(migrator.drop_table("item_result"))
    migrator.migrate(migrator.drop_table("item_evidence"))
    migrator.migrate(migrator.drop_table("item_draft"))
    migrator.migrate(migrator.drop_table("independence_settlement"))
    migrator.migrate(migrator.drop_table("independence_exception"))
    migrator.migrate(migrator.drop_table("finding_state"))
    migrator.migrate(migrator.drop_table("finding_detail"))
    migrator.migrate(migrator.drop_table("finding_comment"))
    migrator.migrate(migrator.drop_table("exemption"))
    migrator.migrate(migrator.drop_table("employment"))
    migrator.migrate(migrator.drop_table("effectiveness_result"))
    migrator.migrate(migrator.drop_table("effectiveness_check"))
    migrator.migrate(migrator.drop_table("due_decision"))
    migrator.migrate(migrator.drop_table("due_request"))
    migrator.migrate(migrator.drop_table("deputy"))
    migrator.migrate(migrator.drop_table("department_head"))
    migrator.migrate(migrator.drop_table("department_detail"))
    migrator.migrate(migrator.drop_table("credential"))
    migrator.migrate(migrator.drop_table("course_state"))
    migrator.migrate(migrator.drop_table("correction"))
    migrator.migrate(migrator.drop_table("control_owner"))
    migrator.migrate(migrator.drop_table("content_shown"))
    migrator.migrate(migrator.drop_table("company_closed_day"))
    migrator.migrate(migrator.drop_table("cause"))
    migrator.migrate(migrator.drop_table("catalogue_upload"))
    migrator.migrate(migrator.drop_table("catalogue_in_use"))
    migrator.migrate(migrator.drop_table("audit_state"))
    migrator.migrate(migrator.drop_table("audit_series_detail"))
    migrator.migrate(migrator.drop_table("audit_plan"))
    migrator.migrate(migrator.drop_table("audit_draft"))
    migrator.migrate(migrator.drop_table("audit_assignee"))
    migrator.migrate(migrator.drop_table("attestation"))
    migrator.migrate(migrator.drop_table("quiz_attempt"))
    migrator.migrate(migrator.drop_table("assignment_due"))
    migrator.migrate(migrator.drop_table("assignment"))
    migrator.migrate(migrator.drop_table("training_round"))
    migrator.migrate(migrator.drop_table("course_version"))
    migrator.migrate(migrator.drop_table("training_rule"))
    migrator.migrate(migrator.drop_table("course"))
    migrator.migrate(migrator.drop_table("applicability"))
    migrator.migrate(migrator.drop_table("activity_rows"))
    migrator.migrate(migrator.drop_table("activity_event"))
    migrator.migrate(migrator.drop_table("action_state"))
    migrator.migrate(migrator.drop_table("action_evidence"))
    migrator.migrate(migrator.drop_table("evidence"))
    migrator.migrate(migrator.drop_table("stored_file"))
    migrator.migrate(migrator.drop_table("action_detail"))
    migrator.migrate(migrator.drop_table("corrective_action"))
    migrator.migrate(migrator.drop_table("finding"))
    migrator.migrate(migrator.drop_table("person"))
    migrator.migrate(migrator.drop_table("audit_item"))
    migrator.migrate(migrator.drop_table("control"))
    migrator.migrate(migrator.drop_table("category"))
    migrator.migrate(migrator.drop_table("audit"))
    migrator.migrate(migrator.drop_table("audit_series"))
    migrator.migrate(migrator.drop_table("catalogue_version"))
    migrator.migrate(migrator.drop_table("catalogue"))
    migrator.migrate(migrator.drop_table("subject"))
    migrator.migrate(migrator.drop_table("department"))
