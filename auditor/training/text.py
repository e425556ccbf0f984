"""A course's text as sections of safe HTML."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict
from markupsafe import Markup, escape

_HEADING = re.compile(r"^## (?=\S)", re.MULTILINE)


@dataclass(frozen=True)
class Section:
    """One part of a text: its heading and its body."""

    title: str
    body: Markup


@lru_cache(maxsize=32)
def sections(text: str) -> tuple[Section, ...]:
    """Return the sections of a Markdown text, split at its h2; what stands before the first belongs to it."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    lead, *parts = _HEADING.split(plain)
    if not parts:
        return (Section("", _html(plain, "")),)
    found = []
    for number, part in enumerate(parts):
        title, _newline, body = part.partition("\n")
        title = title.strip().rstrip("#").strip()
        found.append(Section(title, _html((lead + "\n\n" + body) if number == 0 else body, title)))
    return tuple(found)


def _html(body: str, title: str) -> Markup:
    # HTML in the text is shown as text, so that nothing a course says can become part of the page.
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    caption = f'<caption class="visually-hidden">{escape(title)}</caption>' if title else ""

    def table(
        _self: RendererHTML, _tokens: Sequence[Token], _idx: int, _options: OptionsDict, _env: object
    ) -> str:
        return f'<div class="grid-wrap" tabindex="0" role="region" aria-label="{escape(title)}"><table class="table">{caption}'

    def table_end(
        _self: RendererHTML, _tokens: Sequence[Token], _idx: int, _options: OptionsDict, _env: object
    ) -> str:
        return "</table></div>"

    def head(
        self: RendererHTML, tokens: Sequence[Token], idx: int, options: OptionsDict, _env: object
    ) -> str:
        token = tokens[idx]
        token.attrs.pop("style", None)  # the content security policy knows no inline style
        token.attrs["scope"] = "col"
        return self.renderToken(tokens, idx, options, {})

    def cell(
        self: RendererHTML, tokens: Sequence[Token], idx: int, options: OptionsDict, _env: object
    ) -> str:
        tokens[idx].attrs.pop("style", None)
        return self.renderToken(tokens, idx, options, {})

    markdown.add_render_rule("table_open", table)
    markdown.add_render_rule("table_close", table_end)
    markdown.add_render_rule("th_open", head)
    markdown.add_render_rule("td_open", cell)
    return Markup(markdown.render(body))  # rendered with HTML switched off  # noqa: S704  # nosec B704
