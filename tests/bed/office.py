"""A real LibreOffice: workbooks recalculated, printed to PDF, and the pages as pictures."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.bed.absence import absent

# 0 = always: without it LibreOffice trusts the values that the file carries.
RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop>
<prop oor:name="ODFRecalcMode" oor:op="fuse"><value>0</value></prop>
</item>
</oor:items>
"""
SECONDS = 120


class Office:
    """One LibreOffice with a profile of the tests' own, so that no setting of the machine reaches them.

    The profile is made at the first start and kept: making it costs as much as a conversion.
    """

    def __init__(self, folder: Path, profile: Path) -> None:
        self.program = shutil.which("soffice") or shutil.which("libreoffice") or ""
        if not self.program:
            absent("LibreOffice", "apt install libreoffice-calc")
        self.folder = folder
        self.profile = profile
        settings = self.profile / "user" / "registrymodifications.xcu"
        if not settings.exists():
            settings.parent.mkdir(parents=True)
            settings.write_text(RECALCULATE, encoding="utf-8")

    def recalculated(self, workbook: Path) -> Path:
        """The same workbook, opened, every formula calculated anew, and saved as xlsx."""
        return self.all_recalculated(workbook)[0]

    def all_recalculated(self, *workbooks: Path) -> list[Path]:
        """The same of several workbooks with different names, by one start of LibreOffice."""
        return self._converted(workbooks, "xlsx")

    def printed(self, workbook: Path) -> Path:
        """The workbook as the PDF that printing it gives."""
        return self._converted((workbook,), "pdf")[0]

    def pictures(self, pdf: Path, dpi: int = 60) -> list[Path]:
        """One PNG a page, in page order."""
        program = shutil.which("pdftoppm")
        if program is None:
            absent("pictures of printed pages", "apt install poppler-utils")
        stem = pdf.with_suffix("")
        subprocess.run([program, "-png", "-r", str(dpi), pdf, stem], check=True, timeout=SECONDS)
        return sorted(pdf.parent.glob(f"{stem.name}-*.png"))

    def text(self, pdf: Path) -> str:
        """The text of a printed workbook, laid out as on the page."""
        program = shutil.which("pdftotext")
        if program is None:
            absent("the text of printed pages", "apt install poppler-utils")
        done = subprocess.run(
            [program, "-layout", pdf, "-"], check=True, timeout=SECONDS, capture_output=True, text=True
        )
        return done.stdout

    def _converted(self, workbooks: Sequence[Path], kind: str) -> list[Path]:
        target = self.folder / f"as-{kind}"
        target.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            [
                self.program,
                f"-env:UserInstallation={self.profile.as_uri()}",
                *("--headless", "--norestore", "--nolockcheck"),
                *("--convert-to", kind, "--outdir", str(target), *map(str, workbooks)),
            ],
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
        results = [target / f"{workbook.stem}.{kind}" for workbook in workbooks]
        for workbook, result in zip(workbooks, results, strict=True):
            assert result.exists(), (
                f"LibreOffice did not convert {workbook.name}: {done.stdout} {done.stderr}"
            )
        return results
