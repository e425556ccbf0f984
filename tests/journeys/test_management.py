"""Journey 6: the representative opens the overview and takes the workbook home, as of a past date as well."""

from __future__ import annotations

import openpyxl

from tests.bed import browser
from tests.journeys.walking import LANGUAGES, Open, Walk, is_clean


@LANGUAGES
def test_the_representative_downloads_a_workbook_that_needs_no_explanation(
    app,
    settings,
    browser_page: Open,
    tmp_path,
    lang,
):
    walk = Walk(browser_page(lang), lang)
    walk.sign_in("000001")
    for address in ("/", "/reports/overview", "/promises/", "/reports/"):
        walk.go(address)
        walk.look()
    for as_of in ("2026-11-20", "2026-09-30"):
        walk.go("/reports/")
        walk.fill("as_of", as_of)
        walk.page.select_option("select[name=language]", lang)
        file = tmp_path / f"{as_of}.xlsx"
        browser.fetched(walk.button("Download the summary")).save_as(file)
        book = openpyxl.load_workbook(file, read_only=True)
        assert len(book.sheetnames) >= 8
        text = " ".join(
            str(cell) for row in book.worksheets[0].iter_rows(values_only=True) for cell in row if cell
        )
        assert "青葉見本株式会社" in text if lang == "ja" else "Aoba Mihon" in text
        book.close()
    is_clean(settings)
