"""Sentences made untrue, one change at a time: what a check of drafts must catch.

Each mutation is a function that yields changed sentences with what was done. Nothing is left out by looking at the
answer of the check; a change that happens to leave a true sentence counts as missed.
"""

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from casewright.knowledge.case import Case, Sentence
from casewright.knowledge.evidence import Fact

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_NUMBER = re.compile(r"(?<![\w.…-])\d[\d,]*(?:\.\d+)?(?![\w…]|-\w)|\d{4}-\d{2}-\d{2}|\d{2}:\d{2}:\d{2}")
_ADDRESS = re.compile(r"0x[0-9a-f]{40,64}|T[1-9A-HJ-NP-Za-km-z]{33}|\b[A-Z]{1,3}-\d{3,}|\bbc1[a-z0-9]{20,}")
_MONEY = re.compile(r"\b(?:USD|SGD) \d[\d,]*\.\d\d\b")
_CODE = re.compile(r"`[^`]*`|\"[^\"]*\"")
_CURRENCIES = ("SGD", "USD")
_OFFENCES = (
    "phishing",
    "ransomware",
    "terrorist financing",
    "child abuse material",
    "sanctions evasion",
    "darknet market",
    "human trafficking",
    "money laundering",
    "tax evasion",
    "drug trafficking",
    "bribery",
    "embezzlement",
    "extortion",
    "smurfing",
    "identity theft",
    "a Ponzi scheme",
)
_ASSETS = ("USDT", "USDC", "ETH", "BTC", "DAI", "TRX")


@dataclass(frozen=True)
class Mutant:
    """A mutated sentence: what was done to which part."""

    kind: str
    sentence: Sentence
    original: Sentence
    what: str


@dataclass(frozen=True)
class Ground:
    """What a case holds: of each evidence the amounts and ids as texts show them, and all that it accuses of."""

    held: dict[str, frozenset[str]]
    accused: str
    subject: str
    parties: tuple[str, ...]

    @classmethod
    def of(cls, case: Case) -> Self:
        """Read once from a case."""
        cells = {e.id: [*e.facts, *e.cells()] for e in case.evidence}
        borne = {str(fact.value) for facts in cells.values() for fact in facts if fact.unit == "category"}
        held = {name: frozenset(text for fact in facts for text in _shown(fact)) for name, facts in cells.items()}
        subject = case.subjects[0].id if case.subjects else ""
        named = {party for facts in cells.values() for fact in facts for party in (fact.about, fact.other)}
        others = tuple(sorted(party for party in named if party != subject and _ADDRESS.fullmatch(party)))
        return cls(held, f"{case.findings} {case.typologies} {borne}", subject, others)


def _shown(fact: Fact) -> Iterator[str]:
    yield f"{fact.unit} {fact.value:,.2f}" if fact.kind == "money" else str(fact.value)
    yield from (fact.about, fact.other)


Mutate = Callable[[Sentence, Ground, random.Random], Iterator[tuple[str, Sentence]]]


def mutants(sentences: list[Sentence], case: Case, rng: random.Random) -> Iterator[Mutant]:
    """Every mutation of every sentence."""
    ground = Ground.of(case)
    for sentence in sentences:
        for kind, mutate in KINDS.items():
            for what, changed in mutate(sentence, ground, rng):
                if changed.text != sentence.text or changed.evidence != sentence.evidence:
                    yield Mutant(kind, changed, sentence, what)
    yield from _moved(sentences, ground, rng)


def _spans(text: str, pattern: re.Pattern[str]) -> list[re.Match[str]]:
    """Matches outside code and quotations, whose words are others'."""
    closed = [m.span() for m in _CODE.finditer(text)]
    return [m for m in pattern.finditer(text) if not any(a <= m.start() < b for a, b in closed)]


def _put(sentence: Sentence, start: int, end: int, text: str) -> Sentence:
    return sentence.model_copy(update={"text": sentence.text[:start] + text + sentence.text[end:]})


def digit(sentence: Sentence, ground: Ground, rng: random.Random) -> Iterator[tuple[str, Sentence]]:
    """Each figure, one digit of it changed."""
    for match in _spans(sentence.text, _NUMBER):
        places = [i for i, c in enumerate(match.group()) if c.isdigit()]
        place = rng.choice(places)
        old = match.group()[place]
        first = place == 0 and len(match.group()) > 1 and "." not in match.group()[:2]
        new = rng.choice([d for d in "0123456789" if d != old and not (first and d == "0")])
        changed = match.group()[:place] + new + match.group()[place + 1 :]
        yield f"{match.group()} -> {changed}", _put(sentence, *match.span(), changed)


def day(sentence: Sentence, ground: Ground, rng: random.Random) -> Iterator[tuple[str, Sentence]]:
    """Each date, a day before or after."""
    for match in _spans(sentence.text, _DATE):
        changed = (date.fromisoformat(match.group()) + timedelta(days=rng.choice((-1, 1)))).isoformat()
        yield f"{match.group()} -> {changed}", _put(sentence, *match.span(), changed)


_WAYS = [
    ("received", "sent"),
    ("sent", "received"),
    (r"(?<=\d )payers", "recipients"),
    (r"(?<=\d )recipients", "payers"),
    ("incoming", "outgoing"),
    ("outgoing", "incoming"),
    ("credits", "withdrawals"),
    ("deposits", "withdrawals"),
    ("took in", "paid out"),
]


def direction(sentence: Sentence, ground: Ground, rng: random.Random) -> Iterator[tuple[str, Sentence]]:
    """Each verb or noun of movement turned round; alone, and with its preposition."""
    for old, new in _WAYS:
        for match in _spans(sentence.text, re.compile(rf"\b{old}\b")):
            alone = _put(sentence, *match.span(), new)
            yield f"{old} -> {new}", alone
            here, there = (" from ", " to ") if old in {"received", "took in"} else (" to ", " from ")
            tail = alone.text.find(here, match.end())
            stop = alone.text.find(";", match.end())
            if tail >= 0 and (stop < 0 or tail < stop) and old in {"received", "sent"}:
                yield f"{old}{here}-> {new}{there}", _put(alone, tail, tail + len(here), there)


def address(sentence: Sentence, ground: Ground, rng: random.Random) -> Iterator[tuple[str, Sentence]]:
    """Each address or account, one character of it changed."""
    for match in _spans(sentence.text, _ADDRESS):
        place = rng.randrange(2, len(match.group()))
        old = match.group()[place]
        if not old.isalnum():
            continue
        new = rng.choice(
            [
                c
                for c in ("0123456789abcdef" if match.group().startswith("0x") or old.isdigit() else "abcdefghjkmnpqrs")
                if c != old
            ]
        )
        if old.isdigit() and not match.group().startswith("0x"):
            new = rng.choice([c for c in "0123456789" if c != old])
        yield f"{match.group()} at {place}", _put(sentence, match.start() + place, match.start() + place + 1, new)


def asset(sentence: Sentence, ground: Ground, rng: random.Random) -> Iterator[tuple[str, Sentence]]:
    """Each asset, another one."""
    for match in _spans(sentence.text, re.compile(rf"\b(?:{'|'.join(_ASSETS)})\b")):
        new = rng.choice([a for a in _ASSETS if a != match.group()])
        yield f"{match.group()} -> {new}", _put(sentence, *match.span(), new)


def offence(sentence: Sentence, ground: Ground, rng: random.Random) -> Iterator[tuple[str, Sentence]]:
    """An offence named that no finding supports."""
    held = ground.accused
    for word in rng.sample(_OFFENCES, 2):
        if word not in held and "`" not in sentence.text and not sentence.text.startswith("No "):
            yield (
                f"+ {word}",
                _put(sentence, len(sentence.text) - 1, len(sentence.text), f", as part of a {word} campaign."),
            )
    word = rng.choice([word for word in _OFFENCES if word not in held])
    yield f"a sentence of {word}", sentence.model_copy(update={"text": f"This is consistent with {word}."})
    for match in list(_spans(sentence.text, re.compile(r"\b(?:transfers|payers|account|address)\b")))[
        : not sentence.text.startswith("No ")
    ]:
        word = rng.choice([word for word in _OFFENCES if word not in held])
        yield f"+ {word} before {match.group()}", _put(sentence, match.start(), match.start(), f"{word} ")


def quantifier(sentence: Sentence, ground: Ground, rng: random.Random) -> Iterator[tuple[str, Sentence]]:
    """All for most, most for all, none for some."""
    for old, new in (
        ("Most of", "All of"),
        ("most of", "all of"),
        ("All", "None of the"),
        ("None of the", "All"),
        ("none had", "all had"),
        ("None of the", "Most of the"),
    ):
        for match in _spans(sentence.text, re.compile(rf"\b{old}\b")):
            yield f"{old} -> {new}", _put(sentence, *match.span(), new)
    for match in _spans(sentence.text, re.compile(r"\b\d+ of the (\d+)\b")):
        if not match.group().startswith(f"{match.group(1)} of"):
            yield f"{match.group()} -> all", _put(sentence, *match.span(), f"all {match.group(1)}")


def rank(sentence: Sentence, ground: Ground, rng: random.Random) -> Iterator[tuple[str, Sentence]]:
    """First for only, only for first, last for first."""
    for old, new in (
        ("first", "only"),
        ("First", "Only"),
        ("largest", "only"),
        ("first", "last"),
        ("largest", "smallest"),
    ):
        for match in _spans(sentence.text, re.compile(rf"\b{old}\b(?! movement)(?! address)(?! seen)")):
            yield f"{old} -> {new}", _put(sentence, *match.span(), new)


def status(sentence: Sentence, ground: Ground, rng: random.Random) -> Iterator[tuple[str, Sentence]]:
    """Attempted for completed and the other way."""
    for old, new in (
        ("completed", "attempted"),
        ("cancelled", "completed"),
        ("attempted", "completed"),
        (r"(?<=it )sent", "attempted to send"),
        (r"(?<=it )received", "attempted to receive"),
        ("withdrawals", "cancelled withdrawals"),
    ):
        for match in _spans(sentence.text, re.compile(rf"\b{old}\b")):
            if new == "cancelled withdrawals" and "cancelled" in sentence.text:
                continue
            yield f"{match.group()} -> {new}", _put(sentence, *match.span(), new)


def reach(sentence: Sentence, ground: Ground, rng: random.Random) -> Iterator[tuple[str, Sentence]]:
    """Direct for indirect and the other way."""
    if "direct or indirect" in sentence.text:
        return
    for old, new in (
        ("indirect", "direct"),
        ("direct", "indirect"),
        ("Indirectly", "Directly"),
        ("indirectly", "directly"),
        (r"reached(?=.* at [2-9] hops)", "directly reached"),
        (r"(?<=it )sent(?= [A-Z]{3} \d)", "indirectly sent"),
    ):
        for match in _spans(sentence.text, re.compile(rf"\b{old}\b")):
            yield f"{old} -> {new}", _put(sentence, *match.span(), new)


def victim(sentence: Sentence, ground: Ground, rng: random.Random) -> Iterator[tuple[str, Sentence]]:
    """The victim for the subject."""
    for old, new in (
        (r"\bit\b", "the victim"),
        (r"\bthe account\b", "the victim"),
        (r"\bIt\b", "The victim"),
        (r"\baccount(?= C-)", "victim"),
    ):
        for match in _spans(sentence.text, re.compile(old))[:1]:
            yield f"{match.group()} -> {new}", _put(sentence, *match.span(), new)


def currency(sentence: Sentence, ground: Ground, rng: random.Random) -> Iterator[tuple[str, Sentence]]:
    """SGD for USD and the other way."""
    for match in _spans(sentence.text, re.compile(r"\b(?:SGD|USD)(?= \d)")):
        new = "SGD" if match.group() == "USD" else "USD"
        yield f"{match.group()} -> {new}", _put(sentence, *match.span(), new)


def zone(sentence: Sentence, ground: Ground, rng: random.Random) -> Iterator[tuple[str, Sentence]]:
    """Local time for UTC: the label changed, or the time, or the day."""
    local = re.compile(
        r"(\d{4}-\d{2}-\d{2}) at (\d{2}:\d{2}:\d{2}) ([A-Z]{3})"
        r"(?: \((?:(\d{4}-\d{2}-\d{2}) )?(\d{2}:\d{2}:\d{2}) UTC\))?"
    )
    for match in _spans(sentence.text, local):
        here, time, name, other_day, utc = match.groups()
        if utc is None:
            shifted = (
                datetime.fromisoformat(f"{here}T{time}")
                .replace(tzinfo=ZoneInfo("UTC"))
                .astimezone(ZoneInfo("Asia/Singapore"))
            )
            yield "SGT's time as UTC", _put(sentence, *match.span(), f"{shifted:%Y-%m-%d} at {shifted:%H:%M:%S} UTC")
            yield "UTC named SGT", _put(sentence, *match.span(), f"{here} at {time} SGT")
            continue
        yield "local time as UTC", _put(sentence, *match.span(), f"{here} at {time} UTC")
        yield "UTC named local", _put(sentence, *match.span(), f"{here} at {utc} {name}")
        yield "swapped", _put(sentence, *match.span(), f"{here} at {utc} {name} ({time} UTC)")
        if other_day:
            yield "UTC's day", _put(sentence, *match.span(), f"{other_day} at {time} {name} ({utc} UTC)")


def citation(sentence: Sentence, ground: Ground, rng: random.Random) -> Iterator[tuple[str, Sentence]]:
    """The sentence cites evidence that was not asked for it, or none that exists."""
    if not re.search(r"\d", _CODE.sub("", sentence.text)):
        return
    yield "unknown evidence", sentence.model_copy(update={"evidence": (*sentence.evidence, "E99")})
    yield "no evidence", sentence.model_copy(update={"evidence": ()})


def subject(sentence: Sentence, ground: Ground, rng: random.Random) -> Iterator[tuple[str, Sentence]]:
    """The subject's id, another party's of the same case."""
    if not ground.subject or not ground.parties:
        return
    for match in _spans(sentence.text, re.compile(re.escape(ground.subject))):
        other = rng.choice(ground.parties)
        if other not in sentence.text:
            yield f"{ground.subject} -> {other}", _put(sentence, *match.span(), other)


def elsewhere(sentence: Sentence, ground: Ground, rng: random.Random) -> Iterator[tuple[str, Sentence]]:
    """The sentence cites another piece of the case's evidence, which does not hold an amount or id that it states."""
    stated = [m.group() for pattern in (_MONEY, _ADDRESS) for m in _spans(sentence.text, pattern)]
    others = ((name, held) for name, held in ground.held.items() if name not in sentence.evidence)
    wrong = [name for name, held in others if not held.issuperset(stated)]
    if stated and wrong:
        name = rng.choice(wrong)
        yield f"cites {name}", sentence.model_copy(update={"evidence": (name,)})


KINDS: dict[str, Mutate] = {
    "digit": digit,
    "day": day,
    "direction": direction,
    "address": address,
    "asset": asset,
    "offence": offence,
    "quantifier": quantifier,
    "rank": rank,
    "status": status,
    "reach": reach,
    "victim": victim,
    "currency": currency,
    "zone": zone,
    "citation": citation,
    "subject": subject,
    "elsewhere": elsewhere,
}


def _moved(sentences: list[Sentence], ground: Ground, rng: random.Random) -> Iterator[Mutant]:
    """An amount, count or address put in place of one of its kind in a sentence that cites other evidence."""
    for kind, pattern in (("money", _MONEY), ("address", _ADDRESS)):
        for sentence in sentences:
            own = _spans(sentence.text, pattern)
            held = frozenset().union(*(ground.held.get(name, ()) for name in sentence.evidence))
            others = [s for s in sentences if not set(s.evidence) & set(sentence.evidence)]
            found = [
                (m.group(), s)
                for s in others
                for m in _spans(s.text, pattern)
                if m.group() not in held and m.group() not in sentence.text
            ]
            if own and found:
                place, (text, _) = rng.choice(own), rng.choice(found)
                yield Mutant(
                    "moved", _put(sentence, *place.span(), text), sentence, f"{kind} {place.group()} -> {text}"
                )
