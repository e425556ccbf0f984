"""auditor demo leaves alone what is not its own, and says who signs in with what."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from auditor.demo.commands import _own
from auditor.demo.signins import PASSWORD, SIGN_INS, table


def test_a_folder_with_something_else_in_it_is_refused_and_left_as_it_is(tmp_path):
    (tmp_path / "letters.txt").write_text("mine")
    command = [str(Path(sys.executable).with_name("auditor")), "demo", "--data", str(tmp_path)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 1 and "something else than a demo" in ran.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["letters.txt"]


def test_a_demo_touches_no_other_database_and_no_other_folder():
    environ = os.environ.copy() | {
        "DATABASE_URL": "postgresql://real",
        "AUDITOR_DATA": "/srv",
        "PATH": "/bin",
    }
    assert _own(environ)["PATH"] == "/bin"
    assert not [name for name in _own(environ) if name == "DATABASE_URL" or name.startswith("AUDITOR_")]


def test_the_table_names_everybody_with_role_and_what_to_look_at():
    said = table("http://127.0.0.1:8000")
    assert PASSWORD in said
    for one in SIGN_INS:
        assert one.number in said and one.role_ja in said and one.first_en in said
