"""What a database says of its own tables, in a form that two databases of one kind can be compared by."""

from __future__ import annotations

from typing import Any

from auditor import db

HISTORY = "schema_migration"
Schema = dict[str, list[Any]]


def schema() -> Schema:
    """Columns, types, nullability, defaults, indexes and foreign keys of the connected database, by table."""
    tables = [name for name in db.database.get_tables() if name != HISTORY]
    describe = _sqlite if db.is_sqlite() else _postgres
    return {name: sorted(describe(name), key=repr) for name in sorted(tables)}


def differences(one: Schema, other: Schema) -> list[str]:
    """What stands in one schema and not in the other, in words."""
    found = []
    for table in sorted({*one, *other}):
        here, there = one.get(table, []), other.get(table, [])
        found += [f"{table}: only migrated has {entry}" for entry in here if entry not in there]
        found += [f"{table}: only the models have {entry}" for entry in there if entry not in here]
    return found


def _rows(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    return list(db.database.execute_sql(statement, values or None).fetchall())


def _sqlite(table: str) -> list[Any]:
    described: list[Any] = []
    for _cid, name, kind, required, default, key in _rows(f'PRAGMA table_info("{table}")'):
        described.append(("column", name, kind.upper(), bool(required), default, bool(key)))
    for _seq, name, unique, _origin, partial in _rows(f'PRAGMA index_list("{table}")'):
        columns = tuple(row[2] for row in _rows(f'PRAGMA index_info("{name}")'))
        described.append(("index", columns, bool(unique), bool(partial)))
    for _id, _seq, target, column, there, update, delete, _match in _rows(
        f'PRAGMA foreign_key_list("{table}")'
    ):
        described.append(("foreign key", column, target, there, update, delete))
    return described


def _postgres(table: str) -> list[Any]:
    columns = _rows(
        "SELECT column_name, data_type, character_maximum_length, numeric_precision, is_nullable, column_default"
        " FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s",
        table,
    )
    indexes = _rows(
        "SELECT (SELECT array_agg(pg_get_indexdef(i.indexrelid, k, true) ORDER BY k)"
        "          FROM generate_series(1, i.indnkeyatts) k)::text, i.indisunique, pg_get_expr(i.indpred, i.indrelid)"
        " FROM pg_index i WHERE i.indrelid = %s::regclass",
        f'"{table}"',
    )
    constraints = _rows(
        "SELECT contype::text, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass",
        f'"{table}"',
    )
    return [
        *(("column", *column) for column in columns),
        *(("index", *index) for index in indexes),
        *(("constraint", *constraint) for constraint in constraints),
    ]
