"""Names of persons: stored as written, folded only in order to be found or sorted."""

from __future__ import annotations

import unicodedata

# Forms of one character that people type for each other; NFKC leaves these apart because Unicode
# holds them for different characters. Used for search alone: nobody's name is ever rewritten.
VARIANTS = {
    "髙": "高",
    "﨑": "崎",
    "𥔎": "崎",
    "嵜": "崎",
    "碕": "崎",
    "𠮷": "吉",
    "𣘺": "橋",
    "槗": "橋",
    "濵": "浜",
    "濱": "浜",
    "邊": "辺",
    "邉": "辺",
    "齋": "斎",
    "齊": "斎",
    "斉": "斎",
    "澤": "沢",
    "廣": "広",
    "嶋": "島",
    "嶌": "島",
    "櫻": "桜",
    "冨": "富",
    "德": "徳",
    "黑": "黒",
    "惠": "恵",
    "眞": "真",
    "栁": "柳",
    "桒": "桑",
    "曽": "曾",
    "瀨": "瀬",
    "增": "増",
    "淸": "清",
    "龍": "竜",
    "國": "国",
    "𡈽": "土",
    "𡌛": "土",
    "ヶ": "け",
    "ケ": "け",
    "ヵ": "か",
}
_FOLD = str.maketrans(VARIANTS)
_TO_HIRAGANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}
_SMALL_KANA = str.maketrans("ぁぃぅぇぉっゃゅょゎ", "あいうえおつやゆよわ")
_ROWS = {
    "あ": "かさたなはまやらわ",
    "い": "きしちにひみり",
    "う": "くすつぬふむゆる",
    "え": "けせてねへめれ",
    "お": "こそとのほもよろを",
}
_VOWELS = {kana: vowel for vowel, row in _ROWS.items() for kana in vowel + row}
_VOICING_MARKS = "\u3099\u309a"
_NOT_SEARCHED = dict.fromkeys(map(ord, " \t\n\u3000・･=＝-‐'’"))
_SOUGHT = 100  # characters of a search field
_SOUGHT_WORDS = 10


def search_key(text: str) -> str:
    """The form in which two writings of one name are equal: width, case, kana and variants folded.

    Never shown and never stored in the place of a name.
    """
    folded = unicodedata.normalize("NFKC", text).translate(_FOLD)
    bare = "".join(char for char in folded if not _is_variation_selector(char))
    return bare.casefold().translate(_TO_HIRAGANA).translate(_NOT_SEARCHED)


def search_words(text: str) -> list[str]:
    """Return the search keys of the first words typed into a search field, each once.

    SQLite refuses a long pattern, and a statement of many conditions one within the other.
    """
    keys = (search_key(word) for word in text[:_SOUGHT].split())
    return list(dict.fromkeys(key for key in keys if key))[:_SOUGHT_WORDS]


def sort_key(kana: str) -> str:
    """Where a reading stands in the order of the fifty sounds: はば before ばば, both before はま.

    Voiced and small kana sort with their plain sound and only then apart, and a long vowel as the vowel
    that is spoken (JIS X 4061).
    """
    reading = search_key(kana)
    plain = "".join(char for char in unicodedata.normalize("NFD", reading) if char not in _VOICING_MARKS)
    return f"{_long_vowels_spoken(plain.translate(_SMALL_KANA))} {reading}"


def display_name(family: str, given: str) -> str:
    """The name as it is shown everywhere: family name, a space, given name, each as written."""
    return f"{family} {given}".strip()


def _long_vowels_spoken(plain: str) -> str:
    spoken = ""
    for char in plain:
        spoken += _VOWELS.get(spoken[-1:], "") if char == "ー" else char
    return spoken


def _is_variation_selector(char: str) -> bool:
    return "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"
