"""The named people of the invented company: whoever the demo year and the journeys speak of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

# Employee numbers of the cast, as the roster's text cells hold them.
REPRESENTATIVE = "000001"  # 青葉 一樹, 代表取締役社長
ADMINISTRATOR = "002215"  # 髙田 直子, 人事総務部: personal information administrator
HEAD_OF_AUDIT = "001874"  # 大西 恵, 内部監査室長
AUDITOR_TAKAHASHI = "005120"  # 髙橋 みのり, 内部監査室
AUDITOR_EGUCHI = "004417"  # 江口 修, 情報システム部; moves to 大阪支店 on 1 October 2026
AUDITOR_MORITA = "004902"  # 森田 健, 法務室; concurrently 内部監査室
HEAD_SALES_1 = "006611"  # 小林 誠, 営業第一部長
STAFF_NISHIMURA = "006020"  # 西村 葵, 営業第一部
HEAD_SALES_2 = "009046"  # 石井 剛, 営業第二部長; from 1 October 2026 also マーケティング部長
HEAD_PLANNING = "003022"  # 藤原 健太郎, 経営企画部長
HEAD_HR = "003305"  # 岡本 恵, 人事総務部長
HEAD_FINANCE = "002740"  # 松井 和子, 経理財務部長
HEAD_LEGAL = "004688"  # 清水 亮介, 法務室長
HEAD_SYSTEMS = "003541"  # 石川 智也, 情報システム部長
HEAD_SALES_PLANNING = "005877"  # 山口 玲奈, 営業企画部長
HEAD_OSAKA = "002963"  # 谷口 浩二, 大阪支店長
HEAD_DEVELOPMENT_1 = "003118"  # 伊藤 慎一, 開発第一部長
HEAD_DEVELOPMENT_2 = "004256"  # 原田 由美, 開発第二部長
HEAD_SUPPORT = "005533"  # 大野 翔, カスタマーサポート部長
HEAD_FUKUOKA = "002487"  # 古賀 博文, 福岡センター長
EMPLOYEE_YAMASAKI = "003870"  # 山﨑 さくら, サポート第一課
EMPLOYEE_WEBER = "008115"  # Martin Weber, 大阪支店: reads English
DISPATCHED_CHEN = "008002"  # Chen Li, 派遣社員 in April, 正社員 from October: reads English
DEVELOPER_YOSHIDA = "007702"  # 𠮷田 修平, 開発第一部; moves to 開発第二部 on 1 October 2026
WORKER_WITHOUT_ADDRESS = "030001"  # 古川 節子, パート in 物流課: signs in by employee number

EGUCHI, YOSHIDA, ISHII, CHEN_LI = AUDITOR_EGUCHI, DEVELOPER_YOSHIDA, HEAD_SALES_2, DISPATCHED_CHEN
KATO_AYA = "008551"
DEPARTURES = (date(2026, 6, 30), date(2026, 7, 31), date(2026, 8, 31), date(2026, 9, 30))


@dataclass(frozen=True, slots=True)
class Person:
    """One row of the persons sheet, in the words of the sheet."""

    number: str
    family: str
    given: str
    family_kana: str
    given_kana: str
    roman: str
    kind: str
    unit: str
    joined: date
    post: str = ""
    status: str = "在籍"
    concurrent: tuple[tuple[str, str], ...] = ()
    mailbox: str = ""
    left: date | None = None
    leave_from: date | None = None
    returned: date | None = None
    language: str = "日本語"
    remark: str = ""


def _cast(text: str) -> tuple[Person, ...]:
    return tuple(_person(*line.split("|")) for line in text.strip().splitlines())


def _person(
    number: str, name: str, kana: str, spelled: str, kind: str, unit: str, post: str, joined: str, more: str
) -> Person:
    (family, given), (family_kana, given_kana) = name.split(" ", 1), kana.split(" ", 1)
    extra = dict(pair.split("=") for pair in more.split(";") if pair)
    concurrent = tuple(
        (code, post) for code, post in (at.split(":") for at in extra.get("also", "").split(",") if at)
    )
    return Person(
        number=number,
        family=family,
        given=given,
        family_kana=family_kana,
        given_kana=given_kana,
        roman=spelled,
        kind=kind,
        unit=unit,
        post=post,
        joined=date.fromisoformat(joined),
        concurrent=concurrent,
        language="English" if "en" in extra else "日本語",
        remark=extra.get("remark", ""),
    )


# number | name | reading | Roman spelling | kind | unit | post | joined | also=concurrent posts; remark; en
CAST = _cast(
    """
000001|青葉 一樹|アオバ カズキ|Kazuki Aoba|役員|D010|代表取締役社長|1988-04-01|
000014|桐山 文雄|キリヤマ フミオ|Fumio Kiriyama|役員|D010|専務取締役|1989-04-01|also=D200:本部長
000023|水谷 敬子|ミズタニ ケイコ|Keiko Mizutani|役員|D010|常務取締役|1991-04-01|also=D100:本部長
000031|北條 隆之|ホウジョウ タカユキ|Takayuki Hojo|役員|D010|取締役|1990-04-01|
000045|沢村 礼子|サワムラ レイコ|Reiko Sawamura|役員|D010|社外取締役|2023-06-27|
000052|神谷 昭|カミヤ アキラ|Akira Kamiya|役員|D010|常勤監査役|1987-04-01|
000067|𣘺爪 宏|ハシヅメ ヒロシ|Hiroshi Hashizume|役員|D010|社外監査役|2024-06-25|
060001|野々村 律|ノノムラ リツ|Ritsu Nonomura|社外|D010|顧問弁護士|2022-04-01|
001874|大西 恵|オオニシ メグミ|Megumi Onishi|正社員|D900|室長|1993-04-01|
005120|髙橋 みのり|タカハシ ミノリ|Minori Takahashi|正社員|D900|係長|2006-04-01|remark=旧姓使用
004902|森田 健|モリタ タケシ|Takeshi Morita|正社員|D140|主任|2005-10-01|also=D900:監査員
004417|江口 修|エグチ オサム|Osamu Eguchi|正社員|D150|課長代理|2003-04-01|
002215|髙田 直子|タカダ ナオコ|Naoko Takada|正社員|D120|担当部長|1994-04-01|
003305|岡本 恵|オカモト メグミ|Megumi Okamoto|正社員|D120|部長|1999-04-01|
003022|藤原 健太郎|フジワラ ケンタロウ|Kentaro Fujiwara|正社員|D110|部長|1997-04-01|
002740|松井 和子|マツイ カズコ|Kazuko Matsui|正社員|D130|部長|1996-04-01|remark=旧姓使用
004688|清水 亮介|シミズ リョウスケ|Ryosuke Shimizu|正社員|D140|室長|2005-04-01|
003541|石川 智也|イシカワ トモヤ|Tomoya Ishikawa|正社員|D150|部長|2000-04-01|
006611|小林 誠|コバヤシ マコト|Makoto Kobayashi|正社員|D210|部長|2013-04-01|
006020|西村 葵|ニシムラ アオイ|Aoi Nishimura|正社員|D210|主任|2010-04-01|
007415|阿部 陽介|アベ ヨウスケ|Yosuke Abe|正社員|D210||2016-04-01|
008340|井上 美咲|イノウエ ミサキ|Misaki Inoue|正社員|D210||2020-04-01|
008790|佐々木 蓮|ササキ レン|Ren Sasaki|正社員|D210||2022-04-01|
009046|石井 剛|イシイ ツヨシ|Tsuyoshi Ishii|正社員|D220|部長|2023-01-16|
008551|加藤 彩|カトウ アヤ|Aya Kato|正社員|D220|主任|2021-04-01|
008912|﨑本 一樹|サキモト カズキ|Kazuki Sakimoto|正社員|D220||2023-04-01|
005877|山口 玲奈|ヤマグチ レナ|Rena Yamaguchi|正社員|D230|部長|2010-04-01|also=D110:担当部長
002963|谷口 浩二|タニグチ コウジ|Koji Taniguchi|正社員|D240|支店長|1997-04-01|
006888|上野 大輔|ウエノ ダイスケ|Daisuke Ueno|正社員|D240|主任|2014-04-01|
007960|木村 拓|キムラ タク|Taku Kimura|正社員|D240||2018-10-01|
008115|Weber Martin|ウェーバー マルティン|Martin Weber|正社員|D240||2019-07-01|en=1
001620|渡邉 徹|ワタナベ トオル|Toru Watanabe|正社員|D300|本部長|1991-04-01|
003118|伊藤 慎一|イトウ シンイチ|Shinichi Ito|正社員|D310|部長|1998-04-01|
007702|𠮷田 修平|ヨシダ シュウヘイ|Shuhei Yoshida|正社員|D310|主任|2017-04-01|
004256|原田 由美|ハラダ ユミ|Yumi Harada|正社員|D320|部長|2003-04-01|
008203|竹内 優|タケウチ ユウ|Yu Takeuchi|正社員|D320||2020-01-06|
008002|Chen Li|チェン リー|Li Chen|派遣社員|D312||2024-10-01|en=1;remark=派遣元：みなと人材サービス株式会社
008421|Nguyen Thi Lan|グエン ティ ラン|Thi Lan Nguyen|正社員|D311||2020-10-01|en=1
001955|三浦 陽子|ミウラ ヨウコ|Yoko Miura|正社員|D400|本部長|1993-04-01|
005533|大野 翔|オオノ ショウ|Sho Ono|正社員|D410|部長|2008-04-01|
008667|中島 楓|ナカジマ カエデ|Kaede Nakajima|正社員|D410||2021-10-01|
003870|山﨑 さくら|ヤマサキ サクラ|Sakura Yamasaki|正社員|D411|主任|2001-04-01|remark=旧姓使用
002487|古賀 博文|コガ ヒロフミ|Hirofumi Koga|正社員|D420|センター長|1995-04-01|
007233|大城 海斗|オオシロ カイト|Kaito Oshiro|正社員|D122|係長|2015-04-01|also=D240:総務担当,D420:総務担当
030001|古川 節子|フルカワ セツコ|Setsuko Furukawa|パート・アルバイト|D422||2018-04-16|
"""
)
