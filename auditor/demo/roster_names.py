"""Family and given names with their readings, and the Roman spelling of a reading."""

from __future__ import annotations


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    split = (pair.split(":") for pair in text.split())
    return tuple((written, reading) for written, reading in split)


# Written form and reading, most frequent first; the variants 髙 﨑 𠮷 𣘺 stand as their bearers write them.
FAMILY_NAMES = _pairs(
    """
佐藤:サトウ 鈴木:スズキ 田中:タナカ 渡辺:ワタナベ 伊藤:イトウ 山本:ヤマモト 中村:ナカムラ 加藤:カトウ
山田:ヤマダ 山口:ヤマグチ 松本:マツモト 井上:イノウエ 木村:キムラ 林:ハヤシ 斎藤:サイトウ 清水:シミズ
山崎:ヤマザキ 森:モリ 池田:イケダ 橋本:ハシモト 阿部:アベ 石川:イシカワ 前田:マエダ 藤田:フジタ
小川:オガワ 岡田:オカダ 後藤:ゴトウ 長谷川:ハセガワ 村上:ムラカミ 近藤:コンドウ 坂本:サカモト 遠藤:エンドウ
青木:アオキ 藤井:フジイ 福田:フクダ 太田:オオタ 三浦:ミウラ 藤原:フジワラ 中川:ナカガワ 中野:ナカノ
小野:オノ 田村:タムラ 和田:ワダ 中山:ナカヤマ 石田:イシダ 上田:ウエダ 横山:ヨコヤマ 宮崎:ミヤザキ
柴田:シバタ 工藤:クドウ 酒井:サカイ 内田:ウチダ 宮本:ミヤモト 高木:タカギ 安藤:アンドウ 谷口:タニグチ
丸山:マルヤマ 今井:イマイ 河野:コウノ 藤本:フジモト 村田:ムラタ 武田:タケダ 杉山:スギヤマ 増田:マスダ
平野:ヒラノ 大塚:オオツカ 千葉:チバ 久保:クボ 松井:マツイ 小島:コジマ 岩崎:イワサキ 桜井:サクライ
野口:ノグチ 木下:キノシタ 野村:ノムラ 菊地:キクチ 佐野:サノ 新井:アライ 古川:フルカワ 杉本:スギモト
島田:シマダ 市川:イチカワ 高野:タカノ 水野:ミズノ 小松:コマツ 熊谷:クマガイ 大久保:オオクボ 望月:モチヅキ
永井:ナガイ 平田:ヒラタ 菅原:スガワラ 西田:ニシダ 浜田:ハマダ 川口:カワグチ 五十嵐:イガラシ 矢野:ヤノ
本田:ホンダ 川崎:カワサキ 中田:ナカタ 久保田:クボタ 松尾:マツオ 吉村:ヨシムラ 岩田:イワタ 服部:ハットリ
土屋:ツチヤ 大谷:オオタニ 荒井:アライ 小池:コイケ 浅野:アサノ 黒田:クロダ 飯田:イイダ 関口:セキグチ
秋山:アキヤマ 須藤:スドウ 東:アズマ 星野:ホシノ 田口:タグチ 松浦:マツウラ 早川:ハヤカワ 尾崎:オザキ
吉川:ヨシカワ 樋口:ヒグチ 榎本:エノモト 栗原:クリハラ 広瀬:ヒロセ 萩原:ハギワラ 辻:ツジ 古賀:コガ
髙木:タカギ 髙野:タカノ 山﨑:ヤマサキ 宮﨑:ミヤザキ 岡﨑:オカザキ 𠮷村:ヨシムラ 𠮷川:ヨシカワ 𣘺本:ハシモト
渡邊:ワタナベ 渡邉:ワタナベ 齋藤:サイトウ 濵田:ハマダ 栁田:ヤナギダ 德永:トクナガ 長澤:ナガサワ 廣田:ヒロタ
"""
)

GIVEN_NAMES = _pairs(
    """
翔太:ショウタ 美咲:ミサキ 健一:ケンイチ 陽子:ヨウコ 大輔:ダイスケ 愛:アイ 拓也:タクヤ 由美子:ユミコ
直樹:ナオキ 彩香:アヤカ 浩:ヒロシ 久美子:クミコ 和也:カズヤ 真由美:マユミ 隆:タカシ 千尋:チヒロ
達也:タツヤ 恵子:ケイコ 裕介:ユウスケ 麻衣:マイ 哲也:テツヤ 香織:カオリ 亮:リョウ 智子:トモコ
雄一:ユウイチ 結衣:ユイ 修平:シュウヘイ 幸子:サチコ 淳:ジュン 沙織:サオリ 康平:コウヘイ 理恵:リエ
慎也:シンヤ 優子:ユウコ 正樹:マサキ 舞:マイ 俊介:シュンスケ 京子:キョウコ 悠斗:ユウト 遥:ハルカ
博之:ヒロユキ 奈々:ナナ 秀樹:ヒデキ 裕子:ヒロコ 誠司:セイジ 美穂:ミホ 洋平:ヨウヘイ 絵里:エリ
勇気:ユウキ 純子:ジュンコ 圭介:ケイスケ 菜摘:ナツミ 良太:リョウタ 典子:ノリコ 航:ワタル 明日香:アスカ
晃:アキラ 友美:トモミ 樹:イツキ 佳奈:カナ 光男:ミツオ 早紀:サキ 渉:ワタル 綾:アヤ
孝之:タカユキ 紗季:サキ 祐樹:ユウキ 真理:マリ 潤一:ジュンイチ さやか:サヤカ 大地:ダイチ 千春:チハル
駿:シュン 涼子:リョウコ 敏夫:トシオ ひかり:ヒカリ 貴史:タカフミ 朋子:トモコ 蒼:アオイ 美樹:ミキ
"""
)

_SYLLABLES = dict(
    _pairs(
        """
ア:a イ:i ウ:u エ:e オ:o カ:ka キ:ki ク:ku ケ:ke コ:ko サ:sa シ:shi ス:su セ:se ソ:so タ:ta チ:chi ツ:tsu テ:te ト:to
ナ:na ニ:ni ヌ:nu ネ:ne ノ:no ハ:ha ヒ:hi フ:fu ヘ:he ホ:ho マ:ma ミ:mi ム:mu メ:me モ:mo ヤ:ya ユ:yu ヨ:yo
ラ:ra リ:ri ル:ru レ:re ロ:ro ワ:wa ン:n ガ:ga ギ:gi グ:gu ゲ:ge ゴ:go ザ:za ジ:ji ズ:zu ゼ:ze ゾ:zo
ダ:da ヂ:ji ヅ:zu デ:de ド:do バ:ba ビ:bi ブ:bu ベ:be ボ:bo パ:pa ピ:pi プ:pu ペ:pe ポ:po
"""
    )
)
_GLIDES = {"ャ": "a", "ュ": "u", "ョ": "o"}
# Two words meet inside these names, so that the vowels are spoken one by one.
_SPOKEN_APART = {"イノウエ": "Inoue", "マツウラ": "Matsuura"}


def roman(kana: str) -> str:
    """The Hepburn spelling of a katakana reading as on a passport: long vowels are not marked."""
    if kana in _SPOKEN_APART:
        return _SPOKEN_APART[kana]
    spelled = ""
    for char in kana:
        if char in _GLIDES:
            spelled = spelled[:-1] + ("" if spelled.endswith(("shi", "chi", "ji")) else "y") + _GLIDES[char]
        else:
            spelled += "=" if char == "ッ" else _SYLLABLES[char]
    while (at := spelled.find("=")) >= 0:
        following = spelled[at + 1]
        spelled = spelled[:at] + ("t" if following == "c" else following) + spelled[at + 1 :]
    for long, short in (("ou", "o"), ("oo", "o"), ("uu", "u")):
        spelled = spelled.replace(long, short)
    return spelled.capitalize()
