"""The people of the load benchmark: each a signed-in browser that reads, saves items and takes a course.

The client shares the machine's cores with the server, so it is as little as it can be: plain sockets, and a
regular expression where a browser has a parser. A connection lasts as long as one click.
"""

from __future__ import annotations

import asyncio
import gzip
import html
import random
import re
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from tests.benchmarks.load_company import PASSWORD, Worker

THINKING = (5.0, 10.0)  # seconds between two clicks of one person
PATIENCE = 60  # seconds after which an answer counts as none
READING, SAVING = 0.60, 0.25  # of all clicks; the rest takes the course
_TOKEN = re.compile(r'name="csrf_token"[^>]*?value="([^"]+)"')
_ASKED = re.compile(r'id="asked"><span[^>]*>.*?</span>(.*?)</h1>', re.S)
_ASSET = re.compile(r'(?:href|src)="(/[^"]*(?:static)[^"]*)"')

Form = Mapping[str, str | list[str]]


@dataclass
class Tally:
    """What happened: milliseconds a kind of request, what went wrong, what must be in the database after it."""

    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)
    saved: set[str] = field(default_factory=set)  # the notes that the server said it saved
    conflicts: int = 0
    one_sided: int = 0  # conflicts whose page did not show both texts
    handed_in: int = 0
    signed: int = 0


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        packed = self.headers.get("content-encoding") == "gzip"
        return (gzip.decompress(self.body) if packed else self.body).decode()


class Person:
    """One browser."""

    def __init__(
        self, worker: Worker, address: str, place: int, tally: Tally, right: Mapping[str, list[str]]
    ):
        self.worker, self.tally, self.right = worker, tally, right
        self.host, self.port = urlsplit(address).hostname, urlsplit(address).port
        self.random = random.Random(place)
        self.place = place
        # Behind the proxy of docs/operations.md each comes from an address of their own.
        self.came_from = f"10.7.{place // 250}.{place % 250 + 1}"
        self.cookies: dict[str, str] = {}
        self.connection: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self.count = 0
        self.item: tuple[str, str, str] | None = None  # address, token, based_on of the open item
        self.course = worker.course
        self.question = ""  # where this person is in the quiz

    async def sign_in(self) -> None:
        """Sign in by the form, with the assets of the first page that a browser then keeps."""
        page = await self.ask("sign-in page", "GET", "/accounts/sign-in")
        for asset in sorted(set(_ASSET.findall(page.text))):
            await self.ask("asset", "GET", html.unescape(asset))
        await self.ask(
            "sign in",
            "POST",
            "/accounts/sign-in",
            {"csrf_token": _token(page.text), "login": self.worker.number, "password": PASSWORD},
            expect=(303,),
        )
        await self.ask("worklist", "GET", "/worklist/")
        self.hang_up()

    async def live(self, until: float) -> None:
        """Click until the time is over."""
        await asyncio.sleep(self.random.uniform(0, THINKING[1]))
        while time.monotonic() < until:
            await self.click(self._next())
            await asyncio.sleep(self.random.uniform(*THINKING))

    def _next(self) -> Callable[[], Awaitable[None]]:
        drawn = self.random.random()
        if drawn < READING:
            return self.read
        return self.save if drawn < READING + SAVING else self.take_course

    async def click(self, act: Callable[[], Awaitable[None]]) -> None:
        try:
            await act()
        except Exception as error:
            self.tally.errors.append(f"{act.__name__}: {error!r}"[:300])
            self.item = None
        finally:
            self.hang_up()

    async def read(self) -> None:
        """Look at one page."""
        audit = self.worker.items[0].split("/items/")[0]
        kinds = {
            "worklist": ("/worklist/", 5),
            "audits": ("/audits/", 2),
            "audit": (audit, 2),
            "item": (self.random.choice(self.worker.items), 4),
            "findings": ("/findings/", 1),
            "my training": ("/training/mine", 3),
        }
        kind = self.random.choices(list(kinds), [weight for _, weight in kinds.values()])[0]
        await self.ask(kind, "GET", kinds[kind][0])

    async def save(self, address: str = "") -> None:
        """Save an item that is open: by the script that keeps the page open, or by the button that goes on."""
        if self.item is None:
            self.item = await self._open(address or self.random.choice(self.worker.items))
        address, token, based_on = self.item
        self.count += 1
        note = f"担当者に尋ね、記録を見た。({self.place}-{self.count})"
        form = {"csrf_token": token, "based_on": based_on, "result": "conform", "note": note, "reason": ""}
        if self.random.random() < 0.5:
            answer = await self.ask("save (script)", "POST", f"{address}/answer", form, expect=(200, 409))
            if answer.status == 409:
                self.item = None
                self.tally.conflicts += 1  # the page that is open keeps the text and sends it by the button
                return
            self.tally.saved.add(note)
            found = re.search(r'"based_on":\s*"(\d+)"', answer.text)
            self.item = (address, token, found[1] if found else "")
            return
        answer = await self.ask("save (button)", "POST", address, {**form, "onward": "1"}, expect=(303, 409))
        self.item = None
        if answer.status == 409:
            self.tally.conflicts += 1
            shown = html.unescape(answer.text)
            self.tally.one_sided += note not in shown or shown.count("担当者に尋ね") < 2
            return
        self.tally.saved.add(note)
        await self.ask("item", "GET", answer.headers["location"])

    async def save_shared(self) -> None:
        """Open the item that the whole team works on, think, and save: somebody else may have been faster."""
        self.item = await self._open(self.worker.shared)
        await asyncio.sleep(self.random.uniform(0.1, 0.5))
        await self.save()

    async def _open(self, address: str) -> tuple[str, str, str]:
        page = (await self.ask("item", "GET", address)).text
        based_on = re.search(r'name="based_on"[^>]*?value="(\d*)"', page)
        return address, _token(page), based_on[1] if based_on else ""

    async def take_course(self) -> None:
        """Take one step of the course, whichever comes next."""
        if self.question:
            await self._answer(self.question)
            return
        page = (await self.ask("course", "GET", self.course)).text
        onward = re.findall(rf'"({self.course}/(?:read/\d+|quiz/\d+/1|quiz|attest/\d+))"', page)
        primary = onward[-1] if onward else ""
        if "/read/" in primary:
            await self._read_on(primary)
        elif primary.endswith("/quiz"):
            await self._start(primary, page)
        elif "/quiz/" in primary:
            await self._answer(primary)
        elif "/attest/" in primary:
            await self._sign(primary)

    async def _read_on(self, address: str) -> None:
        page = (await self.ask("course text", "GET", address)).text
        if "/read/done" in page:
            form = {"csrf_token": _token(page), "language": "ja"}
            await self.ask("read to the end", "POST", f"{self.course}/read/done", form, expect=(303,))
            return
        following = f"{self.course}/read/{int(address.rsplit('/', 1)[1]) + 1}"
        await self.ask("course text", "GET", following)

    async def _start(self, address: str, page: str) -> None:
        sent = await self.ask("start the quiz", "POST", address, {"csrf_token": _token(page)}, expect=(303,))
        await self.ask("quiz page", "GET", sent.headers["location"])

    async def _answer(self, address: str) -> None:
        """Answer three questions with little time between, and hand in after the last."""
        self.question = ""
        for _question in range(3):
            page = (await self.ask("quiz page", "GET", address)).text
            if re.fullmatch(rf"{self.course}/quiz/\d+", address):
                form = {"csrf_token": _token(page)}
                sent = await self.ask("hand in", "POST", address, form, expect=(303,))
                self.tally.handed_in += 1
                await self.ask("quiz result", "GET", sent.headers["location"])
                return
            asked = html.unescape(_ASKED.findall(page)[0]).strip()
            chosen: Form = {"csrf_token": _token(page), "go": "next", "choice": self.right.get(asked, [])}
            sent = await self.ask("answer", "POST", address, chosen, expect=(303,))
            address = sent.headers["location"]
        self.question = address

    async def _sign(self, address: str) -> None:
        page = (await self.ask("statement", "GET", address)).text
        hidden = dict(re.findall(r'name="(statement_language|wording|content)" value="([^"]*)"', page))
        name = re.findall(r"登録：([^。<]+)。", html.unescape(page))
        form = {"csrf_token": _token(page), "agree": "y", "name": name[0] if name else "", **hidden}
        await self.ask("sign", "POST", address, form, expect=(303,))
        self.tally.signed += 1

    async def ask(
        self,
        kind: str,
        method: str,
        path: str,
        form: Form | None = None,
        expect: tuple[int, ...] = (200,),
    ) -> Answer:
        """Send a request and note how long its answer took. Raises RuntimeError for another status."""
        start = time.perf_counter()
        async with asyncio.timeout(PATIENCE):
            answer = await self._send(method, path, form)
        self.tally.times[kind].append((time.perf_counter() - start) * 1000)
        if answer.status not in expect:
            said = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text.split("<main")[-1]))[:120]
            raise RuntimeError(f"{method} {path}: {answer.status} {said}")
        return answer

    async def _send(self, method: str, path: str, form: Form | None) -> Answer:
        if self.connection is None:
            self.connection = await asyncio.open_connection(self.host, self.port)
        reader, writer = self.connection
        body = urlencode(form, doseq=True).encode() if form is not None else b""
        lines = [
            f"{method} {path} HTTP/1.1",
            f"Host: {self.host}:{self.port}",
            "Accept-Encoding: gzip",
            "Accept-Language: ja",
            f"X-Forwarded-For: {self.came_from}",
            f"Referer: http://{self.host}:{self.port}/",
            "Cookie: " + "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        ]
        if form is not None:
            lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        return await self._answered(reader)

    async def _answered(self, reader: asyncio.StreamReader) -> Answer:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers: dict[str, str] = {}
        for line in head[1:]:
            name, _, value = line.partition(":")
            if name.lower() == "set-cookie":
                cookie, _, content = value.strip().partition("=")
                self.cookies[cookie] = content.partition(";")[0]
            headers[name.lower()] = value.strip()
        if headers.get("transfer-encoding") == "chunked":
            body = b""
            while size := int(await reader.readline(), 16):
                body += await reader.readexactly(size)
                await reader.readline()
            await reader.readline()
        else:
            body = await reader.readexactly(int(headers.get("content-length", 0)))
        if headers.get("connection") == "close":
            self.hang_up()
        return Answer(int(head[0].split()[1]), headers, body)

    def hang_up(self) -> None:
        if self.connection is not None:
            self.connection[1].close()
            self.connection = None


def _token(page: str) -> str:
    found = _TOKEN.search(page)
    if found is None:
        raise RuntimeError("a page without a form")
    return found[1]
