"""The rows of a catalogue file: categories, controls, measures and articles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from auditor.catalogue import entries
from auditor.catalogue.entries import ActEntry, CategoryEntry, ControlEntry, MeasureEntry, Text
from auditor.catalogue.fields import CODE, SLUG, Fields
from auditor.catalogue.references import Target, references
from auditor.catalogue.yamlnodes import is_null

CONTROL = (
    "id",
    "category",
    "target",
    "stage",
    "basis",
    "frequency",
    "title",
    "question",
    "guidance",
    "evidence",
)
MEASURE = ("id", "parent", "strength", "title", "short_title", "measure", "confirmed")
MEASURE_OPTIONAL = ("examples", "small_business_examples", "note", "acts")
DEEPEST = 30  # measures below measures


def categories(head: Fields) -> tuple[CategoryEntry, ...]:
    """Return the headings for controls."""
    used: dict[str, int] = {}
    found = []
    for node in head.items("categories", at_least_one=True):
        fields = head.notes.fields(node, "categories", ("id", "title"), ("prefix",))
        code = fields.id("id", SLUG, "-", 80)
        _once(fields, code, used)
        prefix = fields.id("prefix", r"[A-Za-z0-9]+", "-", 20) or None
        found.append(CategoryEntry(code, prefix, fields.pair("title", 200)))
    return tuple(found)


def _once(fields: Fields, code: str, used: dict[str, int]) -> None:
    """Note an id that is already used; ``used`` holds the line of each."""
    at = fields.nodes.get("id", fields.node)
    if code in used:
        fields.notes.add(at, "duplicate_id", value=code, first=used[code])
    elif code:
        used[code] = at.start_mark.line + 1


def controls(
    head: Fields, headings: Iterable[CategoryEntry], targets: Mapping[str, Target]
) -> tuple[ControlEntry, ...]:
    """Return the controls; ``targets`` says where each scheme of references is looked up."""
    used: dict[str, int] = {}
    prefixes = {heading.code: heading.prefix for heading in headings}
    found = []
    for node in head.items("controls", at_least_one=True):
        fields = head.notes.fields(node, "controls", CONTROL, ("refs", "seed"))
        code = fields.id("id", CODE, "- . _ ( )", 60)
        _once(fields, code, used)
        category = fields.word("category", tuple(prefixes))
        prefix = prefixes.get(category)
        if code and prefix and not code.startswith(f"{prefix}-"):
            head.notes.add(fields.nodes["id"], "bad_prefix", value=code, prefix=prefix)
        found.append(_control(fields, code, category, references(fields, targets)))
    return tuple(found)


def _control(
    fields: Fields, code: str, category: str, refs: Mapping[str, tuple[str | Text, ...]]
) -> ControlEntry:
    basis, seed = fields.word("basis", entries.BASES), fields.texts("seed")
    if basis == "seed" and not seed:
        fields.notes.add(fields.nodes["basis"], "promise_unnamed")
    stages = tuple(
        fields.notes.word(node, "stage", entries.STAGES) for node in fields.items("stage", at_least_one=True)
    )
    if "all" in stages and len(stages) > 1:
        fields.notes.add(fields.nodes["stage"], "all_alone")
    return ControlEntry(
        code=code,
        category=category,
        target=fields.word("target", entries.TARGETS),
        stages=stages,
        basis=basis,
        frequency=fields.word("frequency", entries.FREQUENCIES),
        title=fields.pair("title", 300),
        question=fields.pair("question"),
        guidance=fields.pair("guidance"),
        evidence=fields.pairs("evidence"),
        references=refs,
        seed=seed,
    )


def measures(head: Fields, articles: Iterable[ActEntry]) -> tuple[MeasureEntry, ...]:
    """Return the measures; their ``acts`` have to be among ``articles``, their parents among themselves."""
    used: dict[str, int] = {}
    known = tuple(article.code for article in articles)
    rows = []
    for node in head.items("measures", at_least_one=True):
        fields = head.notes.fields(node, "measures", MEASURE, MEASURE_OPTIONAL)
        code = fields.id("id", CODE, "- . _ ( )", 40)
        _once(fields, code, used)
        rows.append((fields, code))
    found = tuple(_measure(fields, code, used, known) for fields, code in rows)
    _refuse_cycles(rows, {measure.code: measure.parent for measure in found})
    return found


def _refuse_cycles(rows: Iterable[tuple[Fields, str]], parents: Mapping[str, str | None]) -> None:
    for fields, code in rows:
        above, depth = parents.get(code), 0
        while above and above != code and depth < DEEPEST:
            above, depth = parents.get(above), depth + 1
        if above and above == code:
            fields.notes.add(fields.nodes["parent"], "cycle", value=code)
        elif above:
            fields.notes.add(fields.nodes["parent"], "too_deep", limit=DEEPEST)


def _measure(fields: Fields, code: str, known: Mapping[str, int], articles: tuple[str, ...]) -> MeasureEntry:
    parent = fields.nodes.get("parent")
    return MeasureEntry(
        code=code,
        parent=None if parent is None or is_null(parent) else fields.word("parent", tuple(known)) or None,
        strength=fields.word("strength", entries.STRENGTHS),
        title=fields.pair("title", 300),
        short_title=fields.pair("short_title", 100),
        measure=fields.pair("measure"),
        examples=fields.pairs("examples"),
        small_business_examples=fields.pairs("small_business_examples"),
        note=fields.pair_or_none("note"),
        acts=tuple(fields.notes.word(node, "acts", articles) for node in fields.items("acts")),
        confirmed=fields.word("confirmed", entries.CONFIRMATIONS),
    )


def acts(head: Fields) -> tuple[ActEntry, ...]:
    """Return the articles that measures and controls refer to."""
    used: dict[str, int] = {}
    found = []
    for node in head.items("acts"):
        fields = head.notes.fields(node, "acts", ("id", "title", "confirmed"), ("note",))
        code = fields.text("id", 40)
        _once(fields, code, used)
        confirmed = fields.word("confirmed", entries.CONFIRMATIONS)
        found.append(ActEntry(code, fields.pair("title", 300), fields.pair_or_none("note"), confirmed))
    return tuple(found)
