"""Writes a workbook to the disk; where there is no room, one OSError says so and nothing is complained of later."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from lxml.etree import SerialisationError
from openpyxl import Workbook


@contextmanager
def written(book: Workbook, path: Path) -> Iterator[None]:
    """Save ``book`` to ``path`` after the block that fills it. Raises OSError with the file where it cannot."""
    try:
        yield
        with _File(path, "wb") as out:
            book.save(out)
            out.complain()
    except SerialisationError as error:  # sheets wait in temporary files until they are packed
        _let_go(book)
        number = getattr(errno, str(error).removeprefix("IO_"), errno.EIO)
        raise OSError(number, os.strerror(number), str(path)) from error
    except OSError as error:
        _let_go(book)
        raise OSError(error.errno, error.strerror, str(path)) from error


class _File(io.FileIO):
    """A file that takes what no longer fits and keeps the error: who packs into it would fail again at its end."""

    lost: OSError | None = None

    def write(self, data: Any) -> int:
        size = memoryview(data).nbytes
        view = memoryview(data).cast("B")
        while self.lost is None and view:
            try:
                view = view[super().write(view) :]
            except OSError as error:
                self.lost = error
        return size

    def complain(self) -> None:
        """Raise what went wrong."""
        if self.lost is not None:
            raise self.lost


def _let_go(book: Workbook) -> None:
    """Close what openpyxl has open for each sheet: left to the collector, it would complain once more."""
    for sheet in book.worksheets:
        for open_part in (
            getattr(sheet, "_rows", None),
            getattr(getattr(sheet, "_writer", None), "xf", None),
        ):
            if open_part is not None:
                with suppress(Exception):
                    open_part.close()
