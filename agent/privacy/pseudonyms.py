"""Per-case tokens: what stands for names, accounts, addresses and hashes in whatever leaves the house.

`PERSON_1`, `ADDR_7`, `ACCT_3`: a number is the same throughout a case and says nothing in another. Amounts, assets,
times and countries stay. Another spelling of a name is the same number with a letter (`PERSON_1B`), so that each comes
back as it was written.
"""

import json
import re
import string
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from casewright.agent.privacy.names import Names, looking
from casewright.agent.privacy.numbers import Numbers
from casewright.agent.privacy.shapes import KINDS, Span, kind_of, shaped
from casewright.knowledge.records import canonical_id

TOKEN_KINDS = tuple(dict.fromkeys((*KINDS, "PERSON", "ENTITY", "ACCT", "CASE", "ALERT", "BORN", "AGE", "WORD")))
TOKEN = re.compile(rf"\b({'|'.join(TOKEN_KINDS)})(?:\\?_)(\d+)([A-Z]?)\b", re.IGNORECASE | re.ASCII)
_WORD = re.compile(r"[A-Za-z0-9_-]*\d[A-Za-z0-9_-]*")
_TYPED = re.compile(r"(?=[A-Za-z]*[\d_-])[A-Za-z0-9_-]{4,}")
_PREFIXED = re.compile(r"([A-Za-z]{1,8}[-_])\d{3,}")
_NAME = re.compile(r"(?:^|_)(?:name|holder|owner)s?$")
_UNITS = {"device": "DEVICE", "IP address": "IP", "alert": "ALERT", "case": "CASE"}


class Pseudonyms:
    """The tokens of one case, and what each stands for. Nothing is told of a token that was not given out here.

    FOLDER is the workspace's own (`.casewright/`), None keeps all in memory; CASE the case's id, or another word for
    what belongs together. LISTED gives the names of the ledger's customers; LIKE are some of their ids, by which others
    of that make are known; ALERTS tells which of some words, in lower case, are ids of alerts.
    """

    def __init__(
        self,
        case: str = "",
        folder: Path | None = None,
        listed: Callable[[], Iterable[str]] = tuple,
        like: Iterable[str] = (),
        alerts: Callable[[list[str]], Iterable[str]] = lambda words: (),
    ) -> None:
        self._numbers = Numbers(folder, case)
        self.names = Names(listed)
        self._alerts = alerts
        self._looked_up: set[str] = set()
        self._ids: dict[str, str] = {}  # every value that was met as an id, without its case: its kind
        self._tokens: dict[tuple[str, str], str] = {}  # kind and value as written: its token
        self._plain: dict[str, str] = {}
        self._spellings: dict[str, int] = {}
        self._prefixes: set[str] = set()  # `C-` where customers are C-10482
        self._made_like: re.Pattern[str] | None = None
        for value in like:
            self._liken(value)

    def close(self) -> None:
        """Close what is kept."""
        self._numbers.close()

    @property
    def ids(self) -> Mapping[str, str]:
        """Every value that was met as an id, in lower case, with its kind."""
        return self._ids

    def made_like(self, text: str) -> Iterator[re.Match[str]]:
        """Every place in TEXT that is made like an id of a customer."""
        return self._made_like.finditer(text) if self._made_like else iter(())

    # what is met

    def learn(self, kind: str, value: str) -> None:
        """Know VALUE as a secret of that kind from now on, wherever it stands in a text."""
        if kind == "PERSON":
            self.names.learn(value)
        elif kind == "ENTITY":
            if " " in value or any(c.isdigit() for c in value):
                self._ids.setdefault(value.casefold(), kind)
        elif kind in ("CASE", "ALERT") and (len(value) >= 4 or (len(value) == 3 and not value.isalnum())):
            self._ids.setdefault(value.casefold(), kind)
        elif len(value) >= 4 and any(c.isdigit() for c in value):
            self._ids.setdefault(value.casefold(), kind)
            if kind == "ACCT":
                self._liken(value)

    def meet(self, text: str) -> None:
        """Know from now on the customers whose names, and the alerts whose ids, stand in a text that was written."""
        self.names.meet(text)
        words = {word.casefold().removeprefix("case-") for word in _TYPED.findall(text)} - self._looked_up
        if words:
            self._looked_up |= words
            for alert in self._alerts(sorted(words)):
                self.learn("ALERT", alert)

    def _liken(self, value: str) -> None:
        found = _PREFIXED.fullmatch(value)
        if found and found[1] not in self._prefixes:
            self._prefixes.add(found[1])
            stems = "|".join(map(re.escape, sorted(self._prefixes)))
            self._made_like = re.compile(rf"(?<![A-Za-z0-9])(?:{stems})\d{{3,}}(?![A-Za-z0-9])", re.IGNORECASE)

    def kind_of_cell(self, column: Mapping[str, Any], value: str) -> str:
        """The kind of token that a cell or a fact is told by, empty where it is told as it is or read as a text."""
        kind, name = column.get("kind"), str(column.get("name", ""))
        if name in ("born", "born_on"):
            return "BORN"
        if name == "age_years":
            return "AGE"
        if kind == "id":
            return kind_of(value)
        if kind == "hash":
            return "HASH"
        if kind == "label":
            return "ENTITY"
        if kind == "text" and _NAME.search(name):
            return "PERSON"
        return _UNITS.get(str(column.get("unit", "")), "") if kind == "word" else ""

    # outward

    def token(self, kind: str, value: str) -> str:
        """The token of a value of that kind."""
        value = canonical_id(value) if kind != "PERSON" else value
        kind = self._ids.get(value.casefold(), kind)
        key = self.names.learn(value) if kind == "PERSON" else value.casefold()
        return self._give(kind, key or value, value)

    def hide(self, text: str, *, outsider: bool = False) -> str:
        """TEXT with tokens in place of all that points to a person or an account. OUTSIDER: a stranger wrote it."""
        spans = self._spans(text, outsider)
        parts, end = [], 0
        for span, key in spans:
            if span.start < end:
                continue
            value = text[span.start : span.end]
            token = self._give(span.kind, key, value) if span.kind == "PERSON" and key else self.token(span.kind, value)
            parts += [text[end : span.start], token]
            end = span.end
        return "".join([*parts, text[end:]])

    def _spans(self, text: str, outsider: bool) -> list[tuple[Span, str]]:
        """Every place to hide, by its start; of two that overlap the one that begins first, then the longer."""
        found = [(Span(*m.span(), "WORD"), "") for m in TOKEN.finditer(text)]  # what looks like a token of ours
        for match in _WORD.finditer(text):
            if kind := self._ids.get(match.group().casefold()):
                found.append((Span(*match.span(), kind), ""))
        low = text.casefold()
        for value, kind in self._ids.items():
            if value in low and not _WORD.fullmatch(value):
                edges = rf"(?<![A-Za-z0-9]){re.escape(value)}(?![A-Za-z0-9])"
                found += [(Span(*m.span(), kind), "") for m in re.finditer(edges, text, re.IGNORECASE)]
        found += [(span, "") for span in shaped(text)]
        found += [(Span(*m.span(), "ACCT"), "") for m in self.made_like(text)]
        found += [(Span(name.start, name.end, "PERSON"), name.key) for name in self.names.find(text)]
        found += [(Span(start, end, "PERSON"), "") for start, end in looking(text, outsider=outsider)]
        return sorted(found, key=lambda item: (item[0].start, -item[0].end))

    def _give(self, kind: str, key: str, value: str) -> str:
        if found := self._tokens.get((kind, value)):
            return found
        stem = f"{kind}_{self._numbers.number(kind, key)}"
        spelling = self._spellings.get(stem, 0)
        self._spellings[stem] = spelling + 1
        token = stem if not spelling else f"{stem}{string.ascii_uppercase[min(spelling, 25)]}"
        self._tokens[kind, value] = token
        self._plain[token] = value
        return token

    # inward

    def plain(self, token: str) -> str | None:
        """What a token stands for, None for one that was never given out."""
        return self._plain.get(token)

    def restore(self, text: str, *, quoted: bool = False) -> str:
        """TEXT with what each token stands for. QUOTED: the text is JSON, what comes back is escaped for it."""

        def back(match: re.Match[str]) -> str:
            value = self.plain(f"{match[1].upper()}_{int(match[2])}{match[3].upper()}")
            if value is None:
                return match.group()
            return json.dumps(value, ensure_ascii=False)[1:-1] if quoted else value

        return TOKEN.sub(back, text)

    def restored(self, value: Any) -> Any:
        """A structure with every text in it restored."""
        if isinstance(value, str):
            return self.restore(value)
        if isinstance(value, dict):
            return {self.restore(key): self.restored(held) for key, held in value.items()}
        return [self.restored(held) for held in value] if isinstance(value, list) else value


_PARTIAL = re.compile(r"(?:^|(?<=[^A-Za-z0-9_]))[A-Za-z]{1,8}(?:\\?(?:_\d*[A-Za-z]?)?)?$")


class Pieces:
    """A stream of pieces, restored: what may be the beginning of a token is held back until it is whole."""

    def __init__(self, pseudonyms: Pseudonyms, *, quoted: bool = False) -> None:
        self._pseudonyms, self._quoted, self._held, self._last = pseudonyms, quoted, "", ""

    def take(self, piece: str) -> str:
        """What can be told after this piece."""
        text = self._held + piece
        cut = self._may_go_on(text)
        self._held = text[cut:]
        return self._told(text[:cut])

    def rest(self) -> str:
        """What was held back, at the stream's end."""
        text, self._held = self._held, ""
        return self._told(text)

    def _told(self, text: str) -> str:
        if not text:
            return ""
        restored = self._pseudonyms.restore(self._last + text, quoted=self._quoted)[len(self._last) :]
        self._last = text[-1]  # a token begins at the edge of a word: of the last piece one letter is enough to know
        return restored

    def _may_go_on(self, text: str) -> int:
        """Where the beginning of a token stands at the end of TEXT; its length where there is none."""
        found = _PARTIAL.search(text)
        if not found or (found.start() == 0 and re.match(r"[A-Za-z0-9_]", self._last)):
            return len(text)
        word = re.split(r"[\\_]", found.group().upper())[0]
        complete = re.search(r"[\\_]", found.group()) is not None
        known = word in TOKEN_KINDS if complete else any(kind.startswith(word) for kind in TOKEN_KINDS)
        return found.start() if known else len(text)
