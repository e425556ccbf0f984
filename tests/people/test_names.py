"""Names: found whatever way they are typed, sorted by their sounds, shown as written."""

from __future__ import annotations

import pytest

from auditor.people.names import display_name, search_key, sort_key


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("髙田 直子", "高田直子"),
        ("山﨑", "山崎"),
        ("𠮷田", "吉田"),
        ("𣘺本", "橋本"),
        ("渡邊", "渡邉"),
        ("齋藤", "斉藤"),
        ("タカダ", "たかだ"),
        ("ﾀｶﾀﾞ", "たかだ"),
        ("葛\U000e0100城", "葛城"),
        ("Martin WEBER", "ｍａｒｔｉｎ　ｗｅｂｅｒ"),
        ("マルティン・ウェーバー", "まるてぃん うぇーばー"),
    ],
)
def test_two_writings_of_one_name_are_found_alike(written: str, typed: str) -> None:
    assert search_key(written) == search_key(typed)


def test_different_names_stay_apart() -> None:
    assert len({search_key(name) for name in ("高田", "髙木", "山崎", "山本", "タカダ", "タカタ")}) == 6


def test_readings_stand_in_the_order_of_the_fifty_sounds() -> None:
    readings = ["ハバ", "バハ", "ババ", "ハマ", "サッポロ", "サツキ", "ハーバー", "ヒロ"]
    assert sorted(readings, key=sort_key) == [
        "サツキ",
        "サッポロ",
        "ハーバー",
        "ハバ",
        "バハ",
        "ババ",
        "ハマ",
        "ヒロ",
    ]


def test_hiragana_and_half_width_readings_sort_like_katakana() -> None:
    assert sort_key("たかだ") == sort_key("タカダ") == sort_key("ﾀｶﾀﾞ")


def test_a_name_is_shown_as_written() -> None:
    assert display_name("髙田", "直子") == "髙田 直子"
    assert display_name("𠮷田", "") == "𠮷田"
