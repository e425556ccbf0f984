"""What the load benchmark holds after it: nothing lost, nothing doubled, the log whole; and its table."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Collection, Mapping

from auditor import db
from auditor.audits.models import ItemResult
from auditor.config import Settings
from auditor.training.models import Attestation, QuizResult
from tests.benchmarks.load_people import Tally


def kept(settings: Settings) -> dict[str, int]:
    """Return how many results, quizzes and statements there are."""
    db.connect(settings.database_url)
    with db.connected():
        counts = {model.__name__: model.select().count() for model in (ItemResult, QuizResult, Attestation)}
    db.let_go()
    return counts


def check(settings: Settings, before: Mapping[str, int], tally: Tally) -> list[str]:
    """Return what does not agree between what the server said it kept and what is there."""
    after = kept(settings)
    with db.connected():
        notes = Counter(row[0] for row in db.tuples(ItemResult.select(ItemResult.note)))
    db.let_go()
    lost = [note for note in tally.saved if not notes[note]]
    doubled = [note for note in tally.saved if notes[note] > 1]
    expected = {"ItemResult": len(tally.saved), "QuizResult": tally.handed_in, "Attestation": tally.signed}
    wrong = [
        f"{name}: {after[name] - before[name]} new rows for {count} that the server took"
        for name, count in expected.items()
        if after[name] - before[name] != count and not tally.errors
    ]
    print(
        f"{len(tally.saved)} saves, {tally.conflicts} conflicts (409), {tally.handed_in} quizzes handed in, "
        f"{tally.signed} statements; lost {len(lost)}, doubled {len(doubled)}"
    )
    if lost or doubled:
        wrong.append(f"lost: {lost[:5]}, doubled: {doubled[:5]}")
    if tally.one_sided:
        wrong.append(f"{tally.one_sided} conflicts did not show both texts")
    return wrong


def verified(settings: Settings) -> list[str]:
    """Run `auditor verify` and return what it finds."""
    command = [
        sys.executable,
        "-c",
        "from auditor.cli import main; main()",
        "verify",
        "--data",
        str(settings.data),
    ]
    environ = {**os.environ, "DATABASE_URL": settings.database_url, "AUDITOR_LANGUAGE": "en"}
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    print("verify:", (done.stdout + done.stderr).strip().replace("\n", "\n  "))
    return [] if done.returncode == 0 else ["verify found something"]


def table(
    title: str, times: Mapping[str, list[float]], seconds: float | None, only: Collection[str] | None
) -> str:
    """Return a line a kind of request, in milliseconds; ``seconds`` gives the requests a second."""
    head = f"{'':22}{'requests':>9}{'/s':>7}{'p50':>8}{'p95':>8}{'p99':>8}{'max':>8}"
    lines = [title, head]
    shown = {kind: found for kind, found in sorted(times.items()) if only is None or kind in only}
    if only is None:
        shown["all"] = [one for found in shown.values() for one in found]
    for kind, found in shown.items():
        ordered = sorted(found)
        if not ordered:
            continue
        rate = f"{len(ordered) / seconds:7.1f}" if seconds else " " * 7
        figures = "".join(
            f"{ordered[min(int(len(ordered) * part), len(ordered) - 1)]:8.0f}"
            for part in (0.5, 0.95, 0.99, 1)
        )
        lines.append(f"{kind:22}{len(ordered):9}{rate}{figures}")
    return "\n".join(lines)
