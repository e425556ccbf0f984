"""The wheel carries all that the application reads, and works away from the checkout."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.bed.absence import absent

ROOT = Path(__file__).resolve().parents[1]
TAKEN = [
    "auditor",
    "templates",
    "controls",
    "migrations",
    "pyproject.toml",
    "hatch_build.py",
    "README.md",
    "LICENSE",
]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of the checkout with the build tools of this environment."""
    if importlib.util.find_spec("hatchling") is None:
        absent("the wheel", "pip install hatchling")
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in TAKEN:
        here = ROOT / name
        if here.is_dir():
            shutil.copytree(here, source / name, ignore=shutil.ignore_patterns("__pycache__", "compiled"))
        else:
            shutil.copy(here, source / name)
    # fmt: off
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    # fmt: on
    subprocess.run([*command, "--wheel-dir", str(out), str(source)], check=True, timeout=120)
    return next(out.glob("auditor-*.whl"))


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel's content in a folder of its own, as pip would lay it down."""
    folder = tmp_path_factory.mktemp("site-packages")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def _run(installed: Path, code: str, *arguments: str, folder: Path) -> str:
    """Runs `code` with the installed package before the checkout, in a folder away from both."""
    environment = {**os.environ, "PYTHONPATH": str(installed), "PYTHONSAFEPATH": "1"}
    environment.pop("DATABASE_URL", None)
    command = [sys.executable, "-W", "error", "-c", code, *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def _below(*folders: str) -> set[str]:
    files = (path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file())
    return {str(path.relative_to(ROOT)) for path in files if "__pycache__" not in path.parts}


def test_the_wheel_carries_every_file_that_is_read(wheel: Path) -> None:
    carried = set(zipfile.ZipFile(wheel).namelist())
    wanted = {f"auditor/_bundled/{name}" for name in _below("templates", "controls", "migrations")}
    wanted |= {name for name in _below("auditor") if not name.endswith((".po", ".mo", ".pot"))}
    assert not wanted - carried, f"missing in the wheel: {sorted(wanted - carried)}"


def test_the_wheel_carries_the_compiled_translations_and_not_their_sources(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "auditor/locale/compiled/ja/LC_MESSAGES/messages.mo" in names
    assert not [name for name in names if name.endswith(".po")]


def test_the_installed_package_finds_its_own_folders(installed: Path, tmp_path: Path) -> None:
    code = "from auditor import places as p; print(p.templates(), p.controls(), p.migrations(), sep='\\n')"
    found = _run(installed, code, folder=tmp_path).splitlines()
    assert found == [
        f"{installed}/auditor/_bundled/{name}" for name in ("templates", "controls", "migrations")
    ]
    assert all(Path(folder).is_dir() for folder in found)


def test_the_checkout_finds_its_own_folders() -> None:
    from auditor import places

    assert [places.templates(), places.controls(), places.migrations()] == [
        ROOT / "templates",
        ROOT / "controls",
        ROOT / "migrations",
    ]


def test_the_installed_application_answers_in_japanese(installed: Path, tmp_path: Path) -> None:
    for folder in installed.rglob("*"):
        folder.chmod(0o555 if folder.is_dir() else 0o444)  # site-packages may belong to root
    code = """
import sys
from pathlib import Path
import auditor
from auditor.config import Settings
settings = Settings.load({}, data=Path(sys.argv[1]))
auditor.open_database(settings)
answer = auditor.create_app(settings).test_client().get(
    "/", follow_redirects=True, headers={"Accept-Language": "ja"}
)
print(answer.status_code, Path(auditor.__file__).parent, answer.text)
"""
    status, package, page = _run(installed, code, str(tmp_path / "data"), folder=tmp_path).split(" ", 2)
    assert (status, package) == ("200", f"{installed}/auditor")
    assert '<html lang="ja"' in page
    assert "Skip to content" not in page
