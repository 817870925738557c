"""Quantifiers and negations: all, most, none, only and both hold only against facts about the whole set."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from casewright.agent.grounding.context import Context
from casewright.agent.grounding.facts import Index, Known, Line
from casewright.agent.grounding.fit import fit
from casewright.agent.grounding.lexicon import Noun, lexicon
from casewright.agent.grounding.lookup import counts
from casewright.agent.grounding.parties import Problem
from casewright.agent.grounding.reading import Group, Mark, Reading

_BEHIND = 8
Enough = Callable[[float, float], bool]


@dataclass
class Sets:
    """Checks the quantifiers of one sentence."""

    index: Index
    reading: Reading
    contexts: dict[int, Context]
    supported: dict[int, list[Known]]  # by figure identity: the facts that fit

    def problems(self) -> Iterator[tuple[Mark, Problem]]:
        """What is unsupported, quantifier by quantifier."""
        if self.reading.words and self.reading.words[0] in lexicon().words("imperatives"):
            return  # it asks for something; it tells nothing
        for group in self.reading.groups:
            for mark in group.said("quantifier"):
                if not self._holds(mark, group):
                    yield (
                        mark,
                        Problem(
                            f"needs a fact about the whole set: none of the evidence cited says {mark.text!r} of this"
                        ),
                    )

    def _holds(self, mark: Mark, group: Group) -> bool:
        context = self.contexts[id(group)]
        match mark.value:
            case "all":
                return self._all(mark, group, context)
            case "most":
                return self._part(mark, group, context, lambda value, whole: 2 * value > whole)
            case "none":
                return self._none(mark, group, context)
            case "only":
                return self._only(mark, group, context)
            case "both":
                return self._both(mark, group)
            case _:
                return True  # a half is a figure

    def _all(self, mark: Mark, group: Group, context: Context) -> bool:
        return self._part(mark, group, context, lambda value, whole: value == whole) or self._rows(
            group, context, "all"
        )

    def _part(self, mark: Mark, group: Group, context: Context, enough: Enough) -> bool:
        """Some fact counts a part of a whole, or a share, that is enough and is what the clause tells."""
        noun = self._noun(mark)
        negated = bool(context.anywhere("denial") - {mark.text})
        whole = self._number_behind(mark)
        for known in self.index.known:
            fact = known.fact
            if fact.kind == "count" and fact.of:
                value = int(fact.value)
                if (noun and not self._of_noun(known, noun)) or whole not in (None, fact.of):
                    continue
                if enough(value, fact.of) and self._tells(known, context) and not negated:
                    return True
                if enough(fact.of - value, fact.of) and self._tells_not(known, context):
                    return True
            elif (
                fact.kind == "share"
                and enough(float(fact.value), 1)
                and fact.name != "whole"
                and not noun
                and not fit(known, None, context, self.index).against
            ):
                return True
        return mark.value == "most" and self._rows(group, context, "most")

    def _number_behind(self, mark: Mark) -> int | None:
        """The whole that is told with the quantifier: `all 27 payers`, `most of the 7`."""
        behind = next((f for f in self.reading.figures if 0 <= f.first - mark.last <= 2), None)
        return int(behind.value) if behind is not None and behind.kind in {"count", "number"} and behind.whole else None

    def _of_noun(self, known: Known, noun: tuple[Noun, str]) -> bool:
        return counts(known, *noun) and not (noun[0].side and known.side and noun[0].side != known.side)

    def _none(self, mark: Mark, group: Group, context: Context) -> bool:
        """Nothing there: an empty answer about such things, a count of nought, or a part that is all the rest."""
        words = self.reading.words[mark.last : mark.last + _BEHIND]
        noun = self._noun(mark)
        things = set(self._heads(mark))
        if mark.text in {"nothing", "nobody", "no one", "never", "nowhere"}:
            return (
                self._nought(None, context)
                if context.claims.told and mark.text != "never"
                else not self._countable(context) or self._nought(noun, context)
            )
        if not things and mark.text == "no":
            return True  # "no reason": nothing that is counted
        whole = self._number_behind(mark)
        if self._empty(set(words) | things, group) or self._nought(noun, context, whole):
            return True
        if self._accused(group, mark):
            return True  # a negated category is judged with the word itself
        return self._rows(group, context, "none")

    def _heads(self, mark: Mark) -> Iterator[str]:
        """The things that are said not to be: counted nouns and what tools look for, before any preposition."""
        sought = {word for words in lexicon().raw["empty_means"].values() for word in words}
        prepositions = {m.first for m in self.reading.marks if m.kind == "prep" and m.text != "of"}
        before = (
            range(max(0, mark.first - 10), mark.first) if mark.text == "none" else ()
        )  # "Log-ins: none are recorded"
        for at in (*before, *range(mark.last, min(mark.last + 6, len(self.reading.words)))):
            if at in prepositions and at > mark.last:
                return
            word = self.reading.words[at]
            if word in lexicon().nouns or word in sought:
                yield word

    def _countable(self, context: Context) -> bool:
        return any(figure.kind in {"count", "amount"} for figure in context.group.figures)

    def _accused(self, group: Group, mark: Mark) -> bool:
        return any(m.kind in {"accuse", "service"} and 0 <= m.first - mark.last <= _BEHIND for m in group.marks)

    def _empty(self, words: set[str], group: Group) -> bool:
        ways: dict[str, str] = lexicon().raw["empty_ways"]
        verbs = {mark.value for mark in group.said("verb")} & {"in", "out"}
        table: dict[str, list[str]] = lexicon().raw["empty_means"]
        for holding in self.index.holdings:
            evidence = holding.evidence
            if verbs - {ways.get(evidence.tool, verb) for verb in verbs}:
                continue  # who else sends there was asked, not who else receives
            if evidence.status == "empty" and words & set(table.get(evidence.tool, words)):
                return True
        return False

    def _nought(self, noun: tuple[Noun, str] | None, context: Context, whole: int | None = None) -> bool:
        for known in self.index.known:
            fact = known.fact
            if whole is not None and fact.of != whole:
                continue
            if fact.kind not in {"count", "money", "share", "native"} or (
                noun and (fact.kind != "count" or not self._of_noun(known, noun))
            ):
                continue
            if fact.value == 0 and self._tells(known, context):
                return True
            if fact.of and fact.value == fact.of and self._tells_not(known, context):
                return True
        return False

    def _tells(self, known: Known, context: Context) -> bool:
        """Whether the clause tells what this fact counts; a count of a part needs the part's word."""
        held = next((p for p in lexicon().predicates if re.search(p.names, known.fact.name)), None)
        if held is None and known.fact.of is not None:
            return not fit(known, None, context, self.index).against and _shares_word(known, context)
        if held is not None and held.id not in context.anywhere("predicate"):
            return False
        return not fit(known, None, context, self.index).against

    def _tells_not(self, known: Known, context: Context) -> bool:
        """Whether the clause tells the contrary of what this fact counts."""
        held = next((p for p in lexicon().predicates if re.search(p.names, known.fact.name)), None)
        return held is not None and held.id in context.anywhere("denied")

    def _only(self, mark: Mark, group: Group, context: Context) -> bool:
        behind = next((f for f in group.figures if 0 <= f.first - mark.last <= 1), None)
        if behind is not None and any(known.fact.of is not None for known in self.supported.get(id(behind), ())):
            return True  # "only 3 of 40"
        noun = self._noun(mark) if self._near_noun(mark) else None
        single = (
            k for k in self.index.known if k.fact.kind == "count" and k.fact.value == 1 and k.fact.of in (None, 1)
        )
        if noun is not None and any(self._of_noun(k, noun) and self._fits(k, context) for k in single):
            return True
        return self._rows(group, context, "all", mark.last)

    def _fits(self, known: Known, context: Context) -> bool:
        return not fit(known, None, context, self.index).against

    def _near_noun(self, mark: Mark) -> bool:
        """Whether a counted noun stands right behind, past at most two adjectives."""
        return any(word in lexicon().nouns for word in self.reading.words[mark.last : mark.last + 3])

    def _both(self, mark: Mark, group: Group) -> bool:
        words = self.reading.words
        named = {name for figure in self.reading.figures for name in figure.ids}
        if len(named) == 2 or "and" in words[mark.last : mark.last + _BEHIND]:
            return True
        noun = self._noun(mark)
        return noun is not None and any(
            k.fact.value == 2 and counts(k, *noun) for k in self.index.known if k.fact.kind == "count"
        )

    def _noun(self, mark: Mark) -> tuple[Noun, str] | None:
        """The counted noun behind a quantifier, past `of the`, a number and adjectives."""
        for at in range(mark.last, min(mark.last + _BEHIND, len(self.reading.words))):
            word = self.reading.words[at]
            noun = lexicon().nouns.get(word)
            if noun is not None:
                return noun, word
            if word in {"had", "was", "were", "is", "are", "has", "have", ",", ";", "found", "carried", "bore"}:
                break
        return self._noun_before(mark)

    def _noun_before(self, mark: Mark) -> tuple[Noun, str] | None:
        """`27 payers, of whom none`: the noun of the count before."""
        if self.reading.words[mark.first - 1 : mark.first] != ["whom"] and self.reading.words[
            mark.first - 1 : mark.first
        ] != ["which"]:
            return None
        counted = [f for f in self.reading.figures if f.kind == "count" and f.last <= mark.first]
        return (counted[-1].noun, counted[-1].noun_text) if counted and counted[-1].noun else None

    def _rows(self, group: Group, context: Context, how: str, since: int = 0) -> bool:
        """Whether all, most or none of the clause's rows have the asset, network, status or category told."""
        wanted = _properties(group, since)
        if not wanted:
            return False
        side = (
            "in"
            if (context.claims.dst or frozenset()) & self.index.subjects
            else "out"
            if (context.claims.src or frozenset()) & self.index.subjects
            else ""
        )
        tables: dict[tuple[str, str], list[Line]] = {}
        truncated = {holding.evidence.id for holding in self.index.holdings if holding.evidence.truncated}
        any_status = any(name == "status" for name, _ in wanted)
        for line in self.index.lines:
            there = line.evidence not in truncated and (not side or line.side == side)
            counted = any_status or line.value("status") in {"", "completed"}
            if there and counted and all(name in line.row for name, _ in wanted):
                tables.setdefault((line.evidence, line.table), []).append(line)
        return any(_share_holds(lines, wanted, how) for lines in tables.values())


def _properties(group: Group, since: int) -> list[tuple[str, frozenset[str]]]:
    """What the clause says, from a token on, each of its rows is: (column, the values that it may have)."""
    found: list[tuple[str, frozenset[str]]] = []
    marks = [mark for mark in group.marks if mark.first >= since]
    assets = frozenset(f.unit.casefold() for f in group.figures if f.kind == "asset" and f.first >= since)
    for name, values in (("asset", assets), *((kind, _said(marks, kind)) for kind in ("network", "status"))):
        if values:
            found.append((name, values))
    categories = frozenset(mark.value for mark in marks if mark.kind in {"accuse", "service"})
    if categories:
        found.append(("category", categories))
    return found


def _said(marks: Iterable[Mark], kind: str) -> frozenset[str]:
    return frozenset(mark.value for mark in marks if mark.kind == kind)


def _share_holds(lines: list[Line], wanted: list[tuple[str, frozenset[str]]], how: str) -> bool:
    total = kept = 0
    for line in lines:
        weight = line.row.get("transfers")
        number = weight if isinstance(weight, int) else 1
        total += number
        kept += number * all(line.value(name).casefold() in values for name, values in wanted)
    if not total:
        return False
    return kept == total if how == "all" else 2 * kept > total if how == "most" else kept == 0


def _shares_word(known: Known, context: Context) -> bool:
    """Whether some word of a fact's name or meaning stands in the clause."""
    words = set(re.split(r"[_\W]+", f"{known.fact.name} {known.fact.means}".lower())) - {
        "in",
        "out",
        "of",
        "the",
        "usd",
        "local",
        "",
    }
    return bool(words & {word.lower() for word in context.words})
