"""What every application of a test process would make anew, and all alike: templates, routes, empty tables."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from playhouse.migrations import Runner
from werkzeug.routing import Rule

from auditor import db


@contextmanager
def templates(folder: Path) -> Iterator[None]:
    """Compile a template once a run, whichever worker and whichever application asks for it first."""
    folder.mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Flask, "jinja_options", {"bytecode_cache": FileSystemBytecodeCache(str(folder))})
        yield


@contextmanager
def routes() -> Iterator[None]:
    """Compile what builds the address of a route once a process: most of the work of making an application."""
    compiled: dict[object, Callable[..., tuple[str, str]]] = {}
    compile_builder = Rule._compile_builder

    def once(rule: Any, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        key = (rule.rule, append_unknown, tuple(rule._trace), repr(rule.defaults))
        if key not in compiled:
            compiled[key] = compile_builder(rule, append_unknown)
        return compiled[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", once)
        yield


@contextmanager
def tables(pristine: Path) -> Iterator[None]:
    """Give a new embedded database a copy of the tables that all the migrations made in ``pristine``."""
    migrate = Runner.up

    def up(runner: Any, target: str | None = None, **more: Any) -> list[str]:
        names = [entry.name for entry in runner.migrations()]
        if more or target not in (None, names[-1]) or not db.is_sqlite() or db.database.get_tables():
            done: list[str] = migrate(runner, target, **more)
            return done
        try:
            with closing(sqlite3.connect(pristine)) as made:
                made.backup(db.database.connection())
        except sqlite3.Error:  # a disk that is full: the migrations tell of it in their own way
            return list(migrate(runner, target))
        return names

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Runner, "up", up)
        yield
