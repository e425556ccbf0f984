"""Both languages are complete: every text of the code and the templates has its one Japanese translation."""

from __future__ import annotations

import pytest

from tests.bed import texts

TOLERATED_SAME = {"auditor"}  # the product's name is the same in both


def test_every_text_has_a_japanese_translation() -> None:
    known = texts.translations()
    missing = [f"{places[0]}: {text[0]!r}" for text, places in texts.spoken().items() if text[0] not in known]
    assert not missing, f"{len(missing)} texts without Japanese:\n" + "\n".join(sorted(missing))


def test_no_translation_is_empty_or_marked_as_a_guess() -> None:
    faults = [
        f"{source.name}: {text!r} is {'fuzzy' if message.fuzzy else 'empty'}"
        for text, entries in texts.translations().items()
        for source, message in entries
        if message.fuzzy or not all(texts.forms(message.string or ""))
    ]
    assert not faults, "\n".join(faults)


def test_no_text_is_translated_in_two_ways() -> None:
    twice = [
        f"{text!r}: " + " / ".join(f"{source.name} {message.string!r}" for source, message in entries)
        for text, entries in texts.translations().items()
        if len({texts.forms(message.string or "") for _, message in entries}) > 1
    ]
    assert not twice, "\n".join(twice)


def test_no_translation_is_left_of_a_text_that_is_gone() -> None:
    spoken = {text[0] for text in texts.spoken()}
    gone = [
        f"{source.name}: {text!r}"
        for text, entries in texts.translations().items()
        for source, _ in entries
        if text not in spoken
    ]
    commented = [
        f"{source.name}: {message!r}" for source in texts.sources() for message in texts.read(source).obsolete
    ]
    assert not gone + commented, f"{len(gone + commented)} obsolete translations:\n" + "\n".join(
        gone + commented
    )


def test_a_translation_fills_in_what_its_text_fills_in() -> None:
    faults = [
        f"{source.name}: {text!r} fills in {sorted(wanted)}, its translation {sorted(found)}"
        for text, entries in texts.translations().items()
        for source, message in entries
        for wanted, found in [_filled(message.id, message.string)]
        if wanted != found
    ]
    assert not faults, "\n".join(faults)


def _filled(
    text: str | tuple[str, ...], translation: str | tuple[str, ...] | None
) -> tuple[set[str], set[str]]:
    # A singular may leave its number out ("one day"); the one Japanese form must carry what the plural does.
    wanted = texts.placeholders(texts.forms(text)[-1])
    return wanted, {name for form in texts.forms(translation or "") for name in texts.placeholders(form)}


def test_a_text_with_a_plural_has_the_one_form_that_japanese_has() -> None:
    known = texts.translations()
    faults = [
        f"{source.name}: {text[0]!r} has {'no plural' if len(texts.forms(message.id)) == 1 else message.string!r}"
        for text in texts.spoken()
        if len(text) == 2
        for source, message in known.get(text[0], [])
        if len(texts.forms(message.id)) != 2 or len(texts.forms(message.string or "")) != 1
    ]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("source", texts.sources(), ids=lambda source: source.name)
def test_a_source_of_translations_can_be_read(source) -> None:  # type: ignore[no-untyped-def]
    catalogue = texts.read(source)
    assert catalogue.num_plurals == 1, f"{source.name}: Japanese has nplurals=1"


def test_a_translation_is_japanese() -> None:
    """An entry that repeats its English text is allowed only where both languages write it alike."""
    same = [
        f"{source.name}: {text!r}"
        for text, entries in texts.translations().items()
        for source, message in entries
        if texts.forms(message.string or "")[0] == text and " " in texts.PLACEHOLDER.sub("", text).strip()
        if text not in TOLERATED_SAME
    ]
    assert not same, "these repeat the English:\n" + "\n".join(same)
