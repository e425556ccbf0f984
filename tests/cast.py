"""The small named cast: a company of seven departments and a dozen persons, for every test."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from auditor import activity
from auditor.access import Actor, Role, application
from auditor.accounts import actions as accounts
from auditor.accounts.models import RoleGrant
from auditor.accounts.queries import actor_for
from auditor.catalogue.models import (
    Catalogue,
    CatalogueInUse,
    CatalogueVersion,
    Category,
    Control,
    Subject,
    SubjectDetail,
)
from auditor.company.models import Setting
from auditor.people.models import (
    Department,
    DepartmentDetail,
    DepartmentHead,
    Employment,
    Membership,
    Person,
    PersonDetail,
)
from auditor.people.names import search_key, sort_key

START = date(2026, 4, 1)
OPENED = datetime(2026, 3, 25, 0, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 20, 0, 0, tzinfo=UTC)  # 9:00 in Tokyo, a Friday
CAST_MADE = activity.event_type("test.cast_made", "Cast made", "persons")

_DEPARTMENTS = (  # code, name, English, kind, parent
    ("D100", "管理本部", "Corporate Division", "本部", None),
    ("D110", "人事総務部", "HR and General Affairs", "部", "D100"),
    ("D120", "内部監査室", "Internal Audit Office", "部", "D100"),
    ("D130", "情報システム部", "Information Systems", "部", "D100"),
    ("D200", "営業本部", "Sales Division", "本部", None),
    ("D210", "営業第一部", "Sales Department 1", "部", "D200"),
    ("D211", "営業一課", "Sales Section 1", "課", "D210"),
    ("D220", "営業第二部", "Sales Department 2", "部", "D200"),
)
_LEVELS = {"本部": "division", "部": "department", "課": "section"}
_PERSONS = (  # name in the cast, number, family, given, kana, kana, department, e-mail?, role, kind
    (
        "administrator",
        "000101",
        "髙田",
        "直子",
        "タカダ",
        "ナオコ",
        "D110",
        True,
        Role.ADMINISTRATOR,
        "regular",
    ),
    (
        "head_of_audit",
        "000102",
        "大西",
        "恵",
        "オオニシ",
        "メグミ",
        "D120",
        True,
        Role.HEAD_OF_AUDIT,
        "regular",
    ),
    (
        "representative",
        "000001",
        "青葉",
        "健一",
        "アオバ",
        "ケンイチ",
        "D100",
        True,
        Role.REPRESENTATIVE,
        "officer",
    ),
    ("operator", "000103", "江口", "修", "エグチ", "オサム", "D130", True, Role.OPERATOR, "regular"),
    ("auditor", "000104", "髙橋", "みのり", "タカハシ", "ミノリ", "D220", True, None, "regular"),
    ("second_auditor", "000105", "森田", "健", "モリタ", "ケン", "D130", True, None, "regular"),
    ("head_of_sales", "000106", "小林", "誠", "コバヤシ", "マコト", "D210", True, None, "regular"),
    ("staff_of_sales", "000107", "西村", "葵", "ニシムラ", "アオイ", "D211", True, None, "regular"),
    ("head_of_other", "000108", "𠮷野", "仁", "ヨシノ", "ジン", "D220", True, None, "regular"),
    ("without_mail", "000109", "山﨑", "勇", "ヤマザキ", "イサム", "D220", False, None, "dispatched"),
    ("on_leave", "000110", "原", "桜", "ハラ", "サクラ", "D211", True, None, "regular"),
    ("leaver", "000111", "辻", "徹", "ツジ", "トオル", "D211", True, None, "regular"),
)
_CONTROLS = (  # code, category, target
    ("ORG-01", "organizational", "department"),
    ("ORG-02", "organizational", "department"),
    ("PHY-01", "physical", "department"),
    ("PHY-02", "physical", "department"),
    ("TEC-01", "technical", "department"),
    ("POL-01", "policy", "company"),
)


@dataclass
class Cast:
    """Ids by name: ``cast.person["auditor"]``, ``cast.department["D210"]``, ``cast.subject["D210"]``."""

    person: dict[str, int] = field(default_factory=dict)
    department: dict[str, int] = field(default_factory=dict)
    subject: dict[str, int] = field(default_factory=dict)
    control: dict[str, int] = field(default_factory=dict)
    catalogue: int = 0
    version: int = 0

    def actor(self, name: str, at: datetime = NOW) -> Actor:
        """Return a person of the cast as actor."""
        return actor_for(self.person[name], at)

    def sign_in(self, client: Any, name: str, at: datetime | None = None) -> None:
        """Give ``client`` a session of the person (the sign-in page has its own tests)."""
        from auditor import clock

        token = accounts.start_session(self.person[name], at or clock.now())
        with client.session_transaction() as session:
            session["_user_id"] = token


def make() -> Cast:
    """Write the cast into the open database and return it."""
    cast = Cast()
    system = application("test")
    with activity.action(system, OPENED):
        Setting.write(OPENED, None, START, key="company_name_ja", value="青葉見本株式会社")
        Setting.write(OPENED, None, START, key="company_name_en", value="Aoba Mihon Co., Ltd.")
        _departments(cast)
        _persons(cast)
        _catalogue(cast)
        activity.record(CAST_MADE, persons=len(cast.person))
    return cast


def _departments(cast: Cast) -> None:
    for code, name, name_en, kind, parent in _DEPARTMENTS:
        department = Department.create(code=code)
        cast.department[code] = department.id
        DepartmentDetail.write(
            OPENED, None, START, department=department, name=name, name_en=name_en, kind=kind, level=_LEVELS[kind],
            parent=cast.department.get(parent or ""), site="東京本社",
        )  # fmt: skip
        cast.subject[code] = Subject.create(kind="department", code=code, department=department).id


def _persons(cast: Cast) -> None:
    for name, number, family, given, kana, given_kana, unit, mail, role, kind in _PERSONS:
        person = Person.create(employee_number=number)
        cast.person[name] = person.id
        email = f"p{number}@example.jp" if mail else None
        PersonDetail.write(
            OPENED, None, START, person=person, family_name=family, given_name=given, family_kana=kana,
            given_kana=given_kana, romanised=None, email=email, language="ja",
            search_key=search_key(f"{family}{given} {kana}{given_kana} {number}"), sort_key=sort_key(kana + given_kana),
        )  # fmt: skip
        Employment.write(OPENED, None, START, person=person, kind=kind, status="active")
        Membership.write(OPENED, None, START, person=person, department=cast.department[unit], held=True)
        if role:
            RoleGrant.write(OPENED, None, START, person=person, role=role.value, held=True)
    Employment.write(
        OPENED, None, date(2026, 6, 1), person=cast.person["on_leave"], kind="regular", status="on_leave"
    )
    Employment.write(
        OPENED, None, date(2026, 7, 1), person=cast.person["leaver"], kind="regular", status="left"
    )
    for code, name in (("D210", "head_of_sales"), ("D220", "head_of_other"), ("D110", "administrator")):
        DepartmentHead.write(OPENED, None, START, department=cast.department[code], person=cast.person[name])


def _catalogue(cast: Cast) -> None:
    catalogue = Catalogue.create(key="personal-information-jp")
    version = CatalogueVersion.create(
        catalogue=catalogue, version="test", title_ja="試験用の管理策", title_en="Controls for tests",
        content_hash="0" * 64, imported_at=OPENED,
    )  # fmt: skip
    cast.catalogue, cast.version = catalogue.id, version.id
    CatalogueInUse.write(OPENED, None, START, catalogue=catalogue, version=version)
    titles = {"organizational": "組織的", "physical": "物理的", "technical": "技術的", "policy": "基本方針"}
    categories = {
        key: Category.create(
            version=version, key=key, title_ja=title, title_en=key.title(), position=position
        )
        for position, (key, title) in enumerate(titles.items())
    }
    for position, (code, category, target) in enumerate(_CONTROLS):
        cast.control[code] = Control.create(
            version=version, category=categories[category], code=code, target=target, basis="measure",
            frequency="annual", title_ja=f"{code}の管理策", title_en=f"Control {code}",
            question_ja=f"{code}は守られているか。", question_en=f"Is {code} kept?",
            guidance_ja="記録を見る。", guidance_en="Read the record.", details={}, search_key=search_key(code),
            position=position,
        ).id  # fmt: skip
    cast.subject["company"] = Subject.create(kind="company", code="company").id
    SubjectDetail.write(
        OPENED, None, START, subject=cast.subject["company"], name_ja="会社全体", name_en="The whole company"
    )
