"""A backup that is damaged, or made to do harm, is refused in one clear line, and nothing is left behind."""

from __future__ import annotations

import hashlib
import json
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from auditor.integrity import archive
from tests.bed.keeping import Change, Place, changed, on_a_small_disk

Entries = dict[str, bytes]
Manifest = dict[str, Any]


def _table(manifest: Manifest, name: str) -> Any:
    return next(table for table in manifest["tables"] if table["name"] == name)


def _put(entries: Entries, manifest: Manifest, name: str, content: bytes) -> None:
    """Give a table another content that the manifest agrees with."""
    entries[f"tables/{name}.jsonl"] = content
    said = {
        "rows": content.count(b"\n"),
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    _table(manifest, name).update(said)


def _rows(name: str, change: Callable[[list[Any], list[str]], object]) -> Change:
    """Change the first row of a table; ``change`` is given its values and the names of its columns."""

    def do(entries: Entries, manifest: Manifest) -> None:
        first, _end, rest = entries[f"tables/{name}.jsonl"].partition(b"\n")
        values = json.loads(first)
        values = change(values, _table(manifest, name)["columns"]) or values
        _put(entries, manifest, name, json.dumps(values).encode() + b"\n" + rest)

    return do


def _set(column: str, value: object) -> Callable[[list[Any], list[str]], None]:
    def do(values: list[Any], columns: list[str]) -> None:
        values[columns.index(column)] = value

    return do


def _entry(name: str, content: bytes = b"x") -> Change:
    def do(entries: Entries, manifest: Manifest) -> None:
        entries[name] = content

    return do


def _said(**values: Any) -> Change:
    def do(entries: Entries, manifest: Manifest) -> None:
        manifest.update(values)

    return do


def _gone(name: str) -> Change:
    def do(entries: Entries, manifest: Manifest) -> None:
        del entries[name]

    return do


def _extra_table(entries: Entries, manifest: Manifest) -> None:
    manifest["tables"].append({**_table(manifest, "mail"), "name": "mail; DROP TABLE person"})
    _entry("tables/mail; DROP TABLE person.jsonl", b"")(entries, manifest)


def _missing_table(entries: Entries, manifest: Manifest) -> None:
    manifest["tables"].remove(_table(manifest, "mail"))
    del entries["tables/mail.jsonl"]


def _extra_column(entries: Entries, manifest: Manifest) -> None:
    _table(manifest, "mail")["columns"].append('x" TEXT); DROP TABLE person; --')


def _swollen(entries: Entries, manifest: Manifest) -> None:
    entries["tables/mail.jsonl"] = b"0" * 50_000_000  # packed: 50 kB


def _swollen_and_said(entries: Entries, manifest: Manifest) -> None:
    _put(entries, manifest, "mail", b"[" * 50_000_000)


def _other_evidence(entries: Entries, manifest: Manifest) -> None:
    (name,) = [one for one in entries if one.startswith("evidence/")]
    entries[name] = b"PHOTO"


def _more_evidence(entries: Entries, manifest: Manifest) -> None:
    sha256 = hashlib.sha256(b"more").hexdigest()
    entries[f"evidence/{sha256[:2]}/{sha256}"] = b"more"


def _changed_rows(entries: Entries, manifest: Manifest) -> None:
    entries["tables/person.jsonl"] = entries["tables/person.jsonl"].replace(b"000104", b"999999")


HOSTILE: dict[str, tuple[Change, str]] = {
    "a path out of the folder": (_entry("../../evil"), "does not belong to a backup"),
    "an absolute path": (_entry("/etc/evil"), "does not belong to a backup"),
    "a path that begins as evidence": (_entry("evidence/aa/../../evil"), "does not belong to a backup"),
    "a table too many": (_extra_table, "is not that of auditor"),
    "a table too few": (_missing_table, "Table mail in this backup is not that of auditor"),
    "a table that is not in it": (_gone("tables/mail.jsonl"), "is missing from this archive"),
    "a column too many": (_extra_column, "Table mail in this backup is not that of auditor"),
    "a table swollen to a bomb": (_swollen, "has not the length"),
    "a bomb in agreement with the manifest": (_swollen_and_said, "cannot be read"),
    "rows changed": (_changed_rows, "is not as it was written"),
    "a row with a value too few": (_rows("person", lambda values, _columns: values[:-1]), "Row 1 of table person"),
    "a row that is none": (_rows("person", lambda *_: {"id": 1}), "Row 1 of table person"),
    "a row with a list in it": (_rows("person", _set("id", [1])), "Row 1 of table person"),
    "a number far too large": (_rows("person", _set("id", 10**30)), "does not fit the database"),
    "a row twice": (
        lambda entries, manifest: _put(
            entries, manifest, "person", entries["tables/person.jsonl"] * 2
        ),
        "does not fit the database",
    ),
    "a row of nobody": (_rows("membership", _set("person_id", 4711)), "refers to a row that is not there"),
    "evidence changed": (_other_evidence, "was changed"),
    "evidence too much": (_more_evidence, "is not what its list of contents says"),
    "another end of the log": (_said(head=[1, "f" * 64]), "does not end where"),
    "a newer version": (
        _said(migrations=["0001_initial", "0999_later"], product="9.9.9"),
        "made by auditor 9.9.9, which is newer (it has 0999_later)",
    ),
    "another form": (_said(format=2, product="9.9.9"), "made by auditor 9.9.9 in a form"),
    "no migrations": (_said(migrations=[]), "cannot be read"),
    "tables that are none": (_said(tables=[1]), "cannot be read"),
    "a head that is none": (_said(head="x"), "cannot be read"),
    "a number that is none": (_said(files="many"), "cannot be read"),
    "more than the disk holds": (_said(file_bytes=10**18), "is not what its list of contents says"),
    "no manifest": (_gone("manifest.json"), "it has no manifest.json"),
    "no mark": (_gone("manifest.mac"), "it has no manifest.mac"),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_a_backup_made_to_do_harm_is_refused_and_leaves_nothing(
    archived: tuple[Path, Place], tmp_path: Path, case: str
) -> None:
    good, company = archived
    change, said = HOSTILE[case]
    bad = changed(good, tmp_path / "bad.zip", company.settings.log_key, change)
    _refused(bad, company, tmp_path, said)


@pytest.mark.postgres
@pytest.mark.thorough
@pytest.mark.parametrize(
    ("case", "change", "said"),
    [
        ("a text too long", _rows("person", _set("employee_number", "9" * 300)), "does not fit the database"),
        ("a text with a zero", _rows("person", _set("employee_number", "\0")), "does not fit the database"),
        ("a day that is none", _rows("membership", _set("valid_from", "soon")), "does not fit the database"),
        ("a row of nobody", _rows("membership", _set("person_id", 4711)), "refers to a row that is not there"),
        ("rows changed", _changed_rows, "is not as it was written"),
        ("evidence changed", _other_evidence, "was changed"),
    ],
)  # fmt: skip
def test_on_postgresql_what_does_not_fit_is_refused_and_leaves_nothing(
    archived: tuple[Path, Place], postgres_url: str, tmp_path: Path, case: str, change: Change, said: str
) -> None:
    good, company = archived
    bad = changed(good, tmp_path / "bad.zip", company.settings.log_key, change)
    _refused(bad, company, tmp_path, said, postgres_url)


def _refused(bad: Path, company: Place, tmp_path: Path, said: str, url: str = "") -> None:
    place = Place(tmp_path / "new", url)
    done = place.run("restore", bad, AUDITOR_LOG_KEY=company.settings.log_key.decode())
    assert (done.exit_code, said in done.output) == (1, True), done.output
    assert done.output.count("\n") == 1 and "Nothing was restored" in done.output, done.output
    assert place.is_untouched()
    assert {one.name for one in tmp_path.iterdir()} == {"bad.zip"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (lambda good: b"", "cannot be read as an archive"),
        (lambda good: b"a text, and no archive", "cannot be read as an archive"),
        (lambda good: good[: len(good) // 2], "cannot be read as an archive"),
        (lambda good: good[:-1000] + b"\0" * 1000, "cannot be read as an archive"),
        (lambda good: good[:2000] + bytes(200) + good[2200:], "in this archive is damaged or cut short"),
    ],
    ids=["empty", "a text", "cut short", "without its end", "a hole in it"],
)
def test_a_damaged_file_is_refused(
    archived: tuple[Path, Place], tmp_path: Path, content: Callable[[bytes], bytes], said: str
) -> None:
    good, company = archived
    (tmp_path / "bad.zip").write_bytes(content(good.read_bytes()))
    _refused(tmp_path / "bad.zip", company, tmp_path, said)


def test_a_full_disk_is_one_clear_line_and_leaves_nothing(
    archived: tuple[Path, Place], tmp_path: Path
) -> None:
    good, company = archived
    place = Place(tmp_path / "new")
    key = company.settings.log_key.decode()
    code, said = on_a_small_disk(place, 200_000, "restore", good, AUDITOR_LOG_KEY=key)
    assert (code, said.count("\n"), "Nothing was restored" in said) == (1, 1, True), said
    assert place.is_untouched()


def test_whatever_bytes_are_changed_it_is_refused_in_words_or_nothing_was_lost(
    archived: tuple[Path, Place], tmp_path: Path
) -> None:
    """Bytes that mean nothing (a time, a mode) may change; rows and files never do unseen."""
    good, company = archived
    whole = good.read_bytes()
    chance = random.Random(20261123)
    refused = 0
    for _attempt in range(150):
        bad = bytearray(whole)
        for _byte in range(chance.choice((1, 2, 20))):
            bad[chance.randrange(len(bad))] = chance.randrange(256)
        cut = chance.randrange(len(bad)) if chance.random() < 0.3 else len(bad)
        (tmp_path / "bad.zip").write_bytes(bad[:cut])
        try:
            with archive.opened(tmp_path / "bad.zip") as backup:
                backup.check_key(company.settings.log_key)
                rows = sum(1 for table in backup.manifest.tables for _row in backup.rows(table))
                files = [b"".join(pieces) for _sha256, pieces in backup.evidence()]
            assert (rows, files) == (sum(table.rows for table in backup.manifest.tables), [b"photo"])
        except archive.BadBackup as error:
            refused += 1
            assert str(error).endswith("Nothing was restored.")
    assert refused > 100


def test_whoever_lacks_the_key_cannot_change_a_backup_unseen(
    archived: tuple[Path, Place], tmp_path: Path
) -> None:
    """Not even by a password of the own: a credential is no counted row, and no log would tell."""
    good, company = archived
    bad = changed(good, tmp_path / "bad.zip", b"a key made up", _said(product="0.1.1"))
    _refused(bad, company, tmp_path, "was changed after it was made")


@pytest.mark.parametrize("kind", ["twice", "encrypted", "packed otherwise", "a link"])
def test_an_archive_of_an_odd_kind_is_refused(
    archived: tuple[Path, Place], tmp_path: Path, kind: str
) -> None:
    good, company = archived
    bad = tmp_path / "bad.zip"
    bad.write_bytes(good.read_bytes())
    if kind == "encrypted":
        raw = bytearray(good.read_bytes())
        raw[raw.index(b"PK\x01\x02") + 8] |= 1  # the flag in the table of contents
        bad.write_bytes(raw)
    with zipfile.ZipFile(bad, "a") as made:
        if kind == "twice":
            with pytest.warns(UserWarning, match="Duplicate name"):
                made.writestr("tables/mail.jsonl", b"")
        elif kind == "packed otherwise":
            made.writestr("evidence/aa/" + "aa" * 32, b"x", zipfile.ZIP_BZIP2)
        elif kind == "a link":
            link = zipfile.ZipInfo("evidence/link")
            link.external_attr = 0o120777 << 16
            made.writestr(link, "/etc/passwd")
    said = {"twice": "has an entry twice", "a link": "does not belong to a backup"}
    _refused(bad, company, tmp_path, said.get(kind, "is encrypted or packed in a way no backup is"))


def test_a_manifest_beyond_measure_is_not_read(archived: tuple[Path, Place], tmp_path: Path) -> None:
    _good, company = archived
    with zipfile.ZipFile(tmp_path / "bad.zip", "w", zipfile.ZIP_DEFLATED) as made:
        with made.open("manifest.json", "w", force_zip64=True) as out:
            for _megabyte in range(65):
                out.write(b" " * 1024 * 1024)
        made.writestr("manifest.mac", b"")
    _refused(tmp_path / "bad.zip", company, tmp_path, "far larger than that of any backup")


def test_a_manifest_nested_without_end_is_refused(archived: tuple[Path, Place], tmp_path: Path) -> None:
    _good, company = archived
    with zipfile.ZipFile(tmp_path / "bad.zip", "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("manifest.json", b'{"format":1,"tables":' + b"[" * 100_000)
        made.writestr("manifest.mac", b"")
    _refused(tmp_path / "bad.zip", company, tmp_path, "cannot be read")
