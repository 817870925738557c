"""The request for information: questions to the customer that give nothing away; a person sends it."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from casewright.agent.filing.particulars import dossier_of
from casewright.agent.filing.secrecy import revealing, secret_words
from casewright.agent.memo.dossier import Dossier
from casewright.agent.privacy.untrusted import plain
from casewright.knowledge.case import Case
from casewright.knowledge.errors import NotFound, PolicyError, UsageError
from casewright.knowledge.records import Record, canonical_id
from casewright.knowledge.yamlfile import read_yaml
from casewright.tools.store import Store

FILE = Path(__file__).parent / "letters.yaml"
MOST = 8  # questions in one letter; more are not answered (ours)
When = Literal["third_party_credits", "credits", "beyond_income", "conversions", "withdrawals", "always"]


class Question(Record):
    """A question, and what the evidence must show for it to be asked."""

    when: When
    ask: str


class Letter(Record):
    """The words of the letter."""

    id: str
    salutation: str
    purpose: str
    period: str
    day: str
    request: str
    questions_follow: str
    closing: str
    days_to_answer: int = Field(ge=1, le=60)
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Request:
    """The letter to the customer, its questions, and those that were left out with the reason."""

    case: str
    subject: str
    text: str
    questions: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]

    def payload(self) -> dict[str, Any]:
        """For machines."""
        left = [{"question": question, "why": why} for question, why in self.left_out]
        return {"case": self.case, "subject": self.subject, "text": self.text, "questions": list(self.questions),
                "left_out": left}  # fmt: skip


@cache
def letter() -> Letter:
    """The letter as it is shipped."""
    return read_yaml(FILE, Letter)


def case_for(store: Store, name: str) -> Case:
    """The case of that id, else the latest on that subject. Raises NotFound."""
    found = store.cases([canonical_id(name)], limit=1)
    if found:
        return store.load_case(found[0].id)
    try:
        return store.load_case(name)
    except NotFound as error:
        hint = f"casewright investigate {name}, or casewright cases list"
        raise NotFound(f"there is no case {name!r}, and none on a subject of that id", hint=hint) from error


def draft(case: Case, also: Sequence[str] = (), own: Path | None = None) -> Request:
    """The letter for a case's first subject, with a person's own questions ALSO, each told in one line.

    OWN is the folder of the workspace's own regimes, whose names are secret too. Raises UsageError for an empty
    question, PolicyError for a subject who is no customer, and for a question of a person's that would give away a
    report, a suspicion, other people or what the house looks at.
    """
    dossier = dossier_of(case)
    if not dossier.is_customer:
        raise PolicyError(f"{dossier.subject.id} is no customer on record: there is nobody to ask")
    secret = secret_words(own)
    also = [_one_line(question) for question in also]
    for question in also:
        if bad := revealing(question, case, secret):
            raise PolicyError(
                f"the question {question!r} would give something away: {', '.join(bad)}",
                hint="ask about the customer's own doings, and name no report, nobody else and nothing of ours",
            )
    asked: list[str] = []
    left: list[tuple[str, str]] = []
    for question in dict.fromkeys([*_ours(dossier), *_experts(dossier), *also]):
        bad = revealing(question, case, secret)
        if bad:
            left.append((question, f"it would give something away: {', '.join(bad)}"))
        elif len(asked) < MOST or question in also:
            asked.append(question)
        else:
            left.append((question, f"a letter has at most {MOST} questions"))
    text = _letter(dossier, asked)
    if bad := revealing(text, case, secret):
        raise PolicyError(f"the letter would give something away: {', '.join(bad)}", hint="word it by hand")
    return Request(case.id, dossier.subject.id, text, tuple(asked), tuple(left))


def record(store: Store, found: Request, who: str) -> None:
    """Put into the log who drafted which letter, by its hash; its questions stand beside the entry."""
    told = {"subject": found.subject, "sha256": hashlib.sha256(found.text.encode()).hexdigest()}
    store.record(who, "rfi drafted", found.case, {**told}, {"questions": list(found.questions)})


def _one_line(question: str) -> str:
    if not plain(question):
        raise UsageError("a question is empty", hint='--ask "What is the payment of May for?"')
    return plain(question)


def _ours(dossier: Dossier) -> Iterator[str]:
    """The questions whose reason the evidence shows."""
    shown = {
        "always": True,
        "credits": bool(dossier.number("account_profile", "transfers_in")),
        "third_party_credits": bool(dossier.number("payers", "different_name_payers")),
        "conversions": bool(dossier.number("account_profile", "trades")),
        "withdrawals": any(c.side() == "out" and c.text("kind") == "withdrawal" for c in dossier.cells("flows")),
        "beyond_income": _beyond_income(dossier),
    }
    yield from (question.ask for question in letter().questions if shown[question.when])


def _beyond_income(dossier: Dossier) -> bool:
    inflow, income = dossier.fact("account_profile", "inflow_usd"), dossier.fact("customer", "income_usd")
    return bool(inflow and income and float(inflow.value) > float(income.value))


def _experts(dossier: Dossier) -> Iterator[str]:
    """The questions of the typology that fits best."""
    for cells in dossier.cells("typology"):
        if cells.text("part") == "question to the customer":
            yield cells.text("text")


def _letter(dossier: Dossier, questions: Sequence[str]) -> str:
    words = letter()
    first, last = (dossier.day("account_profile", name) for name in ("first_at", "last_at"))
    name = dossier.quote("customer", "name")
    period = ""
    if first and last:
        period = (words.day if first.text == last.text else words.period).format(first=first, last=last)
    opening = " ".join(filter(None, [words.purpose.format(account=dossier.subject.id), period]))
    numbered = "\n".join(f"{number}. {question}" for number, question in enumerate(questions, 1))
    return "\n\n".join(
        [
            words.salutation.format(name=name or "customer"),
            opening,
            words.request.format(days=words.days_to_answer),
            f"{words.questions_follow}\n{numbered}",
            words.closing,
        ]
    )
