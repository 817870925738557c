"""Words that accuse or name a kind of service: of whom they are said, and whether a label, finding or match says so."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from casewright.agent.grounding.claims import OTHER, UNKNOWN
from casewright.agent.grounding.context import Context
from casewright.agent.grounding.facts import Index
from casewright.agent.grounding.lexicon import lexicon
from casewright.agent.grounding.parties import Problem
from casewright.agent.grounding.reading import PARTIES, Group, Mark, Reading
from casewright.knowledge.case import Case
from casewright.knowledge.categories import categories

_REACH = 12
_APART = {"to", "from", "via", "with"}
_SEVERAL = {
    "addresses",
    "address",
    "wallets",
    "counterparties",
    "recipients",
    "payers",
    "parties",
    "ends",
    "services",
    "accounts",
    "contracts",
}
_BEFORE_PARTY = {
    "address",
    "wallet",
    "service",
    "contract",
    "account",
    "deposit",
    "(",
    ",",
    "the",
    "at",
    "called",
    "named",
    "label",
    "-",
}
_ROLES = {"victim", "mule", "suspect"}
_CATEGORY_TOOLS = {"exposure", "trace", "counterparties", "labels", "common_counterparties", "transfers"}


@dataclass(frozen=True)
class Said:
    """Of whom a word is said: these parties; or of nobody in particular (`to a mixer`)."""

    parties: frozenset[str] = frozenset()
    collective: bool = False
    named: bool = False  # it stands at a name, not at the clause's subject


@dataclass
class Wording:
    """Checks the accusing words of one sentence against the case."""

    case: Case
    cited: Sequence[str]
    index: Index
    reading: Reading
    contexts: dict[int, Context]

    def problems(self) -> Iterator[tuple[Mark, Problem]]:
        """What is unsupported, word by word."""
        for group in self.reading.groups:
            by_place: dict[tuple[int, int], list[Mark]] = {}
            for mark in (*group.said("accuse"), *group.said("service")):
                by_place.setdefault((mark.first, mark.last), []).append(mark)
            for marks in by_place.values():  # a word of two concepts is supported by either
                found = [self._check(mark, group, self.contexts[id(group)]) for mark in marks]
                if all(found) and found[0] is not None:
                    yield marks[0], found[0]

    def _check(self, mark: Mark, group: Group, context: Context) -> Problem | None:
        said = self._of_whom(mark, group, context)
        if self._denied(mark, group):
            return self._check_denied(mark) if mark.kind == "accuse" else None
        if mark.kind == "service":
            return self._service(mark, said)
        if said.collective and self._collective(mark):
            return None
        parties = said.parties or frozenset({s.id for s in self.case.subjects})
        if self._labelled(mark, parties) or self._found(mark, parties, context) or self._in_role(mark, parties):
            return None
        return self._refuse(mark, parties)

    def _of_whom(self, mark: Mark, group: Group, context: Context) -> Said:
        behind = self._party_behind(mark, group)
        if behind is not None:
            return Said(behind, named=True)
        words, far = self.reading.words, False
        if mark.text.endswith("s") and any(verb.last == mark.first for verb in group.said("verb")):
            return Said(collective=True)  # "reached mixers"
        for at in range(mark.first - 1, max(-1, mark.first - _REACH), -1):
            figure = next((f for f in self.reading.figures if f.first <= at < f.last), None)
            if figure is not None and figure.kind in PARTIES and figure.ids and not far:
                return Said(figure.ids, named=True)
            if (words[at] in _APART and mark.first - at <= 4) or (
                words[at] in _SEVERAL and mark.first - at <= 5 and not far
            ):
                return Said(collective=True)
            if words[at] in {";", "."}:
                break
            far = far or words[at] in _APART or any(m.first <= at < m.last for m in group.said("verb"))
        subject = context.claims.subject - {OTHER, UNKNOWN}
        if group.said("verb") and mark.first < group.said("verb")[0].first and not subject:
            return Said(collective=True)
        return Said(subject & self.index.parties or subject)

    def _party_behind(self, mark: Mark, group: Group) -> frozenset[str] | None:
        """`the mixer 0xabc`, `mixer address 0xabc`."""
        for at in range(mark.last, min(mark.last + 4, len(self.reading.words))):
            figure = next((f for f in group.figures if f.first <= at < f.last), None)
            if figure is not None:
                return figure.ids if figure.kind in PARTIES and figure.ids else None
            if self.reading.words[at] not in _BEFORE_PARTY:
                return None
        return None

    def _denied(self, mark: Mark, group: Group) -> bool:
        """Whether the word itself is denied: `no exposure to mixers`, not `none of the 27 mixer payers`."""
        reach = 1 if mark.value in _ROLES else 6
        for denial in (m for g in self.reading.clause(group.clause) for m in g.said("denial")):
            between = set(self.reading.words[denial.last : mark.first])
            if 0 <= mark.first - denial.last <= reach and between <= lexicon().words("denied_past"):
                return True
        return False

    def _check_denied(self, mark: Mark) -> Problem | None:
        """`No exposure to mixers`: none may be known, and somebody must have looked."""
        if mark.value in categories():
            if self.index.categories.get(mark.value):
                return Problem(
                    "is denied, but the evidence cited holds it",
                    ", ".join(sorted(self.index.categories[mark.value])[:2]),
                )
            if not any(holding.evidence.tool in _CATEGORY_TOOLS for holding in self.index.holdings):
                return Problem("is denied, but no evidence cited looked for it")
        found = [f for f in self._findings() if f[0] and self._speaks(mark, f[1])]
        return Problem("is denied, but a finding says so", found[0][1][:80]) if found else None

    def _service(self, mark: Mark, said: Said) -> Problem | None:
        if said.named and said.parties and not self.index.categories.get(mark.value, set()) & said.parties:
            if self._in_label(mark, said.parties):
                return None
            return Problem(
                f"names a kind of service that no label cited gives {min(said.parties)}", self._labels_of(said.parties)
            )
        if said.collective and mark.value not in self.index.categories and not self._fact_named(mark.value):
            return Problem("names a kind of service that is not in the evidence cited")
        return None

    def _collective(self, mark: Mark) -> bool:
        """`to a mixer`: some party of the evidence is one."""
        return mark.value in self.index.categories or self._fact_named(mark.value)

    def _fact_named(self, value: str) -> bool:
        return any(
            value in known.fact.name and known.fact.value != 0 for known in self.index.known if known.line is None
        )

    def _labelled(self, mark: Mark, parties: frozenset[str]) -> bool:
        return bool(self.index.categories.get(mark.value, set()) & parties) or self._in_label(mark, parties)

    def _in_label(self, mark: Mark, parties: frozenset[str]) -> bool:
        """A label's name, or another word of the record about the party, holds the word."""
        wanted = re.compile(rf"\b{re.escape(mark.text)}\b", re.IGNORECASE)
        return any(
            known.fact.kind == "label" and known.fact.about in parties and wanted.search(str(known.fact.value))
            for known in self.index.known
        )

    def _findings(self) -> Iterator[tuple[bool, str, str]]:
        """Findings whose evidence is cited: whether it speaks for suspicion, its words, and whom it is about."""
        for finding in self.case.findings:
            if set(finding.evidence) & set(self.cited):
                words = f"{finding.category} {finding.typology} {finding.statement}"
                about = finding.about or (self.case.subjects[0].id if self.case.subjects else "")
                yield finding.speaks == "for", words, about

    def _found(self, mark: Mark, parties: frozenset[str], context: Context) -> bool:
        for _, words, about in self._findings() if mark.value not in _ROLES else ():
            if about in parties and self._speaks(mark, words):
                return True
        own = frozenset(s.id for s in self.case.subjects)
        if not parties & own or not self._hedged(mark, context):
            return False
        return any(
            match.seen
            and set(match.evidence) & set(self.cited)
            and (mark.value == f"typology:{match.id}" or self._speaks(mark, f"{match.name} {match.id}"))
            for match in self.case.typologies
        )

    def _hedged(self, mark: Mark, context: Context) -> bool:
        """Whether a hedge stands in front of the word, in its clause."""
        return any(hedge.kind == "hedge" and hedge.first < mark.first for hedge in context.marks)

    def _speaks(self, mark: Mark, words: str) -> bool:
        """Whether words name the same thing: the phrase itself, its stem, or its category."""
        folded = words.lower().replace("-", " ").replace("_", " ")
        if re.search(rf"\b{re.escape(mark.text.replace('-', ' '))}\b", folded):
            return True
        if mark.value in categories():
            return bool(re.search(rf"\b{re.escape(mark.value.replace('_', ' '))}\b", folded)) or any(
                re.search(rf"\b{re.escape(word.lower())}\b", folded) for word in categories()[mark.value].words
            )
        stems = [w[: max(4, len(w) - 3)] if len(w) > 5 else w.rstrip("s") for w in re.split(r"[ -]", mark.text)]
        return all(re.search(rf"\b{re.escape(stem)}", folded) for stem in stems)

    def _in_role(self, mark: Mark, parties: frozenset[str]) -> bool:
        first = self.case.subjects[0].id if self.case.subjects else ""
        return mark.value in _ROLES and self.case.role == mark.value and first in parties

    @cached_property
    def _matches(self) -> list[str]:
        return [match.name for match in self.case.typologies]

    def _labels_of(self, parties: frozenset[str]) -> str:
        held = {str(k.fact.value) for k in self.index.known if k.fact.about in parties and k.fact.unit == "category"}
        return ", ".join(sorted(held))

    def _refuse(self, mark: Mark, parties: frozenset[str]) -> Problem:
        if mark.value in _ROLES:
            return Problem(f"is a role that nobody gave the subject (it is {self.case.role})")
        everywhere = self.index.categories.get(mark.value, set())
        if everywhere:
            return Problem(
                f"is not what the evidence says of {min(parties)}", f"said of {', '.join(sorted(everywhere)[:2])}"
            )
        return Problem("accuses, and no label, finding or hedged typology match in the evidence cited says so",
                       ", ".join(self._matches[:2]))  # fmt: skip
