"""What can be wrong with a paper that comes back: each problem by its cell, with words of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from auditor.audits.conducting import LONGEST_TEXT
from auditor.errors import RuleBroken
from auditor.filekinds import Refused
from auditor.language import _l

LONGEST_QUOTE = 40


@dataclass(frozen=True)
class Problem:
    """One problem. An error keeps the paper from being taken over, a remark only tells."""

    code: str
    sheet: str = ""
    cell: str = ""
    params: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_error(self) -> bool:
        return self.code in ERRORS

    @property
    def place(self) -> str:
        """The cell as a person would look for it."""
        return f"{self.sheet}!{self.cell}" if self.sheet and self.cell else self.sheet or self.cell

    @property
    def message(self) -> str:
        """What is wrong and what to do, in the language that is spoken."""
        return str((ERRORS | REMARKS)[self.code]) % dict(self.params)

    def stored(self) -> list[Any]:
        return [self.code, self.sheet, self.cell, dict(self.params)]

    @classmethod
    def read(cls, stored: list[Any]) -> Problem:
        return cls(*stored)


def problem(code: str, sheet: str, cell: str, /, **params: str) -> Problem:
    """Return a problem of one cell; the ``value`` that it quotes is cut short."""
    return Problem(
        code, sheet, cell, {**params, **({"value": quote(params["value"])} if "value" in params else {})}
    )


def quote(text: str) -> str:
    """Return a text on one line and not longer than a line of the page can show."""
    plain = "".join(char if char.isprintable() else "␣" for char in text)
    return plain if len(plain) <= LONGEST_QUOTE else plain[: LONGEST_QUOTE - 1] + "…"


def refusal(refused: Refused) -> RuleBroken:
    """Return what to say of a file that cannot be read at all."""
    return RuleBroken(str(FILE_ERRORS[refused.code]) % refused.params, "file")


FILE_ERRORS: dict[str, Any] = {
    "too_large": _l(
        "The file is larger than %(limit)s MB, so it was not read. Nothing was changed. Take pictures and other sheets out of the working paper and choose it again."
    ),
    "empty_file": _l("The file is empty. Nothing was changed. Choose the working paper you filled in."),
    "wrong_kind": _l(
        "This is not an Excel workbook but %(kind)s. Nothing was changed. Save the working paper as an Excel workbook (.xlsx) and choose that."
    ),
    "old_excel": _l(
        "This is a workbook of the old Excel format (.xls). Nothing was changed. Save it as an Excel workbook (.xlsx) and choose that."
    ),
    "encrypted": _l(
        "The file is protected by a password, so it was not opened. Nothing was changed. Save a copy without the password and choose that."
    ),
    "zip_bomb": _l(
        "The file would unpack to an unusual size and was not opened. Nothing was changed. Copy your answers into a new working paper."
    ),
    "macros": _l(
        "The workbook contains macros and was not opened. Nothing was changed. Save it as an Excel workbook without macros (.xlsx)."
    ),
    "damaged": _l(
        "The file is damaged and cannot be opened. Nothing was changed. Open it in Excel, save it again and choose the new file."
    ),
    "too_many_rows": _l(
        "A sheet has more than %(limit)s rows. Nothing was changed. Delete the rows below the checklist and choose the file again."
    ),
    "no_checklist": _l(
        "This workbook is not a working paper: no sheet has the columns of the checklist. Nothing was changed. Choose the file that you took here."
    ),
    "no_identity": _l(
        "The file no longer says which working paper it is: the hidden row keys are gone. Nothing was changed. Take a new working paper and copy the yellow columns into it."
    ),
    "other_version": _l(
        "The working paper was written by another version of this application (%(format)s) and cannot be read. Nothing was changed. Take a new working paper and copy the yellow columns into it."
    ),
    "unknown_paper": _l(
        "This working paper was not taken here: it is of another company, or of a time before a backup was restored. Nothing was changed."
    ),
    "other_audit": _l(
        "This is the working paper of %(number)s, not of this one. Nothing was changed. Bring it back on the page of %(number)s."
    ),
    "expired": _l(
        "This working paper was taken on %(issued)s and could be brought back until %(expired)s. Nothing was changed. Take a new working paper and copy the yellow columns into it."
    ),
    "closed": _l(
        "It has been submitted or has ended, so its working papers are no longer taken. Nothing was changed. To change an item, have it sent back."
    ),
}

ERRORS: dict[str, Any] = {
    "formula": _l("A formula stands in a cell for an answer. Type the answer itself."),
    "error_value": _l("The cell shows an Excel error (%(value)s). Type the answer itself."),
    "merged": _l("Cells for answers are merged (%(range)s). Unmerge them and give every row its own answer."),
    "heading_twice": _l("The heading “%(heading)s” appears twice. Delete or rename one of the columns."),
    "unknown_result": _l("“%(value)s” is not a result. Choose one of: %(choices)s."),
    "reason_missing": _l("“Not applicable” needs a reason. Write why the control does not apply here."),
    "too_long": _l(
        "The text has %(length)s characters; at most %(limit)s fit. Shorten it or attach it as evidence."
    ),
    "twice": _l(
        "The item %(code)s also stands in %(first)s, with another answer. Delete one of the two rows."
    ),
    "mixed_row": _l(
        "The hidden key of this row is that of %(item)s, but the row shows %(code)s: rows were mixed, perhaps by sorting only some columns. Take the answer into the row of its own item in a new working paper."
    ),
    "foreign_row": _l(
        "This row is of another working paper, or its hidden key was damaged. Delete it, or put it into its own paper."
    ),
}

REMARKS: dict[str, Any] = {
    "column_missing": _l("The column “%(heading)s” is missing. Nothing was read of it."),
    "key_lost": _l(
        "The hidden key of %(count)s rows is gone or was changed; they were recognised by their code."
    ),
    "stray": _l("This row is none of the items, so it was not read: “%(value)s”."),
    "erased_text": _l(
        "A text of this item was erased on purpose after the paper was taken. The text of this cell was not taken over. Enter what is still needed on the page of the item."
    ),
}
LIMIT = f"{LONGEST_TEXT:,}"
