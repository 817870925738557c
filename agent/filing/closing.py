"""The closing note of a false positive: five sentences, each with its evidence, each checked.

What fired, what was found, what explains it, what was checked, the decision that is asked for. A case whose evidence
explains nothing, whose recommendation is another than to close, or on which somebody told a suspicion or a report gets
none.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from casewright.agent.filing.particulars import dossier_of
from casewright.agent.grounding import check
from casewright.agent.memo.dossier import Dossier
from casewright.agent.memo.quote import say
from casewright.knowledge.case import Case, Sentence
from casewright.knowledge.errors import PolicyError
from casewright.tools.store import Store
from casewright.tools.store.filing import Decided

_STRENGTH = {"strong": 0, "moderate": 1, "weak": 2}
_MOST = 3  # explanations, and checks, that one sentence holds (ours)


_BY_HAND = 'a person who closes it all the same writes why: casewright review close {case} --reason "..."'


@dataclass(frozen=True)
class ClosingNote:
    """The five sentences."""

    case: str
    sentences: tuple[Sentence, ...]

    @property
    def text(self) -> str:
        """With citations, as the memo has them."""
        return "\n".join(sentence.cited() for sentence in self.sentences)


def closing_note(case: Case, decided: Decided) -> ClosingNote:
    """The note that asks to close a case. Raises PolicyError where the evidence or what people DECIDED carries none."""
    if case.recommendation != "close":
        does = {
            "escalate": "speaks for a report",
            "more information needed": "does not suffice to close it",
        }[case.recommendation]
        raise PolicyError(
            f"the evidence of {case.id} {does} ({case.recommendation}), so no closing note is drafted",
            hint=_BY_HAND.format(case=case.id),
        )
    suspicion, filed = decided.suspicion(), decided.filed()
    if suspicion or filed:
        on_record = f"a report of {case.id} was filed on {filed.day}" if filed else ""
        if suspicion and not filed:
            on_record = f"{suspicion[1].who} formed suspicion in {case.id} on {suspicion[0].formed}"
        raise PolicyError(f"{on_record}, so no closing note is drafted", hint=_BY_HAND.format(case=case.id))
    dossier = dossier_of(case)
    parts = {
        "what fired": _fired(dossier),
        "what was found": _found(case, dossier),
        "what explains it": _explained(case),
        "what was checked": _checked(case, dossier),
        "the decision": _decision(case, dossier),
    }
    for part, sentence in parts.items():
        if sentence is None:
            raise PolicyError(
                f"the evidence of {case.id} does not tell {part}, so no closing note is drafted",
                hint=f"casewright cases show {case.id}",
            )
    sentences = tuple(sentence for sentence in parts.values() if sentence is not None)
    report = check(sentences, case)
    if report.unsupported:
        bad = report.unsupported[0]
        raise PolicyError(f"a sentence of the closing note is not held by the evidence: {bad.figure} {bad.why}")
    return ClosingNote(case.id, sentences)


def record(store: Store, note: ClosingNote, who: str) -> None:
    """Put into the log who drafted which closing note, by its hash."""
    store.record(who, "closing note drafted", note.case, {"sha256": hashlib.sha256(note.text.encode()).hexdigest()})


def _fired(dossier: Dossier) -> Sentence | None:
    kind = "account" if dossier.is_customer else "address"
    wanted = dossier.alert.id if dossier.alert else ""
    row = next((cells for cells in dossier.cells("alerts") if wanted and cells.text("alert") == wanted), None)
    if row is None:
        return say(f"{kind} {{who}} was looked at by its id, as a person asked.", who=dossier.name())
    return say(
        f"alert {{alert}} was raised on {kind} {{who}} on {{at}}: {{title}}.",
        alert=row["alert"],
        who=dossier.name(),
        at=row["at"],
        title=row["title"],
    )


def _found(case: Case, dossier: Dossier) -> Sentence | None:
    """The memo's totals, with the subject named."""
    for sentence in case.narrative.sentences:
        moved = " it received " in sentence.text or " it sent " in sentence.text
        if moved and sentence.text.startswith(("On ", "Between ")):
            text = sentence.text.replace(" it ", f" {dossier.subject.id} ", 1)
            return sentence.model_copy(update={"text": text, "opens": False})
    return None


def _explained(case: Case) -> Sentence | None:
    """The findings against suspicion that weigh most."""
    against = [finding for finding in case.findings if finding.speaks == "against"]
    against.sort(key=lambda finding: _STRENGTH[finding.strength])
    return _joined([(f.statement, f.evidence) for f in against[:_MOST]])


def _checked(case: Case, dossier: Dossier) -> Sentence | None:
    """What the memo says was checked."""
    for section in case.narrative.sections:
        if "checked" in section.title.lower():
            return _joined([(s.text, s.evidence) for s in section.sentences[:_MOST]])
    return None


def _decision(case: Case, dossier: Dossier) -> Sentence | None:
    cited = tuple(dict.fromkeys(e for f in case.findings for e in f.evidence)) or dossier.id_of("account_profile")
    asked = "The decision asked for is to close this case without a report, for the reasons told above."
    return Sentence(text=asked, evidence=cited)


def _joined(parts: Sequence[tuple[str, tuple[str, ...]]]) -> Sentence | None:
    if not parts:
        return None
    clauses = [text.rstrip(".") for text, _ in parts]
    clauses[1:] = [_low(clause) for clause in clauses[1:]]
    evidence = tuple(dict.fromkeys(name for _, cited in parts for name in cited))
    return Sentence(text=f"{'; '.join(clauses)}.", evidence=evidence)


def _low(clause: str) -> str:
    word = clause.partition(" ")[0]
    return clause[:1].lower() + clause[1:] if word.isalpha() and not word.isupper() else clause
