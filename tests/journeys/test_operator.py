"""Journey 7: the operator looks at jobs and outbox, runs a job as if it were another day, and verifies."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.journeys.walking import LANGUAGES, Open, Walk, is_clean


@LANGUAGES
def test_an_operator_sees_the_jobs_runs_them_and_verifies(app, settings, browser_page: Open, lang):
    walk = Walk(browser_page(lang), lang)
    walk.sign_in("003541")
    walk.look()
    walk.go("/jobs/")
    walk.look()
    walk.press("Run now")
    walk.look()
    walk.go("/jobs/send_mail")
    walk.look()
    walk.go("/outbox/")
    walk.look()
    ran = _auditor(settings, "jobs", "run", "assign_training", "--at", "2026-11-20T09:30")
    assert ran.returncode == 0 and "assign_training: Finished" in ran.stdout, ran
    verified = _auditor(settings, "verify")
    assert verified.returncode == 0 and "clean" in verified.stdout, verified
    is_clean(settings)


def _auditor(settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as an operator does, on the same company."""
    command = [str(Path(sys.executable).with_name("auditor")), *arguments, "--data", str(settings.data)]
    environ = {**os.environ, "DATABASE_URL": settings.database_url, "AUDITOR_LANGUAGE": "en"}
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, env=environ)
