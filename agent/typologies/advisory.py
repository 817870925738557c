"""The text of an advisory (.txt, .md, .html, .pdf) as a person would see it, and what was left out of it.

What a file brings is data. Hidden characters and parts that a browser would not show are left out and told; so is a
sentence that speaks to a machine.
"""

import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple

from casewright.knowledge.errors import DataError, UsageError
from casewright.knowledge.instructions import instruction_in

_MOST_CHARACTERS = 1_000_000  # an advisory has some 50,000; more is a collection, and no one typology
_MOST_BYTES = 30_000_000  # of a PDF with its pictures
_MOST_PAGES = 300
_HIDDEN = {"Cc", "Cf", "Co", "Cs", "Cn"}
_END = re.compile(r"(?<=[.!?。！？;])[\"”’)]?\s+(?=[\"“(A-Z0-9À-ÞЀ-Я一-鿿])|(?<=[。！？])")
_BULLET = re.compile(r"^\s*(?:[-*•·▪◦‣–—□■>]|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)])\s+")


class Line(NamedTuple):
    """A line of text, where it stands (`line 12`, `page 3`), and whether it is an item of a list."""

    text: str
    where: str
    item: bool = False


@dataclass(frozen=True)
class Advisory:
    """What a text says, sentence by sentence, its title where it tells one, and what was left out of it."""

    title: str
    sentences: tuple[Line, ...]
    remarks: tuple[str, ...]

    @property
    def text(self) -> str:
        """All of it."""
        return "\n".join(sentence.text for sentence in self.sentences)


def read_advisory(path: Path) -> Advisory:
    """Read a file. Raises UsageError for another kind of file, DataError for one too long, broken or without text."""
    readers = {".txt": _plain, ".md": _plain, ".html": _html, ".htm": _html, ".pdf": _pdf}
    if path.suffix.lower() not in readers:
        raise UsageError(f"{path} is no text that is read", hint=f"one of {', '.join(readers)}")
    try:
        size = path.stat().st_size
        raw = path.read_bytes() if size <= _MOST_BYTES else b""
    except OSError as error:
        raise DataError(f"cannot be read ({error.strerror})", path) from error
    if size > _MOST_BYTES:
        raise DataError(f"the file has {size:,} bytes, at most {_MOST_BYTES:,} are read", path)
    title, lines, remarks = readers[path.suffix.lower()](raw, path)
    count = sum(len(line.text) for line in lines)
    if count > _MOST_CHARACTERS:
        raise DataError(
            f"the text has {count:,} characters, at most {_MOST_CHARACTERS:,} are read",
            path,
            hint="save the part about this typology as a file of its own",
        )
    shown, hidden = _visible(lines)
    if not any(line.text.strip() for line in shown):
        raise DataError(
            "holds no text", path, hint="a scan needs its letters recognised first" if raw[:4] == b"%PDF" else ""
        )
    cut = list(_sentences(shown))
    spoken = [line for line in cut if instruction_in(line.text)]
    said = tuple(line for line in cut if line not in spoken)
    told = [f"{path}: {line.where} speaks to a machine and was left out: {line.text[:80]!r}" for line in spoken]
    return Advisory(" ".join(title.split()), said, tuple(f"{path}: {r}" for r in (*remarks, *hidden)) + tuple(told))


def _plain(raw: bytes, path: Path) -> tuple[str, list[Line], list[str]]:
    lines = [Line(text, f"line {nr}") for nr, text in enumerate(_decoded(raw, path).splitlines(), 1)]
    return next((line.text.strip("# ") for line in lines if line.text.strip()), "")[:150], lines, []


def _decoded(raw: bytes, path: Path) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise DataError("is not UTF-8 text", path, line, hint="save it as UTF-8") from error


def _html(raw: bytes, path: Path) -> tuple[str, list[Line], list[str]]:
    page = _Page()
    page.feed(_decoded(raw, path))
    page.close()
    page.end_line()
    left = [f"{page.unseen:,} characters that a browser does not show were left out"] if page.unseen else []
    return page.title or page.heading, page.lines, left


def _pdf(raw: bytes, path: Path) -> tuple[str, list[Line], list[str]]:
    import logging

    import pypdf

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it tells every oddity of a file on stderr
    lines: list[Line] = []
    try:
        reader = pypdf.PdfReader(io.BytesIO(raw))
        if reader.is_encrypted and not reader.decrypt(""):
            raise DataError("needs a password", path, hint="save it without one")
        for nr, page in enumerate(reader.pages, 1):
            if nr > _MOST_PAGES:
                break
            lines += [Line(text, f"page {nr}") for text in page.extract_text().splitlines()]
        count, title = len(reader.pages), str((reader.metadata and reader.metadata.title) or "")
    except DataError:
        raise
    except Exception as error:  # a damaged file shows as errors of many kinds
        raise DataError(f"is no readable PDF ({' '.join(str(error).split())[:100]})", path) from error
    left = [f"pages after {_MOST_PAGES} of {count:,} were left out"] if count > _MOST_PAGES else []
    heading = next((line.text for line in lines if line.text.strip()), "")
    return (title if len(title.split()) > 1 else heading)[:150], lines, left


def _visible(lines: list[Line]) -> tuple[list[Line], list[str]]:
    """The lines without characters that no reader sees, and a remark on those."""
    kept: list[Line] = []
    found: Counter[str] = Counter()
    first = ""
    for line in lines:
        hidden = [c for c in line.text if unicodedata.category(c) in _HIDDEN and c not in "\t\u00ad"]
        found.update(hidden)
        first = first or (line.where if hidden else "")
        text = "".join(c for c in line.text.replace("\t", " ") if unicodedata.category(c) not in _HIDDEN)
        kept.append(line._replace(text=text))
    names = ", ".join(f"U+{ord(character):04X}" for character in list(found)[:5])
    total = sum(found.values())
    return kept, [f"{total:,} hidden characters ({names}) were left out, the first on {first}"] if found else []


def _sentences(lines: list[Line]) -> Iterator[Line]:
    """The lines put together to paragraphs and cut into sentences; an item of a list stands for itself."""
    waiting: list[str] = []
    where, item = "", False

    def cut() -> Iterator[Line]:
        for part in _END.split(" ".join(" ".join(waiting).split())):
            if part and part.strip():
                yield Line(part.strip(), where, item)

    for line in lines:
        bullet = line.item or _BULLET.match(line.text) is not None
        if not line.text.strip() or bullet or (waiting and where.startswith("page") and line.where != where):
            yield from cut()
            waiting = []
        if line.text.strip():
            where, item = (line.where, bullet) if not waiting else (where, item)
            waiting.append(_BULLET.sub("", line.text, count=1))
    yield from cut()


class _Page(HTMLParser):
    """What a browser would show of a page, line by line."""

    _BLOCKS = re.compile(r"p|div|li|[uo]l|t[dhr]|table|h[1-6]|br|section|article|header|footer|main|d[dt]")
    _VOID = re.compile(r"area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr")
    _SILENT = frozenset({"script", "style", "noscript", "template", "svg", "head", "nav", "iframe", "object", "select"})
    _UNSEEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0|opacity\s*:\s*0(?:[;\s]|$)")

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.title = self.heading = ""
        self.lines: list[Line] = []
        self.unseen = 0
        self._open: list[tuple[str, bool]] = []  # each open element, and whether what is in it is not shown
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an element."""
        if self._BLOCKS.fullmatch(tag):
            self.end_line()
        given = {name: value or "" for name, value in attrs}
        hides = "hidden" in given or bool(self._UNSEEN.search(given.get("style", "").lower()))
        if not self._VOID.fullmatch(tag):
            self._open.append((tag, hides))

    def handle_endtag(self, tag: str) -> None:
        """End an element, and those within it that nobody ended."""
        if self._BLOCKS.fullmatch(tag):
            self.end_line()
        if any(tag == name for name, _ in self._open):
            while self._open.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        """Take a text where it stands."""
        names = [name for name, _ in self._open]
        if "title" in names and "svg" not in names:
            self.title += data
        elif any(hides for _, hides in self._open):
            self.unseen += len(data.strip())
        elif not self._SILENT & set(names):
            if not self.heading and {"h1", "h2"} & set(names):
                self.heading = " ".join(data.split())
            self._text.append(data)

    def end_line(self) -> None:
        """What was read so far is a line."""
        text = " ".join("".join(self._text).split())
        if text:
            item = any(name == "li" for name, _ in self._open)
            self.lines += [Line(text, f"line {self.getpos()[0]}", item), Line("", "")]
        self._text = []
