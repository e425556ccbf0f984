"""What a request brings, in a form that both databases take: no NUL in a text, no number they cannot hold.

PostgreSQL refuses a NUL in a text, SQLite an integer past 64 bits, and each would end a request half-way.
Nobody types either: they are taken off, or name nothing, where the request is read.
"""

from __future__ import annotations

from contextlib import suppress
from tempfile import SpooledTemporaryFile
from typing import Any

import flask
from flask import Flask
from werkzeug.datastructures import FileStorage, ImmutableMultiDict
from werkzeug.routing import IntegerConverter, Map, UnicodeConverter
from werkzeug.utils import cached_property

from auditor import language

_IN_MEMORY = 500 * 1024  # bytes of a file that is being received; a larger one waits on the disk
LARGEST = 2**31 - 1  # of the ids of both databases


def whole_number(text: str) -> int:
    """Return ``text`` as a number that a column can hold; raises ValueError for any other."""
    number = int(text)
    if abs(number) > LARGEST:
        raise ValueError(f"{text[:20]}: no column holds this")
    return number


class Typed(ImmutableMultiDict[str, Any]):
    """The fields of an address or a form; ``type=int`` takes only what a column can hold."""

    def __init__(self, mapping: Any = None) -> None:
        super().__init__(mapping)
        named: list[tuple[Any, list[Any]]] = list(dict.items(self))
        for name, values in named:
            if name is None:  # a part of a damaged form that does not say which field it is
                dict.pop(self, name)  # type: ignore[misc]
            else:
                dict.__setitem__(self, _plain(name), [_plain(value) for value in values])

    def get(self, key: str, default: Any = None, type: Any = None) -> Any:  # type: ignore[override]
        return super().get(key, default, whole_number if type is int else type)

    def getlist(self, key: str, type: Any = None) -> list[Any]:
        return super().getlist(key, whole_number if type is int else type)


def _plain(value: Any) -> Any:
    if isinstance(value, FileStorage):
        value.filename = _plain(value.filename)
        return value
    return value.replace("\0", "") if isinstance(value, str) else value


class _Upload(SpooledTemporaryFile[bytes]):
    """A file that is being received. Where there is no room for it, the rest of the form still arrives.

    Reading it then raises the error: a text that stands behind the file in the form must not be lost with it.
    """

    lost: OSError | None = None

    def write(self, data: Any) -> int:
        if self.lost is None:
            try:
                return super().write(data)
            except OSError as error:
                self.lost = error
        return len(data)

    def seek(self, *place: int) -> int:
        try:
            return super().seek(*place)
        except OSError as error:
            self.lost = self.lost or error
            return 0

    def read(self, *size: int) -> bytes:
        if self.lost is not None:
            raise self.lost
        return super().read(*size)

    def close(self) -> None:
        with suppress(OSError):
            super().close()


class Request(flask.Request):
    """A request whose fields are ``Typed``."""

    parameter_storage_class = Typed

    @property
    def wtforms_translations(self) -> Any:
        """Where Flask-WTF looks for the messages of this request's language."""
        return language.form_texts(language.current())

    def _get_file_stream(self, *_of_the_part: Any, **_more: Any) -> Any:
        return _Upload(max_size=_IN_MEMORY)

    @cached_property
    def values(self) -> Any:
        """The fields of the address and then of the form."""
        both = [self.args, self.form] if self.method in ("POST", "PUT", "PATCH") else [self.args]
        return Typed([pair for one in both for pair in one.items(multi=True)])


class _Number(IntegerConverter):
    regex = r"\d{1,10}"

    def __init__(self, map: Map, **options: Any) -> None:
        super().__init__(map, **{"max": LARGEST, **options})


class _Text(UnicodeConverter):
    def __init__(self, map: Map, **options: Any) -> None:
        super().__init__(map, **options)
        self.regex = self.regex.replace("[^/]", "[^/\0]")


def install(app: Flask) -> None:
    """Have every request of ``app`` read this way; before its routes are named."""
    app.request_class = Request
    app.url_map.converters.update(int=_Number, string=_Text, default=_Text)

    @app.teardown_request
    def close_files(_error: BaseException | None) -> None:
        flask.request.close()  # a large one lies on the disk until then
