"""auditor backup, auditor restore."""

from __future__ import annotations

import os
import secrets
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click
from flask import current_app
from peewee import OperationalError

from auditor import clock, settings_of
from auditor.access import application
from auditor.config import Settings
from auditor.console import COMMAND_LINE, command, language_of, refuse
from auditor.errors import AuditorError, RuleBroken
from auditor.integrity import archive, outside, unfinished
from auditor.integrity.backup import back_up
from auditor.integrity.restore import Restored
from auditor.integrity.restore import restore as restored
from auditor.language import LANGUAGES, _, _l, _n, format_instant, speaking

_FOLDER = click.Path(file_okay=False, path_type=Path)


def register(main: click.Group) -> None:
    """Add the commands of keeping."""
    main.add_command(restore)

    @command(main, "backup", upgrade=False)
    @click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
    @click.option("--outside", "folder", type=_FOLDER, help="Copy key, end of the log and erasures there.")
    @click.option("--force", is_flag=True, help="Replace FILE if it is there.")
    def backup(file: Path, folder: Path | None, force: bool) -> None:
        """Write database and evidence to one FILE, while people work; restore takes it back.

        The key of the log is not in it. With --outside it is copied to a folder that you keep apart from the
        backups, with the end of the log and the list of what was erased. Exit 1 when evidence was missing.
        Example: auditor backup /backup/auditor-$(date +%F).zip --outside /mnt/keys
        """
        settings = settings_of(current_app)
        if not file.absolute().parent.is_dir():
            raise click.UsageError(str(_("There is no folder %(folder)s.", folder=file.absolute().parent)))
        made = back_up(application(COMMAND_LINE), settings, file, clock.now(), os.environ, force)
        rows = sum(table.rows for table in made.manifest.tables)
        said = {"file": file, "rows": rows, "files": made.manifest.files, "size": made.size / 1_000_000}
        click.echo(_("%(file)s: %(rows)d rows, %(files)d evidence files, %(size).1f MB", **said))
        click.echo(_("It holds personal data in clear. Keep it as you keep the database."))
        _say_where_the_key_is(settings, folder)
        for sha256 in made.lacking:
            click.echo(_("Evidence file %(file)s is missing or changed: it is not in the backup.", file=sha256), err=True)  # fmt: skip
        if not made.key_fits:
            click.echo(_("The log was written with another key than the one in use here. Only the one in use opens this backup."), err=True)  # fmt: skip
        if made.lacking or not made.key_fits:
            sys.exit(1)


def _say_where_the_key_is(settings: Settings, folder: Path | None) -> None:
    if folder is not None:
        outside.put(folder, settings.log_key)
        click.echo(_("Key, end of the log and list of erasures: %(folder)s. Keep them apart from the backups.", folder=folder))  # fmt: skip
        return
    file = settings.data / "keys" / outside.KEY
    place = (
        "AUDITOR_LOG_KEY"
        if os.environ.get("AUDITOR_LOG_KEY")
        else os.environ.get("AUDITOR_LOG_KEY_FILE", file)
    )
    click.echo(
        _(
            "The key of the log is not in it, and without the key nobody can prove the log: %(place)s. Keep a copy apart from the backups (--outside).",
            place=place,
        )
    )


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--data", type=_FOLDER, help="An empty folder for the company (or AUDITOR_DATA).")
@click.option("--outside", "folder", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Folder with what was kept outside: log.key, log-head.json, erasures.jsonl.")  # fmt: skip
@click.option("--check", is_flag=True, help="Restore to a temporary place, verify, throw away.")
@click.option("--key-lost", is_flag=True, help="Go on without the key: the log cannot be proven any more.")
@click.option("--lang", type=click.Choice(list(LANGUAGES)), help="Language of what is printed.")
def restore(
    file: Path, data: Path | None, folder: Path | None, check: bool, key_lost: bool, lang: str | None
) -> None:
    """Make the company of a backup in an empty folder, on the database that DATABASE_URL names.

    Everything is checked, brought up to date and verified, or nothing is left behind. Exit 1 when verifying
    finds something. Example: auditor restore /backup/auditor-2026-11-23.zip --data /srv/auditor --outside /mnt/keys
    """
    from auditor import create_app

    try:
        with _place(data, folder, check, key_lost) as place:
            app = create_app(unfinished.staged(place.settings))
            spoken = lang or language_of(os.environ, place.settings.default_language)
            with app.app_context(), speaking(spoken):
                try:
                    if not place.has_key:
                        raise RuleBroken(_no_key(place.settings))
                    with archive.opened(file) as backup:
                        done = restored(
                            application(COMMAND_LINE), place.settings, backup, folder, clock.now(), key_lost
                        )  # fmt: skip
                except (AuditorError, OSError, OperationalError) as error:
                    refuse(error)
                _report(done, key_lost)
                if check:
                    click.echo(_("This was a trial: nothing of it was kept."))
    except (AuditorError, OSError, OperationalError) as error:
        refuse(error)
    if done.problems:
        sys.exit(1)


@dataclass(frozen=True)
class _Place:
    settings: Settings
    has_key: bool


@contextmanager
def _place(data: Path | None, folder: Path | None, check: bool, key_lost: bool) -> Iterator[_Place]:
    """Give the settings of the place to restore into, with the key of the log in it.

    What was made for it goes away again when the block ends in an error.
    """
    environ = dict(os.environ)
    real = (data or Path(environ.get("AUDITOR_DATA") or "data")).expanduser().resolve()
    key = _key(environ, real, folder)
    has_key = key is not None or key_lost
    environ.setdefault("AUDITOR_SECRET_KEY", secrets.token_hex(32))  # the first start makes its own
    if not environ.get("AUDITOR_LOG_KEY_FILE"):
        environ["AUDITOR_LOG_KEY"] = environ.get("AUDITOR_LOG_KEY") or key or secrets.token_hex(32)
    if check:
        environ.pop("DATABASE_URL", None)
        with tempfile.TemporaryDirectory(prefix="auditor-restore-") as scratch:
            yield _Place(Settings.load(environ, data=Path(scratch)), has_key)
        return
    made = [one for one in (real / "keys", real) if not one.exists()]
    kept = real / "keys" / outside.KEY
    try:
        settings = Settings.load(environ, data=real)
        in_environment = bool(os.environ.get("AUDITOR_LOG_KEY") or os.environ.get("AUDITOR_LOG_KEY_FILE"))
        if has_key and not in_environment and not kept.exists():
            made.insert(0, kept)
            outside.write(kept, settings.log_key)
        yield _Place(settings, has_key)
    except BaseException:
        for one in made:
            with suppress(OSError):
                one.rmdir() if one.is_dir() else one.unlink()
        raise


def _key(environ: dict[str, str], data: Path, folder: Path | None) -> str | None:
    """Return the key: from the environment, from what was kept outside, or from where the company shall be."""
    if environ.get("AUDITOR_LOG_KEY") or environ.get("AUDITOR_LOG_KEY_FILE"):
        return environ.get("AUDITOR_LOG_KEY") or ""
    given = outside.key_in(folder) if folder is not None else None
    there = outside.key_in(data)
    if given and there and given != there:
        raise RuleBroken(
            f"{data / 'keys' / outside.KEY} holds another key than {folder}. Nothing was restored. "
            "Move away the one that is not of this company."
        )
    key = given or there
    return key.decode("ascii", "replace") if key else None


def _no_key(settings: Settings) -> object:
    return _l(
        "The key of the log is not there. Nothing was restored. Put it into %(file)s, or name the folder that it was kept in: --outside FOLDER. If it is lost for good: --key-lost.",
        file=settings.data / "keys" / outside.KEY,
    )


def _report(done: Restored, key_lost: bool) -> None:
    """Say what is back, what is not, and what to do first."""
    made = done.manifest
    rows = sum(table.rows for table in made.tables)
    click.echo(
        _(
            "Restored as of %(at)s: %(rows)d rows, %(files)d evidence files. The backup was made by auditor %(product)s on %(engine)s.",
            at=format_instant(datetime.fromisoformat(made.made_at)),
            rows=rows,
            files=made.files,
            product=made.product,
            engine=made.engine,
        )
    )
    if done.upgraded:
        click.echo(_("Brought up to date: %(steps)s", steps=", ".join(done.upgraded)))
    if done.lost is None:
        click.echo(_("How much came after the backup is not known: no end of the log was given (--outside)."))
    else:
        click.echo(_n("%(num)d event of the log came after it and is lost (the note of the backup itself is one).", "%(num)d events of the log came after it and are lost (the note of the backup itself is one).", done.lost))  # fmt: skip
    if done.erased is None:
        click.echo(_("No list of erasures was given (--outside): what was erased since then is back. Erase it again."))  # fmt: skip
    elif done.erased == 0:
        click.echo(_("Nothing had been erased since then."))
    else:
        click.echo(_n("%(num)d erasure made since then was done again.", "%(num)d erasures made since then were done again.", done.erased))  # fmt: skip
    click.echo(_("Who left since then is back at work here: import the newest roster first."))
    click.echo(
        _("Everybody signs in again, with the password of then; links that set a password have ended.")
    )
    if done.waiting:
        click.echo(_n("%(num)d mail waits; if it went out after the backup, it goes out once more with the same Message-ID.", "%(num)d mails wait; those that went out after the backup go out once more with the same Message-ID.", done.waiting))  # fmt: skip
    if made.environment:
        click.echo(_("The environment was:"))
        for name, value in sorted(made.environment.items()):
            click.echo(f"  {name}={value}")
    if key_lost:
        click.echo(_("The log cannot be proven any more: it was made with a key that is lost."))
    for problem in done.problems[:20]:
        click.echo(str(problem))
    found = len(done.problems)
    verdict = _("clean") if not found else _n("%(num)d problem", "%(num)d problems", found)
    click.echo(_("Verified: %(verdict)s", verdict=verdict))
