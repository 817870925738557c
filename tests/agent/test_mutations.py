"""The mutation test: true drafts, made untrue one change at a time; the check must catch 99 of 100 and alarm at none.

Each mutation is a function that yields changed sentences with what was done. Nothing is left out by looking at the
answer of the check; a change that happens to leave a true sentence counts as missed.
"""

import csv
import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Self
from zoneinfo import ZoneInfo

import pytest
import yaml

from casewright.agent.grounding import check, parse
from casewright.knowledge.case import Case, Sentence
from casewright.knowledge.evidence import Fact

CASES = Path(__file__).with_name("cases")
WANTED = 0.99

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_NUMBER = re.compile(r"(?<![\w.…-])\d[\d,]*(?:\.\d+)?(?![\w…]|-\w)|\d{4}-\d{2}-\d{2}|\d{2}:\d{2}:\d{2}")
_ADDRESS = re.compile(r"0x[0-9a-f]{40,64}|T[1-9A-HJ-NP-Za-km-z]{33}|\b[A-Z]{1,3}-\d{3,}|\bbc1[a-z0-9]{20,}")
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

    @classmethod
    def of(cls, case: Case) -> Self:
        """Read once from a case."""
        cells = {e.id: [*e.facts, *e.cells()] for e in case.evidence}
        borne = {str(fact.value) for facts in cells.values() for fact in facts if fact.unit == "category"}
        held = {name: frozenset(text for fact in facts for text in _shown(fact)) for name, facts in cells.items()}
        return cls(held, f"{case.findings} {case.typologies} {borne}")


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
}


def _moved(sentences: list[Sentence], ground: Ground, rng: random.Random) -> Iterator[Mutant]:
    """An amount, count or address put in place of one of its kind in a sentence that cites other evidence."""
    money = re.compile(r"\b(?:USD|SGD) \d[\d,]*\.\d\d\b")
    for kind, pattern in (("money", money), ("address", _ADDRESS)):
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


def _caught(sentences: Sequence[Sentence], case: Case, seeds: Sequence[int]) -> tuple[Counter[str], list[Mutant]]:
    """How many mutants of each kind there were, and those that the check let through."""
    tried: Counter[str] = Counter()
    missed = []
    for seed in seeds:
        waiting = list(mutants(list(sentences), case, random.Random(seed)))
        tried.update(mutant.kind for mutant in waiting)
        while waiting:  # a report knows a sentence by its text, so that each text is checked once in a turn
            turn = {mutant.sentence.text: mutant for mutant in reversed(waiting)}
            found = {u.sentence for u in check([m.sentence for m in turn.values()], case).unsupported}
            missed.extend(mutant for text, mutant in turn.items() if text not in found)
            waiting = [mutant for mutant in waiting if turn[mutant.sentence.text] is not mutant]
    return tried, missed


def _tell(tried: Counter[str], missed: list[Mutant]) -> float:
    """Print the rate of each kind (`pytest -s` shows it) and return the rate of all."""
    lost = Counter(mutant.kind for mutant in missed)
    for kind, number in sorted(tried.items()):
        print(f"{kind:<11} {number:>6} mutants  {1 - lost[kind] / number:.4f} caught")
    for mutant in missed[:20]:
        print(f"missed {mutant.kind}: {mutant.what}: {mutant.sentence.text}")
    return 1 - len(missed) / sum(tried.values())


def _by_hand(name: str) -> tuple[Case, list[Sentence]]:
    case = Case.model_validate(yaml.safe_load((CASES / f"{name}.yaml").read_text(encoding="utf-8")))
    sections = parse((CASES / f"{name}.md").read_text(encoding="utf-8"))
    return case, [sentence for section in sections for sentence in section.sentences]


@pytest.mark.parametrize("name", ["onchain", "customer"])
def test_mutations_of_a_draft_written_by_hand_are_caught(name: str) -> None:
    case, sentences = _by_hand(name)
    assert not check(sentences, case).unsupported
    tried, missed = _caught(sentences, case, seeds=(1, 2))
    assert set(tried) > {"digit", "day", "direction", "address", "offence", "victim", "currency", "zone", "moved"}
    assert _tell(tried, missed) >= WANTED


def _drafts(paths: Sequence[Path]) -> Iterator[tuple[Case, list[Sentence]]]:
    for path in paths:
        case = Case.model_validate_json(path.read_text(encoding="utf-8"))
        yield case, list(case.narrative.sentences)


def _try_all(drafts: Iterator[tuple[Case, list[Sentence]]], seeds: Sequence[int]) -> None:
    tried: Counter[str] = Counter()
    missed: list[Mutant] = []
    for case, sentences in drafts:
        report = check(sentences, case, [section.title for section in case.narrative.sections])
        assert not report.unsupported, report.unsupported
        more, lost = _caught(sentences, case, seeds)
        tried.update(more)
        missed.extend(lost)
    assert _tell(tried, missed) >= WANTED


@pytest.mark.xdist_group("heist")
def test_mutations_of_the_heists_drafts_are_caught(casewright: Any, heists: Path, tmp_path: Path) -> None:
    workspace = tmp_path / "heists"
    assert casewright("init", workspace).code == 0
    sources = []
    for name in ("LIFI", "54m"):
        assert (
            casewright(
                "-w", workspace, "import", "transfers", heists / name / f"{name}.csv", "--format", "heist-csv"
            ).code
            == 0
        )
        sources += (heists / name / "source_addresses.csv").read_text(encoding="utf-8").split()
    ran = casewright("-w", workspace, "investigate", *sources[:3], "--out", tmp_path / "out", "--json")
    assert ran.code == 0, ran.err
    _try_all(_drafts(sorted((tmp_path / "out").glob("*/case.json"))), seeds=(1,))


@pytest.mark.xdist_group("demo")
def test_mutations_of_a_made_up_exchanges_drafts_are_caught(casewright: Any, tmp_path: Path) -> None:
    data, workspace = tmp_path / "data", tmp_path / "exchange"
    assert casewright("simulate", data, "--customers", 1000, "--subjects", 1, "--months", 6).code == 0
    assert casewright("init", workspace, "--timezone", "Asia/Singapore", "--currency", "SGD").code == 0
    (workspace / "rates.csv").write_bytes((data / "rates.csv").read_bytes())
    for kind in ("customers", "labels", "transfers", "logins", "events"):
        ran = casewright("-w", workspace, "import", kind, data / f"{kind}.parquet", "--format", "table")
        assert ran.code == 0, ran.err
    with (data / "truth" / "truth.csv").open(encoding="utf-8", newline="") as file:
        customers = sorted({row["subject"] for row in csv.DictReader(file) if row["subject"].startswith("C-")})[::5][:5]
    ran = casewright("-w", workspace, "investigate", *customers, "--out", tmp_path / "out", "--json")
    assert ran.code == 0, ran.err
    assert len(json.loads(ran.out)["cases"]) == len(customers)
    _try_all(_drafts(sorted((tmp_path / "out").glob("*/case.json"))), seeds=(1,))
