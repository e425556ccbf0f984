"""The units of Aoba Mihon Co., Ltd. (青葉見本株式会社), an invented company, and how many work in each."""

from __future__ import annotations

from dataclasses import dataclass

TOKYO, OSAKA, FUKUOKA = "東京本社", "大阪支店", "福岡センター"


@dataclass(frozen=True, slots=True)
class Unit:
    """One row of the departments sheet, with the number of people the first roster shows in it."""

    code: str
    name_ja: str
    name_en: str
    level: str
    parent: str
    site: str
    head: str
    size: int


def _units(text: str) -> tuple[Unit, ...]:
    rows = (line.split("|") for line in text.strip().splitlines())
    return tuple(
        Unit(code, ja, en, level, parent, site, head, int(size))
        for code, ja, en, level, parent, site, head, size in rows
    )


# code | name | English name | size of unit | parent | site | post of its head | people on 1 April 2026
UNITS = _units(
    """
D010|役員室|Board Office|部||東京本社|代表取締役社長|8
D100|経営管理本部|Corporate Division|本部||東京本社|本部長|0
D110|経営企画部|Corporate Planning Department|部|D100|東京本社|部長|9
D120|人事総務部|HR and General Affairs Department|部|D100|東京本社|部長|4
D121|人事課|HR Section|課|D120|東京本社|課長|8
D122|総務課|General Affairs Section|課|D120|東京本社|課長|8
D130|経理財務部|Accounting and Finance Department|部|D100|東京本社|部長|16
D140|法務室|Legal Office|部|D100|東京本社|室長|6
D150|情報システム部|Information Systems Department|部|D100|東京本社|部長|18
D200|営業本部|Sales Division|本部||東京本社|本部長|0
D210|営業第一部|Sales Department 1|部|D200|東京本社|部長|8
D211|営業第一課|Sales Section 1|課|D210|東京本社|課長|13
D212|営業第二課|Sales Section 2|課|D210|東京本社|課長|14
D220|営業第二部|Sales Department 2|部|D200|東京本社|部長|20
D230|営業企画部|Sales Planning Department|部|D200|東京本社|部長|14
D240|大阪支店|Osaka Branch|部|D200|大阪支店|支店長|5
D241|大阪営業課|Osaka Sales Section|課|D240|大阪支店|課長|18
D242|大阪管理課|Osaka Administration Section|課|D240|大阪支店|課長|8
D300|開発本部|Development Division|本部||東京本社|本部長|1
D310|開発第一部|Development Department 1|部|D300|東京本社|部長|4
D311|設計課|Design Section|課|D310|東京本社|課長|18
D312|開発課|Development Section|課|D310|東京本社|課長|18
D320|開発第二部|Development Department 2|部|D300|東京本社|部長|22
D400|サービス本部|Service Division|本部||東京本社|本部長|1
D410|カスタマーサポート部|Customer Support Department|部|D400|東京本社|部長|4
D411|サポート第一課|Support Section 1|課|D410|東京本社|課長|18
D412|サポート第二課|Support Section 2|課|D410|福岡センター|課長|16
D420|福岡センター|Fukuoka Centre|部|D400|福岡センター|センター長|3
D421|運営課|Operations Section|課|D420|福岡センター|課長|18
D422|物流課|Logistics Section|課|D420|福岡センター|課長|16
D900|内部監査室|Internal Audit Office|部||東京本社|室長|4
"""
)

# Formed by the reorganisation of 1 October 2026, hence in no plan made before.
MARKETING = Unit("D260", "マーケティング部", "Marketing Department", "部", "D200", TOKYO, "部長", 0)
