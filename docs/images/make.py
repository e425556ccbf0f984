"""Takes the pictures of the README from a running demo: python docs/images/make.py http://127.0.0.1:8000

Needs the test tools (`make test` installs them) and Chromium.
"""

from __future__ import annotations

import sys
from pathlib import Path

from auditor.demo.signins import PASSWORD
from tests.bed import browser

HERE = Path(__file__).parent
PICTURES = (("worklist", "002215", "/worklist/", "ja"), ("worklist.en", "002215", "/worklist/", "en"))


def main(address: str) -> None:
    """Write each picture beside this file."""
    with browser.launched() as launched:
        for name, number, path, language in PICTURES:
            page = launched.new_page(
                base_url=address,
                locale={"ja": "ja-JP", "en": "en-GB"}[language],
                viewport={"width": 1180, "height": 760},
            )
            page.goto("/accounts/sign-in")
            page.fill("[name=login]", number)
            page.fill("[name=password]", PASSWORD)
            page.locator("form[action*='sign-in'] button[type=submit]").click()
            page.goto(path)
            page.screenshot(path=HERE / f"{name}.png")
            page.close()


if __name__ == "__main__":
    main(sys.argv[1])
