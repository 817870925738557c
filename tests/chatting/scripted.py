"""A conversation whose answers are written beforehand and whose questions to the data are real; and a small ledger."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Self

from casewright.agent.asking.around import Around
from casewright.agent.asking.events import Answer, Asked, Event, Said, Struck, Told, Usage
from casewright.agent.asking.kept import Conversed
from casewright.agent.chat import talk
from casewright.agent.chat.line import Lines
from casewright.agent.chat.room import Chat, Opening
from casewright.agent.chat.screen import Screen
from casewright.agent.ledgers import open_ledger
from casewright.agent.settings import Workspace
from casewright.agent.verification import case_of
from casewright.knowledge.case import Sentence
from casewright.knowledge.errors import NotFound
from casewright.knowledge.evidence import Evidence
from casewright.knowledge.records import Subject
from casewright.tools import toolbox

ROWS = [
    {"src": "B-77120", "dst": "C-10482", "at": "2025-03-01T04:00:00Z", "usd": 900, "kind": "fiat_in", "asset": "USD"},
    {"src": "B-77121", "dst": "C-10482", "at": "2025-03-01T05:00:00Z", "usd": 350, "kind": "fiat_in", "asset": "USD"},
    {"src": "C-10482", "dst": "0xab12", "at": "2025-03-01T06:00:00Z", "usd": 1200, "kind": "withdrawal"},
]
CUSTOMERS = [{"id": "C-10482", "name": "Mira Koh", "kind": "person"}, {"id": "C-10599", "name": "Ivo Lang"}]
ALERTS = [{"id": "A-71Q", "subject": "C-10482", "at": "2025-03-01T07:00:00Z", "title": "Passed on", "rule": "fan-in"}]


class Scripted:
    """A session that says what it was told to say, word by word, after asking the ledger."""

    def __init__(self, workspace: Workspace, opening: Opening) -> None:
        case = case_of(opening.case, workspace) if opening.case else None
        self.around = Around(workspace, open_ledger(workspace), case=case)
        self.thread = opening.thread or "T-1"
        self.said: list[tuple[str, Answer]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.around.ledger.__exit__(*exc)

    pending = ""

    def go_on(self) -> Iterator[Event]:
        yield from ()

    def prepare(self) -> None:
        pass

    def stop(self) -> None:
        pass

    def turns(self) -> Sequence[tuple[str, Answer]]:
        return self.said

    def evidence(self, name: str, /) -> Evidence:
        return self.around.evidence[name]

    def ask(self, text: str) -> Iterator[Event]:
        if "weather" in text:
            answer = Answer((), refused="The data say nothing about the weather; ask about accounts.")
            yield answer
        elif "forever" in text:
            yield Asked("flows", {"subjects": ["C-10482"]})
            for _ in range(600):
                time.sleep(0.1)
            return
        elif "breaks" in text:
            raise NotFound("there is no account 'C-9'", hint="ask about another")
        else:
            evidence = yield from self._flows()
            words = f"C-10482 received |USD 1,250.00 |in 2 transfers. [{evidence.id}]\n|show: {evidence.id}"
            for word in words.split("|"):
                yield Said(word)
            answer = _answer(evidence.id)
            yield answer
        self.said.append((text, answer))

    def _flows(self) -> Iterator[Any]:
        yield Asked("flows", {"subjects": ["C-10482"], "since": "2025-03-01", "until": "2025-04-01"})
        window = {"since": 1740787200, "until": 1743465600}
        found = toolbox.call(self.around.ledger, "flows", (Subject(id="C-10482", **window),))
        found = found.with_id(f"E{len(self.around.evidence) + 1}")
        self.around.evidence[found.id] = found
        yield Told(found, 0.04)
        return found


def _answer(name: str) -> Answer:
    return Answer(
        sentences=(
            Sentence(text="C-10482 received USD 1,250.00 in 2 transfers.", evidence=(name,)),
            Sentence(text="C-10482 sent USD 1,200.00 in 1 transfer.", evidence=(name,)),
        ),
        shown=(name,),
        struck=(Struck("C-10482 received USD 9,999.00.", "no fact of the evidence cited has this value"),),
        not_established=("who holds 0xab12",),
        follow_ups=("And before that?", "Who paid in?"),
        usage=Usage(120, 30, 0.0004),
    )


def chat_of(workspace: Workspace, screen: Screen, opening: Opening | None = None) -> Chat:
    """A chat whose conversation is open."""
    chat = Chat(
        workspace, screen, "mira", Scripted, lambda workspace: [Conversed("T-1", 1740787200.0, "CASE-7", "march?")]
    )
    chat.open(opening or Opening())
    return chat


class Typed:
    """Lines that somebody typed beforehand."""

    typed = False

    def __init__(self, *lines: str) -> None:
        self._lines = list(lines)

    def read(self) -> str | None:
        return self._lines.pop(0) if self._lines else None


Made = Callable[..., Path]


def main(folder: str) -> None:
    """A chat at the terminal that this process has."""
    import shutil

    screen = Screen(sys.stdout, colour=True, live=True, width=shutil.get_terminal_size)
    chat = chat_of(Workspace.at(Path(folder)), screen)
    lines: Lines = talk.lines(chat, sys.stdin, typed=True)
    talk.talk(chat, lines)
    print("left")


if __name__ == "__main__":
    main(sys.argv[1])
