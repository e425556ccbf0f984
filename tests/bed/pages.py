"""What holds on every page, checked on each page that a test fetches."""

from __future__ import annotations

import gzip
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import lxml.html
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from lxml import etree
from lxml.html import HtmlElement
from werkzeug.test import TestResponse

from tests.bed.texts import untranslated

UNLABELLED = {"hidden", "submit", "button", "reset", "image"}
SCRIPTS = {None, "", "module", "text/javascript", "importmap"}
SPOKEN_ATTRIBUTES = ("aria-label", "alt", "title", "placeholder", "data-label", "data-confirm")
LEFTOVERS = re.compile(r"%\(\w+\)[sd]|\{\{|\}\}|\{%|<function |<LazyString|object at 0x")


class PageFault(AssertionError):
    """A page breaks a rule that every page keeps; the message lists all of them."""


class CheckedClient(FlaskClient):
    """A test client that checks every page it fetches and carries the token that a page's form would.

    `client.get(...)` and `client.post(...)` as in Flask. `client.page(url)` gives the parsed page.
    Post with `csrf=False` to leave the token out.
    """

    def open(self, *args: Any, csrf: bool = True, **kwargs: Any) -> TestResponse:  # type: ignore[override]
        if csrf and str(kwargs.get("method", "GET")).upper() not in {"GET", "HEAD", "OPTIONS"}:
            kwargs["headers"] = {**dict(kwargs.get("headers") or {}), "X-CSRFToken": self._token()}
        response = super().open(*args, **kwargs)
        unsendable = [name for name, value in response.headers if not value.isascii()]
        assert not unsendable, f"{response.request.path}: a server sends no such header: {unsendable}"
        if response.mimetype == "text/html" and response.data and not 300 <= response.status_code < 400:
            packed = response.headers.get("Content-Encoding") == "gzip"
            page = gzip.decompress(response.data) if packed else response.data
            check(page.decode(), response.request.path)
        return response

    def page(self, url: str, *, status: int = 200, **kwargs: Any) -> HtmlElement:
        """GETs a page, redirects followed, holds its status, and gives it parsed."""
        response = self.get(url, follow_redirects=True, **kwargs)
        assert response.status_code == status, f"{url}: {response.status_code}, not {status}"
        return parsed(response)

    def _token(self) -> str:
        key = self.application.config.get("WTF_CSRF_SECRET_KEY") or self.application.secret_key
        with self.session_transaction() as session:
            raw = session.setdefault("csrf_token", "a token of the test bed")
        return str(URLSafeTimedSerializer(key, salt="wtf-csrf-token").dumps(raw))


def parsed(response: TestResponse) -> HtmlElement:
    """The page of a response, for `.xpath(...)` and `.text_content()`."""
    return lxml.html.document_fromstring(response.get_data(as_text=True))


def text_of(response: TestResponse) -> str:
    """What a reader sees of the main part (of all, where there is none), with single spaces."""
    page = parsed(response)
    return " ".join((page.xpath("//main") or [page])[0].text_content().split())


def check(html: str, where: str = "the page") -> None:
    """Raises PageFault with every rule that the page breaks."""
    page = lxml.html.document_fromstring(html)
    faults = [fault for rule in RULES for fault in rule(page)]
    if faults:
        raise PageFault(f"{where}:\n" + "\n".join(f"- {fault}" for fault in faults))


def _headings(page: HtmlElement) -> Iterator[str]:
    headings = page.xpath("//h1")
    if len(headings) != 1:
        yield f"{len(headings)} h1, not one: {[heading.text_content().strip() for heading in headings]}"
    elif not headings[0].text_content().strip():
        yield "the h1 is empty"
    if not (page.findtext(".//title") or "").strip():
        yield "no title"
    if not page.get("lang"):
        yield "<html> names no language"


def _ids(page: HtmlElement) -> Iterator[str]:
    counted = Counter(page.xpath("//@id"))
    yield from (f"id {name!r} stands {count} times" for name, count in counted.items() if count > 1)
    for attribute in ("for", "aria-labelledby", "aria-describedby", "aria-controls"):
        for element in page.xpath(f"//*[@{attribute}]"):
            for name in element.get(attribute).split():
                if name not in counted:
                    yield f"{attribute}={name!r} points at nothing: {_shown(element)}"
    for link in page.xpath("//a[starts-with(@href, '#')]"):
        name = link.get("href")[1:]
        if name and name not in counted:
            yield f"the link #{name} leads nowhere: {_shown(link)}"


def _forms(page: HtmlElement) -> Iterator[str]:
    for form in page.xpath("//form"):
        method = (form.get("method") or "get").lower()
        if method not in {"get", "post"}:
            yield f"a form with method {method!r}: {_shown(form)}"
        if re.match(r"(?i)[a-z]+:|//", form.get("action") or ""):
            yield f"a form that leaves the house: {_shown(form)}"
        if method == "post" and not form.xpath(".//input[@name='csrf_token' and string(@value)]"):
            yield f"a POST form without its token: {_shown(form)}"
        if method == "get" and form.xpath(".//input[@name='csrf_token']"):
            yield f"a GET form that puts its token into the address: {_shown(form)}"


def _labels(page: HtmlElement) -> Iterator[str]:
    labelled = set(page.xpath("//label[normalize-space()]/@for"))
    for field in page.xpath("//input | //select | //textarea"):
        if field.tag == "input" and (field.get("type") or "text").lower() in UNLABELLED:
            continue
        named = field.get("aria-label") or field.get("aria-labelledby") or field.get("id") in labelled
        if not named and not field.xpath("ancestor::label[normalize-space()]"):
            yield f"a field without a label: {_shown(field)}"
    for button in page.xpath("//button | //a[@href]"):
        inner = button.text_content().strip() or button.get("aria-label") or button.get("title")
        if not inner and not button.xpath(".//img[string(@alt)]"):
            yield f"a button or link without words: {_shown(button)}"
    yield from (f"a picture without alt: {_shown(image)}" for image in page.xpath("//img[not(@alt)]"))


def _tables(page: HtmlElement) -> Iterator[str]:
    for table in page.xpath("//table[not(@role='presentation')]"):
        if not table.xpath("./caption[normalize-space()]") and not table.get("aria-labelledby"):
            yield f"a table without a caption: {_shown(table)}"
        yield from (f"a th without scope: {_shown(cell)}" for cell in table.xpath(".//th[not(@scope)]"))


def _policy(page: HtmlElement) -> Iterator[str]:
    yield from (f"a style attribute: {_shown(element)}" for element in page.xpath("//*[@style]"))
    yield from ("an inline <style>" for _ in page.xpath("//style"))
    for script in page.xpath("//script[not(@src)]"):
        if script.get("type") in SCRIPTS:
            yield f"an inline script: {_shown(script)}"
    for element in page.xpath("//*[@*[starts-with(name(), 'on')]]"):
        yield f"an on… attribute: {_shown(element)}"
    for address in page.xpath(
        "//script/@src | //link/@href | //img/@src | //iframe/@src | //*[name()='use']/@href"
    ):
        if re.match(r"(?i)(?!data:)[a-z]+:|//", address):
            yield f"an asset from another host: {address}"
    yield from (
        f"a javascript: link: {link}" for link in page.xpath("//@href[starts-with(., 'javascript:')]")
    )


def _words(page: HtmlElement) -> Iterator[str]:
    japanese = (page.get("lang") or "").startswith("ja")
    for element, text in _spoken(page):
        if LEFTOVERS.search(text) or text.strip() == "None":
            yield f"a leftover of the program: {text.strip()[:80]!r}"
        elif japanese and _language(element) == "ja" and untranslated(text):
            yield f"English on a Japanese page: {text.strip()[:120]!r}"


def _spoken(page: HtmlElement) -> Iterator[tuple[HtmlElement, str]]:
    for element in page.iter(etree.Element):
        if element.tag in {"script", "style", "template"}:
            continue
        # What a person typed comes back in a field as they typed it.
        if element.tag != "textarea" and (element.text or "").strip():
            yield element, element.text
        yield from ((element, child.tail) for child in element if (child.tail or "").strip())
        yield from ((element, element.get(name)) for name in SPOKEN_ATTRIBUTES if element.get(name))
        if element.tag == "input" and element.get("type") in {"submit", "button"} and element.get("value"):
            yield element, element.get("value")


def _language(element: HtmlElement) -> str:
    for at in (element, *element.iterancestors()):
        if at.get("translate") == "no":
            return ""
        if at.get("lang"):
            return str(at.get("lang")).partition("-")[0]
    return ""


def _shown(element: HtmlElement) -> str:
    return " ".join(lxml.html.tostring(element, encoding="unicode", with_tail=False).split())[:160]


RULES: tuple[Callable[[HtmlElement], Iterator[str]], ...] = (
    _headings,
    _ids,
    _forms,
    _labels,
    _tables,
    _policy,
    _words,
)
