"""Evidence files of the demo: small texts, pictures and workbooks, the same bytes every time."""

from __future__ import annotations

import io
import struct
import zlib

from openpyxl import Workbook

_LOG = """日時,操作者,操作,対象,結果
10/28 09:02,sysjob,権限停止,u10342,成功
10/28 09:02,sysjob,権限停止,u10871,成功
10/29 09:02,sysjob,権限停止,u11006,成功
10/30 17:20,{label},照合,在籍者一覧,差異なし
"""


GIVEN_BY, CONTRACTOR = "部門の担当者", "株式会社サンプル物流"
RULES = ("https://intra.example.jp/rules/personal-information", "個人情報取扱規程（社内規程集）")
CORRECTED, CERTIFICATE_SHOWS = "対象の期間を直したもの", "プライバシーマークの登録。更新の手続中。"


def certificate(label: str) -> tuple[str, bytes]:
    """Return a contractor's certificate: a file name and a picture."""
    return "プライバシーマーク登録証.png", _picture(f"{label} certificate")


def paper(label: str, number: int) -> tuple[str, bytes]:
    """Return a file name and its content: a log as text, a screen as picture, or a list as workbook."""
    kind = number % 3
    if kind == 0:
        return f"操作の記録_{number + 1:02}.csv", _LOG.format(label=label).encode()
    if kind == 1:
        return f"画面の写し_{number + 1:02}.png", _picture(label)
    return f"確認一覧_{number + 1:02}.xlsx", _workbook(label)


def _picture(label: str) -> bytes:
    """Return a PNG of a screen with lines of text as bars; which bars depends on ``label``."""
    width, height, seed = 320, 180, zlib.crc32(label.encode())
    rows = []
    for y in range(height):
        band, inside = y // 18, 4 <= y % 18 < 12
        length = 60 + (seed >> (band * 2)) % 200
        row = bytearray([255, 255, 255] * width)
        if y < 18:
            row = bytearray([52, 70, 140] * width)
        elif inside:
            row[24 * 3 : (24 + length) * 3] = bytes([205, 210, 222] * length)
        rows.append(b"\0" + bytes(row))
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"".join(rows), 9)),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )


def _workbook(label: str) -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "確認一覧"
    sheet.append(["番号", "対象", "確認した内容", "結果"])
    for number in range(1, 6):
        sheet.append([number, label, "台帳と現物の照合", "一致"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
