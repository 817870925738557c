"""The screen of a chat: the one gate that words pass to a terminal or a pipe, so that no data can drive it."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import groupby
from operator import itemgetter
from typing import TextIO

from prompt_toolkit.utils import get_cwidth

from casewright.agent.cli.contract import printable

NARROWEST = 20  # a terminal that says less is not believed
_STYLES = {
    "": "",
    "dim": "2",
    "bold": "1",
    "cited": "36",
    "good": "32",
    "bad": "31",
    "struck": "9;2",
    "asked": "1;34",
}
_CLEAR_LINE = "\r\x1b[2K"
_IDLE = 2.0  # seconds after which words that come have paused
_MARGIN = "  "
_TO_PROGRAM = {"show:", "next:"}
_PATIENCE = 1.0  # seconds before a status tells how long it has been waiting


class Screen:
    """Writes lines. COLOUR allows styles; LIVE (a terminal) allows a status line and words that are taken back.

    Everything written goes through `printable`: whatever stands in data, only this file sends escapes.
    """

    def __init__(self, out: TextIO, *, colour: bool, live: bool, width: Callable[[], tuple[int, int]]) -> None:
        self._out = out
        self.colour = colour
        self.live = live
        self._size = width
        self._lock = threading.RLock()
        self._status = ""  # the line that says what is waited for, where one stands on the screen
        self._draft = Draft()
        self._drafted = 0.0  # when the last of it was written

    @property
    def width(self) -> int:
        """How many columns there are; a pipe has no end."""
        return max(self._size()[0], NARROWEST) if self.live else 10_000

    def styled(self, text: str, style: str) -> str:
        """The text in a style, where styles are allowed; only for `raw`."""
        code = _STYLES[style] if self.colour else ""
        clean = printable(text)
        return f"\x1b[{code}m{clean}\x1b[0m" if code and clean else clean

    def line(self, text: str = "", style: str = "", indent: str = "", hang: str | None = None) -> None:
        """Write a text, folded at the screen's width; INDENT stands before it, HANG (else as wide) before the rest."""
        self.pieces([(text, style)], indent, hang)

    def pieces(self, pieces: list[tuple[str, str]], indent: str = "", hang: str | None = None) -> None:
        """The same for a text of several styles."""
        after = " " * get_cwidth(indent) if hang is None else hang
        rows = folded(pieces, self.width - get_cwidth(indent), self.width - get_cwidth(after))
        with self._lock:
            self._unsay()
            for number, row in enumerate(rows):
                start = indent if number == 0 else after
                words = "".join(self.styled(text, style) for text, style in row)
                self._out.write(self.styled(start, "dim") + words + "\n")
            self._out.flush()

    def block(self, text: str, style: str = "", indent: str = "") -> None:
        """Write lines as they are, unfolded: a table, a query."""
        with self._lock:
            self._unsay()
            for line in printable(text).split("\n"):
                self._out.write(self.styled(f"{indent}{line}".rstrip(), style) + "\n")
            self._out.flush()

    def blank(self) -> None:
        """An empty line."""
        self.block("")

    # what is taken back

    def draft(self, piece: str) -> None:
        """Show words that nobody has checked yet, quietly; on a terminal only. `settle` takes them back."""
        if not self.live:
            return
        with self._lock:
            self._clear_status()
            self._drafted = time.monotonic()
            for text in self._draft.placed(printable(piece), self.width):
                self._out.write(text if text == "\n" else self.styled(text, "dim"))
            self._out.flush()

    def settle(self) -> None:
        """Take the unchecked words back, where they are still on the screen."""
        with self._lock:
            self._unsay()
            self._out.flush()

    @contextmanager
    def waiting(self, words: Callable[[], str]) -> Iterator[None]:
        """A quiet line that says what is waited for, and since when, while nothing else is being written."""
        if not self.live:
            yield
            return
        done = threading.Event()
        ticker = threading.Thread(target=self._tick, args=(words, done), daemon=True)
        ticker.start()
        try:
            yield
        finally:
            done.set()
            ticker.join()
            with self._lock:
                self._clear_status()
                self._out.flush()

    def _tick(self, words: Callable[[], str], done: threading.Event) -> None:
        told, since = "", time.monotonic()
        while not done.wait(0.25):
            with self._lock:
                now = words()
                if now != told:
                    told, since = now, time.monotonic()
                if not now:
                    continue
                if self._draft.begun and time.monotonic() - self._drafted < _IDLE:
                    continue
                if self._draft.begun and not self._status:  # the words have paused: the status has a row of its own
                    self._out.write("".join(self._draft.paused()))
                passed = time.monotonic() - since
                text = printable(f"  {now} ... {f'{passed:.0f} s' if passed >= _PATIENCE else ''}").rstrip()
                if self._status == text:
                    continue
                self._out.write(_CLEAR_LINE + self.styled(clipped(text, self.width - 1), "dim"))
                self._out.flush()
                self._status = text

    def _clear_status(self) -> None:
        if self._status:
            self._out.write(_CLEAR_LINE)
            self._status = ""

    def _unsay(self) -> None:
        self._clear_status()
        if not self._draft.begun:
            return
        rows = self._draft.rows
        self._draft = Draft()
        if rows < self._size()[1] - 1:
            self._out.write("\r" + (f"\x1b[{rows}A" if rows else "") + "\x1b[J")
        else:  # scrolled away in part: it stays, and what follows is told apart from it
            self._out.write("\n" + self.styled("(checked, this reads:)", "dim") + "\n")


class Draft:
    """Words as they come, folded by hand, so that the rows that they take are known.

    A word is shown when it is whole. Lines that speak to the program (`show: E3`, `next: ...`) are not shown.
    """

    def __init__(self) -> None:
        self.begun = False
        self.rows = 0
        self._column = 0
        self._word = ""
        self._opens = True  # nothing of this line was read yet
        self._hidden = False

    def placed(self, piece: str, width: int) -> Iterator[str]:
        """What is written of the piece: words, blanks and line ends."""
        for character in piece:
            if not character.isspace():
                self._word += character
                continue
            yield from self._put(width)
            if character == "\n":
                if self._column:
                    yield from self._end()
                self._opens, self._hidden = True, False

    def paused(self) -> Iterator[str]:
        """The end of the row, for something else to stand below."""
        if self._column:
            yield from self._end()

    def _put(self, width: int) -> Iterator[str]:
        word, self._word = self._word, ""
        if not word:
            return
        self._hidden = self._hidden or (self._opens and word.lower() in _TO_PROGRAM)
        self._opens = False
        if self._hidden:
            return
        self.begun = True
        if self._column and self._column + 1 + get_cwidth(word) > width - 1:
            yield from self._end()
        before = " " if self._column else _MARGIN
        self._column += get_cwidth(before)
        yield before
        while word:  # an id may be longer than a row
            fits = clipped(word, max(width - 1 - self._column, 1), mark="")
            self._column += get_cwidth(fits)
            yield fits
            word = word[len(fits) :]
            if word:
                yield from self._end()
                self._column = get_cwidth(_MARGIN)
                yield _MARGIN

    def _end(self) -> Iterator[str]:
        self.rows += 1
        self._column = 0
        yield "\n"


Piece = tuple[str, str]


def folded(pieces: list[Piece], first: int, rest: int) -> list[list[Piece]]:
    """The pieces in rows of at most FIRST columns, then REST; a word that is wider is cut."""
    rows: list[list[Piece]] = [[]]
    left = max(first, 8)
    for text, style in pieces:
        for place, line in enumerate(printable(text).split("\n")):
            if place:
                rows.append([])
                left = max(rest, 8)
            for word in _words(line):
                while word:
                    wide = get_cwidth(word)
                    if wide <= left:
                        rows[-1].append((word, style))
                        left -= wide
                        break
                    if word.isspace() or (rows[-1] and wide <= max(rest, 8)):
                        fits = ""
                    else:
                        fits = clipped(word, left, mark="")
                        rows[-1].append((fits, style))
                    word = word[len(fits) :].lstrip()
                    rows.append([])
                    left = max(rest, 8)
    return [_joined(row) for row in rows]


def _joined(row: list[Piece]) -> list[Piece]:
    """The row without blanks at its end, neighbours of one style as one piece."""
    while row and row[-1][0].isspace():
        row.pop()
    return [("".join(text for text, _ in run), style) for style, run in groupby(row, key=itemgetter(1))]


def _words(line: str) -> list[str]:
    """Words and the blanks between them; the blanks at the head stay with it."""
    found: list[str] = []
    for character in line:
        if found and found[-1].isspace() == character.isspace():
            found[-1] += character
        else:
            found.append(character)
    return found


def clipped(text: str, width: int, mark: str = "\N{HORIZONTAL ELLIPSIS}") -> str:
    """The text in at most WIDTH columns, with a mark where something was left out."""
    if get_cwidth(text) <= width:
        return text
    kept, left = "", max(width - get_cwidth(mark), 1)
    for character in text:
        left -= get_cwidth(character)
        if left < 0:
            break
        kept += character
    return (kept or text[:1]) + mark
