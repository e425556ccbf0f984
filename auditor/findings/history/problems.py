"""What can be wrong with a history file: each problem by its cell, said in the reader's language."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from auditor.language import _l
from auditor.people import roster_problems
from auditor.people.roster_problems import Problems, RosterProblem, Severity, shortened

if TYPE_CHECKING:
    from flask_babel import LazyString


class Found(Problems):
    """Collects problems; those of this room have texts and weights of their own."""

    def add(self, code: str, sheet: str = "", cell: str = "", **params: str) -> None:
        """Record a problem of one cell, with the value and whatever else its text names."""
        short = {name: shortened(value) for name, value in params.items()}
        self._found.append(RosterProblem(code, severity(code), sheet, cell, short))

    def all(self) -> tuple[RosterProblem, ...]:
        """Return errors first, then warnings, then notices, each in the order of finding."""
        order = list(Severity)
        weighed = [replace(one, severity=severity(one.code)) for one in super().all()]
        return tuple(sorted(weighed, key=lambda problem: order.index(problem.severity)))


def severity(code: str) -> Severity:
    """Return how grave a problem of this code is."""
    if code in NOTICES:
        return Severity.NOTICE
    return Severity.WARNING if code in WARNINGS else roster_problems.severity(code)


def message(problem: RosterProblem) -> str:
    """Return what is wrong and what to do, in the language of the reader (needs an application context)."""
    texts = {**FILE_ERRORS, **ERRORS, **WARNINGS, **NOTICES}
    if problem.code not in texts:
        return roster_problems.message(problem)
    return str(texts[problem.code]) % dict(problem.params)


FILE_ERRORS: dict[str, LazyString] = {
    "too_large": _l(
        "The file is larger than %(limit)s MB. Nothing was read. Divide it by years, and choose one file after the other."
    ),
    "empty_file": _l("The file is empty. Choose the file that holds the earlier audits."),
    "wrong_kind": _l(
        "This is not an Excel workbook or a CSV file but %(kind)s. Save the list as .xlsx and choose that."
    ),
    "zip_bomb": _l(
        "The file would unpack to an unusual size and was not opened. Copy the rows into a new copy of the template."
    ),
    "too_many_rows": _l("The sheet has more than %(limit)s rows. Delete the rows below the list."),
    "no_table": _l(
        "No row of headings of audits, results or findings was found. Take the template, and leave its headings as they are."
    ),
    "nothing_in_it": _l("There is no row below the headings. Choose the file that holds the earlier audits."),
}
ERRORS: dict[str, LazyString] = {
    "second_table": _l(
        "There are two sheets with %(what)s: “%(first)s” and this one. Put all rows on one sheet."
    ),
    "number_twice": _l("The number %(value)s is also in %(first)s. Each number stands once."),
    "unknown_audit": _l(
        "There is no audit with the number %(value)s in this file, nor among those imported before. Correct the number, or add the audit."
    ),
    "unknown_subject": _l(
        "“%(value)s” is no department and no other subject. Enter its code or name as on the roster or the list of subjects."
    ),
    "unknown_subject_near": _l("“%(value)s” is no department and no other subject. Is %(likely)s meant?"),
    "ambiguous_subject": _l("More than one subject is called “%(value)s” (%(codes)s). Enter the code."),
    "unknown_unit": _l("There is no department “%(value)s”. Enter its code or name as on the roster."),
    "unknown_unit_near": _l("There is no department “%(value)s”. Is %(likely)s meant?"),
    "ambiguous_unit": _l("More than one department is called “%(value)s” (%(codes)s). Enter the code."),
    "unknown_control": _l("The catalogue in use has no control “%(value)s”. Enter the code of a control."),
    "unknown_control_near": _l("The catalogue in use has no control “%(value)s”. Is %(likely)s meant?"),
    "wrong_target": _l(
        "The control %(value)s is not asked of this kind of subject. Correct the control or the subject."
    ),
    "unknown_number": _l(
        "There is nobody with the employee number %(value)s on the roster. Correct it, or enter the name: it is then kept as written."
    ),
    "ambiguous_person": _l("More than one person is called “%(value)s”. Enter the employee number."),
    "unknown_word": _l("%(column)s “%(value)s” is not known. Use one of: %(choices)s."),
    "which_grade": _l(
        "“%(value)s” does not say whether the nonconformity is major or minor. Use one of: %(choices)s."
    ),
    "control_twice": _l("The control %(value)s has a result already in %(first)s. Keep one of the two rows."),
    "ends_before": _l("%(column)s (%(value)s) is before %(other)s. Correct one of the two dates."),
    "in_the_future": _l("%(column)s (%(value)s) is after today. Only what is over can be imported."),
    "no_department": _l(
        "It is not said which department answers for this finding. Enter it in the column %(column)s."
    ),
    "no_subject": _l("Neither the audit nor the subject of this finding is given. Enter one of the two."),
    "missing_when_open": _l("%(column)s is empty. An open finding needs the day by which it is put right."),
    "missing_when_closed": _l("%(column)s is empty. A closed finding needs the day on which it was closed."),
    "too_many_auditors": _l("The names of the auditors are longer than %(limit)s characters. Shorten them."),
}
WARNINGS: dict[str, LazyString] = {
    "sheet_passed_over": _l("This sheet is neither audits, results nor findings and was not read."),
    "unknown_person": _l("“%(value)s” is not on the roster. The name is kept as written."),
    "not_independent": _l(
        "%(person)s was not independent in the audited period: %(reason)s It is shown to the head of audit, to be settled."
    ),
    "same_audit": _l(
        "There is already an audit of this subject that starts on %(day)s: %(number)s. Is it the same one?"
    ),
}
NOTICES: dict[str, LazyString] = {
    "example_passed_over": _l("%(column)s: the examples of the template were passed over (%(count)s rows)."),
    "already_there": _l("%(column)s: rows imported before were passed over (%(count)s rows)."),
    "column_not_used": _l("The column %(column)s is not used."),
}
