"""The room of a chat: the workspace, the conversation that is open in it, and what was said last."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

from casewright.agent.asking.around import Around
from casewright.agent.asking.events import Answer, Event
from casewright.agent.asking.kept import Conversed
from casewright.agent.chat import answers
from casewright.agent.chat.screen import Screen
from casewright.agent.settings import Workspace
from casewright.knowledge import clock
from casewright.knowledge.case import Case, Sentence
from casewright.knowledge.errors import NotFound, UsageError
from casewright.knowledge.evidence import Evidence

if TYPE_CHECKING:
    from casewright.agent.models.meter import Meter


class Conversation(Protocol):
    """What the chat needs of a session."""

    thread: str
    around: Around

    def ask(self, text: str) -> Iterator[Event]:
        """Answer a question; what happens on the way comes as events, the answer last."""

    def evidence(self, name: str, /) -> Evidence:
        """The evidence of that id, of the conversation or of the open case."""

    @property
    def pending(self) -> str:
        """The question whose turn was interrupted, empty where there is none."""

    def go_on(self) -> Iterator[Event]:
        """Go on with that turn, from the last step that was kept."""

    def prepare(self) -> None:
        """Load what the first question needs."""

    def stop(self) -> None:
        """Stop the turn that runs."""

    def turns(self) -> Sequence[tuple[str, Answer]]:
        """The questions and answers so far."""

    def __enter__(self) -> Any:
        """Begin; `open` has opened the ledger already."""

    def __exit__(self, *exc: Any) -> Any:
        """Let go of the ledger and the store."""


@dataclass(frozen=True)
class Opening:
    """Which conversation: about a case, an alert, or nothing yet; a new one, or the thread of an earlier one."""

    case: str = ""
    alert: str = ""
    thread: str = ""


class Leave(Exception):
    """The person has said goodbye."""


@dataclass
class Chat:
    """One person at one screen. `opens` makes a conversation of the workspace; one is open at a time."""

    workspace: Workspace
    screen: Screen
    who: str
    opens: Callable[[Workspace, Opening], Conversation]
    conversations: Callable[[Workspace], Sequence[Conversed]]
    meter: "Callable[[], Meter] | None" = None  # one for all that the chat asks of models, drafts too
    session: Conversation = field(init=False)
    answer: Answer | None = None
    _loading: threading.Thread | None = None

    def open(self, opening: Opening) -> None:
        """Leave the conversation that is open, if one is, for another. Raises CasewrightError; then the old one stays.

        Its last answer is known again, so that its suggestions and sources can be asked for.
        """
        with self.screen.waiting(lambda: f"opening {opening.case or opening.alert or opening.thread}".strip()):
            fresh = self.opens(self.workspace, opening)
        self.close()
        self.session = fresh
        fresh.__enter__()
        turns = fresh.turns()
        self.answer = turns[-1][1] if turns else None

    def close(self) -> None:
        """Let go of the conversation; it is kept."""
        if self._loading is not None:  # a thread that is cut off while it loads could take the process with it
            self._loading.join()
            self._loading = None
        if hasattr(self, "session"):
            self.session.__exit__(None, None, None)

    def with_model(self, name: str) -> None:
        """Go on with this conversation by another model. Raises CasewrightError; then the old one stays."""
        before = self.workspace
        self.workspace = replace(before, settings=before.settings.modelled(name))
        try:
            self.open(self.here)
        except BaseException:
            self.workspace = before
            raise

    @property
    def here(self) -> Opening:
        """The way back to this conversation."""
        return Opening(thread=self.session.thread)

    @property
    def case(self) -> Case | None:
        """The open case."""
        return self.session.around.case

    @property
    def zone(self) -> str:
        """The zone of the ledger."""
        return str(self.session.around.ledger.timezone)

    @property
    def known(self) -> Mapping[str, Evidence]:
        """All evidence by id: the case's, then what this conversation asked."""
        own = {one.id: one for one in self.case.evidence} if self.case else {}
        return {**own, **self.session.around.evidence}

    def evidence(self, name: str) -> Evidence:
        """The evidence of that id, typed as `E3`, `e3` or `3`. Raises NotFound with the ids that there are."""
        wanted = name.strip().strip("[]").upper()
        wanted = f"E{wanted}" if wanted.isdigit() else wanted
        if wanted in self.known:
            return self.known[wanted]
        ids = list(self.known)
        hint = f"there are {ids[0]} to {ids[-1]}" if ids else "ask something first"
        raise NotFound(f"there is no evidence {wanted!r} in this conversation", hint=hint)

    def sentence(self, number: str) -> Sentence:
        """Sentence NUMBER of the last answer that claims something, without a number its last claim.

        Raises UsageError or NotFound.
        """
        said = self.claims
        if not number:
            return next((one for one in reversed(said) if one.evidence), said[-1])
        if not number.isdigit() or not 1 <= int(number) <= len(said):
            raise UsageError(f"the last answer has no sentence {number!r}", hint=f"it has 1 to {len(said)}")
        return said[int(number) - 1]

    @property
    def claims(self) -> tuple[Sentence, ...]:
        """What the last answer said that said anything; a refusal says nothing. Raises NotFound where none did."""
        for _, answer in reversed(self.session.turns()):
            if answer.sentences:
                return answer.sentences
        raise NotFound("nothing was claimed yet", hint="ask something first")

    def _welcome(self) -> None:
        """Say where we are: the case, the model, the ledger's days, how to get help."""
        ledger, case, settings = self.session.around.ledger, self.case, self.workspace.settings
        turns = self.session.turns()
        self.screen.pieces([("Casewright", "bold"), (f"  conversation {self.session.thread}", "dim")])
        if case is not None:
            about = ", ".join(subject.id for subject in case.subjects)
            alert = f", alert {case.alert.id}" if case.alert else ""
            self.screen.line(f"{case.id} on {about}{alert}; the draft recommends: {case.recommendation}")
        else:
            self.screen.line("No case is open: /case ID or /alert ID opens one; accounts can be asked about without.")
        last = clock.date_text(ledger.now(), ledger.timezone)
        self.screen.line(
            f"Model: {settings.model}. Data to {last}, {ledger.currency}. /help lists the commands.", "dim"
        )
        if turns:
            self.screen.line(f"Resumed after {len(turns)} question{'' if len(turns) == 1 else 's'}; the last:", "dim")

    def recall(self) -> None:
        """Say where we are and what was said last, and go on with a question that was interrupted."""
        self._welcome()
        turns = self.session.turns()
        if turns:
            question, answer = turns[-1]
            self.screen.line(question, "bold", "> ")
            answers.show(self.screen, answer, self.evidence, self.zone)
        self.screen.blank()
        if self.session.pending:
            self.screen.line("This question was interrupted; going on with it:", "dim")
            self.screen.line(self.session.pending, "bold", "> ")
            self._hear(self.session.go_on())

    def prepare(self) -> None:
        """Load beside the person's typing what the first answer needs; what goes wrong there, the question tells."""

        def load() -> None:
            with suppress(Exception):
                self.session.prepare()

        self._loading = threading.Thread(target=load, daemon=True)
        self._loading.start()

    def ask(self, question: str) -> None:
        """Ask, and show the answer as it comes. Raises CasewrightError."""
        if self._loading is not None:
            self._loading.join()
            self._loading = None
        self._hear(self.session.ask(question))

    def _hear(self, events: Iterator[Event]) -> None:
        try:
            answer = answers.follow(self.screen, events, self.evidence, self.zone)
        finally:
            close: Callable[[], None] = getattr(events, "close", lambda: None)
            close()
        self.answer = answer or self.answer
        self.screen.blank()
