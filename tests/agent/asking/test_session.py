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

from casewright.agent.asking.events import Answer
from casewright.agent.asking.session import Session
from casewright.agent.settings import Workspace
from casewright.knowledge.errors import NotFound, UsageError

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
    assert Session.threads(exchange) == [first.thread]


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
