"""A conversation that is kept: it goes on in another process, after a kill too, and marks outsiders' words."""

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage
from scripted import Scripted, calls

from casewright.agent import additions, cases
from casewright.agent.asking.events import Answer, Told
from casewright.agent.asking.session import Session
from casewright.agent.chat.notebook import kept_in_case
from casewright.agent.settings import Workspace
from casewright.knowledge.errors import NotFound, UsageError
from casewright.tools.store import Store

Talk = Callable[..., Session]
GOOD = "C-10482 received USD 85,000.00. [E1]"


def asked(session: Session, question: str = "What came in to C-10482?") -> Answer:
    *_, last = session.ask(question)
    assert isinstance(last, Answer)
    return last


def profile(**more: Any) -> AIMessage:
    return calls(("flows", {"subjects": ["C-10482"], **more}))


def test_a_strangers_words_reach_the_model_between_marks(talk: Talk) -> None:
    session = talk(calls(("transfers", {"subjects": ["C-10482"]})), "not established: more")
    asked(session)
    model = session._model
    assert isinstance(model, Scripted)
    assert "⟦MR LIM JUN | invoice 1⟧" in str(model.heard[1][-1].content)


def test_a_conversation_goes_on_where_it_was(talk: Talk, exchange: Workspace) -> None:
    first = talk(profile(), GOOD)
    asked(first)
    again = talk(calls(("flows", {"subjects": ["C-10482"]}), start=9), "not established: more", thread=first.thread)
    assert again.turns() == first.turns()
    asked(again, "And before that?")
    assert list(again.around.evidence) == ["E1", "E2"]
    model = again._model
    assert isinstance(model, Scripted)
    assert [m.content for m in model.heard[0] if m.type == "human"] == ["What came in to C-10482?", "And before that?"]
    assert [one.thread for one in Session.conversations(exchange)] == [first.thread]


def test_an_unknown_conversation_and_an_empty_question_are_told(talk: Talk) -> None:
    with pytest.raises(NotFound, match="no conversation"):
        talk("x", thread="nope")
    with pytest.raises(UsageError, match="no question"):
        asked(talk("x"), "  ")


_KILLED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from scripted import Scripted, calls
from casewright.agent.asking.events import Told
from casewright.agent.asking.session import Session
from casewright.agent.settings import Workspace
model = Scripted(lines=[calls(("flows", {{"subjects": ["C-10482"]}})), lambda m: os.kill(os.getpid(), 9)])
with Session.open(Workspace.at(Path({folder!r})), model=model) as session:
    print(session.thread, flush=True)
    for event in session.ask("What came in to C-10482?"):
        pass
"""


def test_a_killed_process_goes_on_from_its_last_step(talk: Talk, exchange: Workspace) -> None:
    tests = str(Path(__file__).parents[2])
    program = textwrap.dedent(_KILLED).format(tests=tests, folder=str(exchange.folder))
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=os.environ, check=False)
    assert ran.returncode == -signal.SIGKILL, ran.stderr
    session = talk(GOOD, thread=ran.stdout.strip())
    assert session.pending == "What came in to C-10482?"
    assert list(session.around.evidence) == ["E1"]
    *_, answer = session.go_on()
    assert isinstance(answer, Answer)
    assert [sentence.cited() for sentence in answer.sentences] == [GOOD]
    assert session.pending == ""
    assert list(session.around.evidence) == ["E1"]


def test_a_question_that_the_person_stopped_is_not_gone_on_with(talk: Talk) -> None:
    session = talk(profile(), GOOD)
    events = session.ask("What came in to C-10482?")
    next(events)
    assert session.pending == "What came in to C-10482?"
    events.close()  # type: ignore[attr-defined]
    assert session.pending == ""
    assert list(session.go_on()) == []


def test_a_conversation_stands_on_the_case_as_it_was_opened(talk: Talk, exchange: Workspace) -> None:
    drafted = cases.draft(exchange, ["A-71QK2X"])[0].case
    first = talk(calls(("payers", {})), "not established: more", case=drafted.id)
    asked(first, "Who paid in?")
    own = list(first.around.evidence)
    other = talk(calls(("balances", {})), "not established: more", case=drafted.id)
    asked(other, "What is held?")
    assert list(other.around.evidence) == own  # the same id, of other evidence
    kept_in_case(exchange, drafted, [additions.pinned(other.around.evidence.values(), [])], "ada")
    again = talk("x", thread=first.thread)
    assert again.evidence(own[0]).tool == "payers"
    assert again.around.case is not None
    assert own[0] not in {evidence.id for evidence in again.around.case.evidence}


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [("typology_match", {"subject": "C-10599"}), ("alert_reason", {"alert": "A-82RM3Y"}),
     ("earlier_reports", {"subject": "C-10599"})],
)  # fmt: skip
def test_a_tool_of_the_conversation_keeps_to_the_case_too(talk: Talk, tool: str, arguments: dict[str, str]) -> None:
    session = talk(calls((tool, arguments), ("payers", {"subjects": ["C-10599"]})), "not established: more",
                   alert="A-71QK2X")  # fmt: skip
    asked(session, "Who paid in?")
    found = list(session.around.evidence.values())
    assert [evidence.status for evidence in found] == ["failed", "failed"]
    assert all("is outside case" in evidence.reason for evidence in found)


def test_whoever_looks_somebody_up_without_a_case_is_logged_before_the_answer_is_kept(
    talk: Talk, exchange: Workspace
) -> None:
    session = talk(calls(("alert_reason", {"alert": "A-82RM3Y"})), "not established: more", who="ada")
    for event in session.ask("Why did A-82RM3Y fire?"):
        if isinstance(event, Told):
            break
    with Store.open(exchange.cases) as store:
        entry = next(e for e in reversed(store.entries()) if e.what == "asked without a case")
    assert (entry.who, entry.about) == ("ada", "A-82RM3Y")
    assert (entry.payload["conversation"], entry.payload["tool"]) == (session.thread, "alert_reason")


def test_a_suggestion_that_claims_something_is_not_shown(talk: Talk) -> None:
    lines = ["next: Show why C-10599 laundered SGD 9,999.00", "next: What about the last 30 days of C-10482?",
             "not established: whether C-10482 knew its payers"]  # fmt: skip
    found = asked(talk(profile(), "\n".join([GOOD, *lines])))
    assert found.follow_ups == ("What about the last 30 days of C-10482?",)
    assert found.not_established == ("whether C-10482 knew its payers",)
