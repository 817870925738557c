"""The words that carry claims: `lexicon.yaml`, the categories and the typologies' names, ready to be looked up."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from casewright.knowledge import library
from casewright.knowledge.categories import categories

FILE = Path(__file__).with_name("lexicon.yaml")
_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # `no` stays a word; libyaml reads ten times faster


@dataclass(frozen=True)
class Cue:
    """What a phrase says: a kind of claim (`status`, `verb`, `noun` ...) and its value (`cancelled`, `in` ...)."""

    kind: str
    value: str


@dataclass(frozen=True)
class Noun:
    """What stands beside a count: the units of facts that it may mean, and the side that it says."""

    units: frozenset[str]
    side: str = ""


@dataclass
class Phrases:
    """Phrases of several words, found from any word onward, the longest first."""

    by_first: dict[str, list[tuple[tuple[str, ...], list[Cue]]]] = field(default_factory=dict)

    def add(self, phrase: str, cue: Cue) -> None:
        """Let PHRASE (lower case) say CUE."""
        words = tuple(phrase.split())
        known = self.by_first.setdefault(words[0], [])
        for other, cues in known:
            if other == words:
                if cue not in cues:
                    cues.append(cue)
                return
        known.append((words, [cue]))
        known.sort(key=lambda entry: -len(entry[0]))

    def at(self, words: Sequence[str], start: int) -> Iterator[tuple[int, list[Cue]]]:
        """Every phrase that begins at START, with its length in words, the longest first."""
        for phrase, cues in self.by_first.get(words[start], ()):
            if tuple(words[start : start + len(phrase)]) == phrase:
                yield len(phrase), cues


@dataclass(frozen=True)
class Measure:
    """Facts whose name matches `names` need one of `words` beside them."""

    names: str
    words: frozenset[str]
    claims: bool = False
    owns: frozenset[str] = frozenset()
    near: bool = False
    lax: bool = False


@dataclass(frozen=True)
class Predicate:
    """Facts that count only a part (new, labelled ...): the words that say so, and those that say the contrary."""

    id: str
    names: str
    words: frozenset[str]
    denies: frozenset[str]


@dataclass(frozen=True)
class Lexicon:
    """The tables of `lexicon.yaml`, indexed."""

    raw: Mapping[str, Any]
    phrases: Phrases
    nouns: Mapping[str, Noun]
    measures: tuple[Measure, ...]
    predicates: tuple[Predicate, ...]
    currencies: Mapping[str, str]  # name or code in lower case -> code
    assets: Mapping[str, str]  # name or symbol in lower case -> symbol
    spans: Mapping[str, int]
    stems: Mapping[str, str]  # how an accusing word may begin -> what it accuses of

    def accused(self, word: str) -> str:
        """What a word accuses of that is in no list but begins like one that is (`scamming`); empty for nothing."""
        return next((of for stem, of in self.stems.items() if word.startswith(stem)), "")

    def words(self, table: str) -> frozenset[str]:
        """A flat list of the file as a set."""
        return _flat(table)


@cache
def lexicon() -> Lexicon:
    """The lexicon, read once."""
    raw: dict[str, Any] = yaml.load(FILE.read_text(encoding="utf-8"), _LOADER)
    nouns = {
        word: Noun(frozenset(entry["units"]), entry.get("side", ""))
        for entry in raw["nouns"]
        for word in entry["words"]
    }
    return Lexicon(
        raw=raw,
        phrases=_phrases(raw, nouns),
        nouns=nouns,
        measures=tuple(_measure(m) for m in raw["measures"]),
        predicates=tuple(
            Predicate(p["id"], p["names"], frozenset(p["words"]), frozenset(p["denies"])) for p in raw["predicates"]
        ),
        currencies={name.lower(): code for code, names in raw["currencies"].items() for name in (code, *names)},
        assets={name.lower(): code for code, names in raw["assets"].items() for name in (code, *names)},
        stems=raw["accusing_stems"],
        spans={word: int(seconds) for word, seconds in raw["spans"].items()},
    )


@cache
def _flat(table: str) -> frozenset[str]:
    return frozenset(str(word) for word in lexicon().raw[table])


def _measure(entry: Mapping[str, Any]) -> Measure:
    return Measure(
        names=entry["names"],
        words=frozenset(entry["words"]),
        claims="claims" in entry,
        owns=frozenset(entry.get("owns", ())),
        near="near" in entry,
        lax="lax" in entry,
    )


# Tables of the file that map a value to its phrases, and the kind of cue that they make.
_GROUPS = {
    "verbs": "verb",
    "direction_adjectives": "adjective",
    "direction_nouns": "side",
    "prepositions": "prep",
    "status": "status",
    "reach": "reach",
    "rank": "rank",
    "quantifiers": "quantifier",
    "networks": "network",
    "accusations": "accuse",
    "recorded": "recorded",
}
_LISTS = {
    "subject_words": "subject",
    "other_words": "other",
    "starts": "start",
    "before": "before",
    "other_rank": "ordinal",
    "ranks_ignored": "plain",
    "quantifiers_ignored": "plain",
    "relative_time": "relative",
    "causes": "cause",
    "hedges": "hedge",
    "denials": "denial",
    "reach_told": "reach_told",
    "same_day": "same_day",
}


def _phrases(raw: Mapping[str, Any], nouns: Iterable[str]) -> Phrases:
    phrases = Phrases()
    for table, kind in _GROUPS.items():
        for value, words in raw[table].items():
            for phrase in words:
                phrases.add(phrase, Cue(kind, value))
    for table, kind in _LISTS.items():
        for phrase in raw[table]:
            phrases.add(phrase, Cue(kind, phrase))
    for noun in nouns:
        phrases.add(noun, Cue("noun", noun))
    for number, entry in enumerate(raw["measures"]):
        for phrase in entry["words"]:
            phrases.add(phrase, Cue("measure", str(number)))
    for entry in raw["predicates"]:
        for phrase in entry["words"]:
            phrases.add(phrase, Cue("predicate", entry["id"]))
        for phrase in entry["denies"]:
            phrases.add(phrase, Cue("denied", entry["id"]))
    for typology, names in _typologies():
        for phrase in names:
            phrases.add(phrase, Cue("accuse", f"typology:{typology}"))
    for name, category in categories().items():
        for phrase in category.words:
            phrases.add(phrase.lower(), Cue("accuse" if category.accuses else "service", name))
    return phrases


_NAME = re.compile(r"[a-z0-9][a-z0-9 -]+[a-z]")
_LONGEST_ALIAS = 3  # words; longer ones describe, and plain words must stay free to be used


def _typologies() -> Iterator[tuple[str, list[str]]]:
    """The shipped typologies' names and short aliases, in lower case, by id; only their words matter here."""
    for path in sorted(library.SHIPPED.glob("*.yaml")):
        entry = yaml.load(path.read_text(encoding="utf-8"), _LOADER)
        aliases = [a for alias in entry.get("aliases", ()) for a in alias.lower().split(", ")]
        names = [entry["name"].lower(), *(alias for alias in aliases if 2 <= len(alias.split()) <= _LONGEST_ALIAS)]
        yield path.stem, [name for name in names if _NAME.fullmatch(name)]
