"""Two people on two papers and somebody on the screen at once: nothing lost, nothing doubled, no conflict hidden."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.audits.results import Result
from tests.audits.making import answer, assigned
from tests.audits.workingpaper.roundtrip import CODES, Round, changes, paper_steps, typed
from tests.bed.absence import examples
from tests.cast import NOW, Cast

PEOPLE = ("auditor", "second_auditor")
steps = st.lists(
    paper_steps(PEOPLE) | st.tuples(st.just("screen"), st.sampled_from(CODES), changes),
    min_size=3,
    max_size=8,
)
LABELS = {"conform": "適合", "minor": "Minor nonconformity", "not_applicable": "対象外"}


@settings(max_examples=examples(4, 11))
@given(steps)
def test_whatever_two_papers_and_the_screen_say_arrives_once(cast: Cast, told: list[Any]) -> None:
    round_ = Round(cast, assigned(cast, auditors=PEOPLE, codes=CODES), LABELS)
    for who in PEOPLE:
        round_.take(who, NOW)
    at = NOW
    for step in told:
        at += timedelta(minutes=1)
        if not round_.paper(step, at):
            _screen, code, (result, note) = step
            said = typed(round_.stands[code], result, note)
            values = {"note": said[1], "reason": said[2]}
            answer(cast, round_.item[code], Result(said[0]), by="second_auditor", at=at, **values)
            round_.put(code, said)
        round_.holds()
    round_.ends()
