"""Asks a question of the evaluation in a real conversation, and holds the answer against the tools called directly."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from casewright.agent.asking.events import Answer, Asked, Said
from casewright.agent.asking.replies import read
from casewright.agent.asking.session import Session
from casewright.agent.asking.toolset import conversation_tools
from casewright.agent.memo.quote import in_words
from casewright.agent.offline.model import OfflineModel
from casewright.agent.settings import Workspace
from casewright.agent.subjects import moment
from casewright.knowledge.clock import date_text
from casewright.knowledge.evidence import Evidence
from casewright.knowledge.records import Subject
from casewright.prompts import render
from casewright.tools import toolbox

FOLDER = Path(__file__).parent


@dataclass
class Told:
    """What came of a question: the calls, the answer, and what is wrong with them."""

    calls: list[Asked] = field(default_factory=list)
    answer: Answer = field(default_factory=lambda: Answer(()))
    wrong: list[str] = field(default_factory=list)
    draft: str = ""  # as it was first worded

    @property
    def sent_back(self) -> list[str]:
        """The sentences of the first wording that the check did not let stand."""
        return [s.text for s in read(self.draft).sentences if s not in self.answer.sentences]

    @property
    def text(self) -> str:
        return "\n".join(sentence.text for sentence in self.answer.sentences)


def questions(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    return found


def asked(workspace: Workspace, question: dict[str, Any]) -> Told:
    """Ask it as a person does, after what was asked before it, and say what is wrong with the answer."""
    with Session.open(workspace, alert=question.get("alert", ""), model=OfflineModel()) as session:
        for before in question.get("after", []):
            list(session.ask(before))
        told = Told()
        for event in session.ask(question["ask"]):
            if isinstance(event, Asked):
                told.calls.append(event)
            elif isinstance(event, Said):
                told.draft += event.text
            elif isinstance(event, Answer):
                told.answer = event
        told.wrong = list(_wrong(told, question, session))
        return told


def _wrong(told: Told, question: dict[str, Any], session: Session) -> Iterator[str]:
    if name := question.get("refused"):
        if told.answer.refused != render(f"refusals/{name}").strip():
            yield f"not refused as {name}"
        return
    if told.answer.refused or told.answer.cut_off:
        yield f"refused or cut off: {told.answer.refused or told.answer.cut_off}"
    for struck in told.answer.struck:
        yield f"struck: {struck.sentence} ({struck.why})"
    if question.get("open") and not told.answer.not_established:
        yield "nothing is told as not established"
    for name in question.get("tools", []):
        calls = [call for call in told.calls if call.tool == name]
        if not calls:
            yield f"{name} was not asked"
            continue
        for key, value in question.get("arguments", {}).get(name, {}).items():
            if all(call.arguments.get(key) != value for call in calls):
                yield f"{name}: {key} was {calls[0].arguments.get(key)!r}, not {value!r}"
    for figure in question.get("figures", []):
        words = _words(figure, question, session)
        if words is None:
            yield f"{figure} is no fact of the tool"
        elif words not in told.text:
            yield f"{figure} = {words} is not told"
    for word in question.get("words", []):
        if word not in told.text:
            yield f"{word!r} is not said"


def _words(figure: str, question: dict[str, Any], session: Session) -> str | None:
    """The figure as the tool tells it when it is called by hand."""
    tool, _, name = figure.partition(".")
    evidence = _by_hand(tool, dict(question.get("arguments", {}).get(tool, {})), question, session)
    fact = evidence.fact(name)
    zone = session.around.ledger.timezone
    if fact is None:
        return None
    return date_text(str(fact.value), zone) if fact.kind == "time" else in_words(fact, zone)


def _by_hand(tool: str, options: dict[str, Any], question: dict[str, Any], session: Session) -> Evidence:
    around = session.around
    if tool in conversation_tools():
        values, _ = conversation_tools()[tool].validated(options)
        found: Evidence = conversation_tools()[tool].function(around, **values)
        return found
    if tool == "account_profile" and "subjects" not in options:
        options |= {k: v for a in question.get("arguments", {}).values() for k, v in a.items() if k == "subjects"}
    ends = [moment(str(options.pop(word, "")), around.ledger.timezone) for word in ("since", "until")]
    names = options.pop("subjects", [])
    whom = tuple(Subject(id=one, since=ends[0], until=ends[1]) for one in names)
    if not whom and around.case:
        whom = around.case.subjects
    return toolbox.call(around.ledger, tool, whom, **options)
