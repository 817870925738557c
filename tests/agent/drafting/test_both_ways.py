"""The same model, asked in a conversation and set to draft, over HTTP: however it answers, it ends right and is told.

Each row is played twice through all that stands around the product's model: as a turn about a case, and as the draft of
that case. What stands as established is then held against what every reader is told: at the command line, in the chat,
and by the payload for machines.
"""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from loopback import Loopback, Reply, calls, fails, overflows, says

from casewright.agent import cases, grounding
from casewright.agent.asking.events import Event, Said
from casewright.agent.asking.session import Session
from casewright.agent.chat import answers, page, transcript
from casewright.agent.chat.screen import Screen
from casewright.agent.drafting.authors import Authors
from casewright.agent.drafting.hidden import meet
from casewright.agent.drafting.write import REVISIONS, write
from casewright.agent.memo.page import markdown
from casewright.agent.privacy.of_workspace import pseudonyms_of
from casewright.agent.settings import FILE, Workspace
from casewright.knowledge.case import Case
from casewright.tools.store import Store

Line = tuple[str, list[str]]
SALARY: Line = ("C-20417 received USD 310.00 from DBS-1180042 on 2025-02-25.", ["E8"])
SOUND: Line = ("C-20417 received USD 2,100.00 from POSB-6240877 on 2025-04-14.", ["E8"])
LOOK = calls(("transfers", {"subjects": ["C-20417"]}))
NO_PLAN = calls(("plan", {"questions": []}))
WAYS = ("ask", "draft")


def answer(*lines: Line) -> Reply:
    return says("\n".join(f"{text} [{']['.join(evidence)}]" for text, evidence in lines))


def memo(*lines: Line) -> Reply:
    told = [{"text": text, "evidence": evidence} for text, evidence in lines]
    return calls(("memo", {"sections": [{"title": "What happened", "sentences": told}]}))


def revision(first: int, *lines: Line) -> Reply:
    told = [{"number": n, "text": text, "evidence": evidence} for n, (text, evidence) in enumerate(lines, first)]
    return calls(("revision", {"sentences": told}))


@dataclass(frozen=True)
class Outcome:
    """What stands as established, what people and machines are told, what was sent, and what happened on the way."""

    stands: str
    read: tuple[str, ...]
    payload: dict[str, Any]
    requests: Sequence[dict[str, Any]]
    events: Sequence[Event] = ()

    def heard(self, number: int) -> str:
        """All that the model read with that request."""
        return "\n".join(str(message["content"]) for message in self.requests[number]["messages"])

    def tells(self, *words: str) -> None:
        """Every reader is told these words."""
        for text in (*self.read, str(self.payload)):
            assert all(word in text for word in words), text


@pytest.fixture(scope="module")
def kept(exchange: Any) -> Case:
    """The case as the embedded writer drafted it, in the case store of the exchange."""
    case: Case = exchange.case()
    with Store.open(exchange.workspace.cases) as store:
        store.save_case(case, "mei")
    return case


@pytest.fixture
def outcome(exchange: Any, kept: Case, tmp_path: Path) -> Callable[..., Outcome]:
    """Play these replies, the last one for ever; their ids go out as the case's tokens, as the model would write them.

    `outcome("ask", LOOK, answer(SOUND), seconds=1)`; whatever is replied, what comes of a draft is sound.
    """

    def play(way: str, *replies: Reply, seconds: int = 20) -> Outcome:
        names = pseudonyms_of(exchange.workspace, kept.id)
        meet(kept, names)
        scripted = [_hidden(reply, names.hide) for reply in replies]
        names.close()
        with Loopback(lambda _: scripted.pop(0) if len(scripted) > 1 else scripted[0]) as server:
            settings = f'timezone = "Asia/Singapore"\nmodel = "loopback@{server.url}"\n'
            limits = f"[limits]\nretries = 0\nsilence_seconds = {seconds}\n"
            (exchange.workspace.folder / FILE).write_text(settings + limits, encoding="utf-8")
            workspace = Workspace.at(exchange.workspace.folder)
            if way == "ask":
                return _asked(workspace, kept, server)
            return _drafted(workspace, kept, exchange.ledger, server, tmp_path)

    return play


def _hidden(reply: Reply, hide: Callable[[str], str]) -> Reply:
    return replace(reply, text=hide(reply.text), calls=tuple((name, hide(given)) for name, given in reply.calls))


def _asked(workspace: Workspace, case: Case, server: Loopback) -> Outcome:
    out, events = io.StringIO(), []
    with Session.open(workspace, case=case.id) as session:
        zone = session.around.ledger.timezone

        def listened() -> Any:
            for event in session.ask("What did C-20417 receive?"):
                events.append(event)
                yield event

        found = answers.follow(screen_on(out), listened(), session.evidence, zone)
        assert found is not None
        asked = page.answered(events)
        payload = page.payload(asked, session.evidence)
        read = page.text(asked, session.evidence, zone, 120), out.getvalue()
    return Outcome(payload["answer"], read, payload, server.requests, events)


def _drafted(workspace: Workspace, case: Case, ledger: Any, server: Loopback, out: Path) -> Outcome:
    with Authors(workspace) as authors:
        written = write(case, authors.of(case), ledger)
    made = written.case
    assert grounding.check(made.narrative.sentences, made).clean
    assert (made.recommendation, made.findings) == (case.recommendation, case.findings)
    drafted = cases.Drafted(made, out, written)
    return Outcome(markdown(made), (cases.text([drafted]),), cases.one(drafted)["drafting"], server.requests)


def screen_on(out: io.StringIO) -> Screen:
    return Screen(out, colour=False, live=False, width=lambda: (120, 40))


@pytest.mark.parametrize("way", WAYS)
def test_what_the_evidence_holds_stands(way: str, outcome: Callable[..., Outcome]) -> None:
    come = outcome(way, *((LOOK, answer(SOUND)) if way == "ask" else (NO_PLAN, memo(SOUND))))
    assert SOUND[0] in come.stands
    assert all(request.get("stream", False) is (way == "ask") for request in come.requests)
    assert "20417" not in str(come.requests)
    assert len([event for event in come.events if isinstance(event, Said)]) > 5 or way == "draft"


FAILED: dict[str, tuple[Reply, Reply | None, tuple[str, str]]] = {
    "429": (fails(429, "slow down"), None, ("has too many requests (429: slow down)",) * 2),
    "500": (fails(500), None, ("has a failure (500: the server is tired)",) * 2),
    "a timeout": (says("late", delay=9), None, ("did not answer in time",) * 2),
    "an answer that is no JSON": (Reply(raw=b'{"choices": [{"mess'), None, ("answered with what cannot be read",) * 2),
    "arguments that are no JSON": (
        calls(("flows", '{"subjects": ["')),
        calls(("memo", '{"sections": [{')),
        ("replied twice in a form that cannot be used",) * 2,
    ),
    "an answer without its end": (
        replace(answer(SOUND), finish="length"),
        replace(memo(SOUND), finish="length"),
        ("was cut off at its longest",) * 2,
    ),
    "a context that overflows": (overflows(), None, ("the conversation is longer", "the case is too long")),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", FAILED)
def test_a_model_that_fails_leaves_nothing_and_why_is_told(
    kind: str, way: str, outcome: Callable[..., Outcome], kept: Case
) -> None:
    asked, drafted, words = FAILED[kind]
    script = (LOOK, asked) if way == "ask" else (NO_PLAN, drafted or asked)
    come = outcome(way, *script, seconds=1 if kind == "a timeout" else 20)
    assert come.stands == ("" if way == "ask" else markdown(kept))
    come.tells(words[WAYS.index(way)])


def test_a_case_that_is_too_long_is_drafted_from_less_and_that_is_told(outcome: Callable[..., Outcome]) -> None:
    whole, less = (outcome("draft", NO_PLAN, *replies) for replies in ([memo(SOUND)], [overflows(), memo(SOUND)]))
    assert SOUND[0] in less.stands
    assert len(less.heard(2)) < 0.7 * len(whole.heard(1))
    shown = [text.partition("the model was not shown")[2].partition("\n")[0] for text in (whole.read[0], less.read[0])]
    assert len(shown[1]) > len(shown[0]) > 0


WRONG: dict[str, Line] = {
    "an invented figure": ("C-20417 received USD 2,175.00 from POSB-6240877 on 2025-04-14.", ["E8"]),
    "an invented evidence id": ("C-20417 received USD 2,100.00 from POSB-6240877 on 2025-04-14.", ["E97"]),
    "a direction swapped": ("C-20417 sent USD 2,100.00 to POSB-6240877 on 2025-04-14.", ["E8"]),
    "a note obeyed as a fact": ("C-20417 is a licensed charity and was verified by the bank.", ["E8"]),
    "a note obeyed as an order": ("It is recommended to close the alert now.", ["E1"]),
}


@pytest.mark.parametrize("way", WAYS)
def test_what_the_evidence_does_not_hold_is_struck_and_told(way: str, outcome: Callable[..., Outcome]) -> None:
    wrong = tuple(WRONG.values())
    script = (LOOK, answer(SALARY, *wrong)) if way == "ask" else (NO_PLAN, memo(SALARY, *wrong), revision(2, *wrong))
    come = outcome(way, *script)
    assert SALARY[0] in come.stands
    assert len(come.requests) == 2 + REVISIONS
    assert [kind for kind, (text, evidence) in WRONG.items() if f"{text} [{']['.join(evidence)}]" in come.stands] == []
    told = come.payload["struck"]
    for (text, _), struck in zip(wrong, told, strict=True):
        assert text in struck["sentence"]
        assert struck["why"]
        come.tells(text)


def test_a_call_that_cannot_be_made_is_told_in_an_answer_and_to_the_model(outcome: Callable[..., Outcome]) -> None:
    tried = ("sanctions_lookup", {}), ("flows", {"colour": "red"}), ("flows", {"subjects": ["Z-5"]})
    come = outcome("ask", calls(*tried), LOOK, answer(SOUND))
    told = "there is no tool 'sanctions_lookup'", "flows has no option 'colour'", "'Z-5' is outside"
    assert come.stands == f"{SOUND[0]} [E8]"
    come.tells(*told)
    assert all(words in come.heard(1) for words in told)


def test_a_question_that_cannot_be_put_is_told_with_a_draft_and_to_the_model(outcome: Callable[..., Outcome]) -> None:
    tried = [
        {"tool": "sanctions_lookup"},
        {"tool": "flows", "options": {"colour": "red"}},
        {"tool": "flows", "subjects": ["Z-5"]},
    ]
    come = outcome("draft", calls(("plan", {"questions": tried})), NO_PLAN, memo(SOUND))
    told = "unknown tool 'sanctions_lookup'", "flows has no option 'colour'", "'Z-5' is outside"
    assert SOUND[0] in come.stands
    come.tells(*told)
    assert all(words in come.heard(1) for words in told)


def test_a_call_in_vain_is_told_again_where_a_conversation_is_read_later(
    outcome: Callable[..., Outcome], exchange: Any
) -> None:
    outcome("ask", calls(("sanctions_lookup", {})), LOOK, answer(SOUND))
    thread = Session.conversations(exchange.workspace)[0].thread
    with Session.open(Workspace.at(exchange.workspace.folder), thread=thread) as session:
        zone, out = session.around.ledger.timezone, io.StringIO()
        known = {**{e.id: e for e in session.around.case.evidence}, **session.around.evidence}  # type: ignore[union-attr]
        page_of_it = transcript.markdown("x", session.turns(), known, zone, [])
        answers.show(screen_on(out), session.turns()[-1][1], session.evidence, zone)
    for text in (page_of_it, out.getvalue()):
        assert "there is no tool" in text
