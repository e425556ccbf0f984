"""The house of design §4, held: who imports whom, which rooms a feature has, how long a function is."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "auditor"

# From the ground up: a feature's models, actions and queries import only from those above their own.
ORDER = [
    "company",
    "people",
    "accounts",
    "evidence",
    "notifications",
    "catalogue",
    "training",
    "audits",
    "findings",
    "promises",
    "worklist",
    "reports",
    "integrity",
    "demo",
    "scheduling",
]
# Importing everything is their job.
WIRING = {
    "auditor",
    "auditor.cli",
    "auditor.console",
    "auditor.__main__",
    "auditor.reactions",
    "auditor.sights",
}
OUTER_ROOMS = {"views", "commands", "forms"}  # these may use any feature's actions and queries
REQUEST = {"request", "current_user", "session", "g", "current_app"}  # what belongs to one request
LONGEST_FUNCTION = 60
LONGEST_MODULE = 400
VAGUE = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "misc",
    "manager",
    "managers",
    "handler",
    "handlers",
    "data",
}


@cache
def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


@cache
def nodes(path: Path) -> list[ast.AST]:
    return list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


@cache
def known() -> set[str]:
    return {dotted(module) for module in modules()}


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def feature_of(name: str) -> str | None:
    parts = name.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in ORDER else None


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[1]


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Each module of ours that a file imports, wherever in the file, with the line."""
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from (
                (alias.name, node.lineno) for alias in node.names if alias.name.split(".")[0] == "auditor"
            )
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = list(path.relative_to(ROOT).parent.parts)
                base = ".".join([*above[: len(above) - node.level + 1], *([base] if base else [])])
            if base.split(".")[0] == "auditor":
                for alias in node.names:
                    inner = f"{base}.{alias.name}"
                    yield (inner if inner in known() else base), node.lineno


def test_the_kernel_imports_only_the_kernel() -> None:
    faults = [
        f"{dotted(path)}:{line} imports {name}"
        for path in PACKAGE.glob("*.py")
        if dotted(path) not in WIRING
        for name, line in imports(path)
        if feature_of(name) or name in WIRING
    ]
    assert not faults, "\n".join(faults)


def test_a_feature_imports_only_from_above_itself() -> None:
    faults = []
    for path in modules():
        own = feature_of(dotted(path))
        if own is None or room_of(path) in OUTER_ROOMS or own == "demo":
            continue
        for name, line in imports(path):
            other = feature_of(name)
            if other and ORDER.index(other) > ORDER.index(own):
                faults.append(f"{dotted(path)}:{line} imports {name}; tell it through events.py")
            if name in WIRING:
                faults.append(f"{dotted(path)}:{line} imports the wiring")
    assert not faults, "\n".join(faults)


def test_outer_rooms_use_actions_and_queries_of_others_and_never_their_pages() -> None:
    faults = [
        f"{dotted(path)}:{line} imports {name}"
        for path in modules()
        if (own := feature_of(dotted(path)))
        for name, line in imports(path)
        if (other := feature_of(name)) and other != own
        if {"views", "commands"} & set(name.split("."))
    ]
    assert not faults, "\n".join(faults)


def test_rules_and_reads_know_nothing_of_a_request() -> None:
    faults = []
    for path in modules():
        if feature_of(dotted(path)) is None or room_of(path) in OUTER_ROOMS:
            continue
        for node in nodes(path):
            if isinstance(node, ast.ImportFrom) and node.module in {"flask", "flask_login"}:
                taken = {alias.name for alias in node.names} & REQUEST
                faults += [f"{dotted(path)}:{node.lineno} imports {', '.join(taken)}"] if taken else []
        faults += [
            f"{dotted(path)}:{line} imports {name}"
            for name, line in imports(path)
            if OUTER_ROOMS & set(name.split("."))
        ]
    assert not faults, "actor and time are arguments:\n" + "\n".join(faults)


def test_only_the_clock_reads_the_clock() -> None:
    reading = {
        ("datetime", "now"),
        ("datetime", "utcnow"),
        ("datetime", "today"),
        ("date", "today"),
        ("time", "time"),
    }
    faults = [
        f"{dotted(path)}:{node.lineno} {node.func.value.id}.{node.func.attr}()"
        for path in modules()
        if dotted(path) != "auditor.clock"
        for node in nodes(path)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and (node.func.value.id, node.func.attr) in reading
    ]
    assert not faults, "use auditor.clock:\n" + "\n".join(faults)


def test_every_folder_of_the_package_is_a_feature_in_the_order() -> None:
    folders = {path.name for path in PACKAGE.iterdir() if path.is_dir() and (path / "__init__.py").exists()}
    assert folders <= set(ORDER), f"not in the order: {sorted(folders - set(ORDER))}"


def test_rooms_have_plain_names() -> None:
    vague = [dotted(path) for path in modules() if path.stem in VAGUE]
    assert not vague, f"what is in it? {vague}"


def test_templates_and_tests_mirror_the_features() -> None:
    beside = {"access", "bed", "benchmarks", "faults", "fixtures", "fuzz", "journeys", "errors"}
    stray = [
        str(folder.relative_to(ROOT))
        for top in ("templates", "tests")
        for folder in (ROOT / top).iterdir()
        if folder.is_dir() and not folder.name.startswith((".", "_")) and folder.name not in {*ORDER, *beside}
    ]
    assert not stray, f"no feature of this name: {stray}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: dotted(path))
def test_a_module_and_its_functions_can_be_read_in_one_sitting(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= LONGEST_MODULE, f"{text.count(chr(10))} lines: a room is missing"
    faults = [
        f"{node.name}: {size} lines"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (size := own_lines(node)) > LONGEST_FUNCTION
    ]
    assert not faults, f"more than {LONGEST_FUNCTION} lines: {faults}"


def own_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The lines of a function without those of the functions inside it, which are counted as themselves."""
    inner = [node for node in function.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return _lines(function) - sum(_lines(node) for node in inner)


def _lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1
