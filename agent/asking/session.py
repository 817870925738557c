"""A conversation with the data: opened on a workspace, asked question by question, kept at every step."""

import getpass
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, Self

from casewright.agent.asking.around import Around
from casewright.agent.asking.events import Answer, Event, Usage
from casewright.agent.asking.examined import Examined, everything
from casewright.agent.asking.kept import Conversations, Conversed, kept_in
from casewright.agent.asking.message import told
from casewright.agent.asking.refusals import refusal
from casewright.agent.asking.replies import read
from casewright.agent.asking.scope import Scope
from casewright.agent.asking.stopping import Stoppable, Stopped
from casewright.agent.asking.toolset import Toolset, offered
from casewright.agent.investigate import investigate, resolve
from casewright.agent.ledgers import open_ledger
from casewright.agent.quiet import silence
from casewright.agent.settings import Workspace
from casewright.agent.typologies.known import library_of
from casewright.knowledge import clock
from casewright.knowledge.case import Case
from casewright.knowledge.errors import NotFound, UsageError
from casewright.knowledge.evidence import Evidence
from casewright.prompts import render
from casewright.tools.store import Store
from casewright.tools.store.audit import answer_told

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from casewright.agent.asking.turn import Hands
    from casewright.agent.models.meter import Meter

_STEPS = 200  # of the graph in one turn: far more than its own limits allow


class Session:
    """One conversation. Use it in a `with`; what it asked and answered is kept, however it ends."""

    def __init__(
        self, workspace: Workspace, thread: str, around: Around, kept: Conversations, closing: ExitStack
    ) -> None:
        from langgraph.checkpoint.sqlite import SqliteSaver

        self.workspace, self.thread, self.around = workspace, thread, around
        self._kept, self._closing = kept, closing
        self._scope = Scope(around)
        self._tools = Toolset(around, self._scope)
        self._examined = Examined(around, self._scope.knows)
        self._saver = SqliteSaver(kept.connection)
        self._model: BaseChatModel | None = None
        self._meter: Meter | None = None
        self._meter_of: Callable[[], Meter] | None = None
        self._who = ""
        self._found: list[Evidence] = []  # of this turn, for the log
        self._stopped = threading.Event()
        self._usage = Usage()

    @classmethod
    def open(
        cls,
        workspace: Workspace,
        *,
        case: str = "",
        alert: str = "",
        thread: str = "",
        model: "BaseChatModel | None" = None,
        who: str = "",
        meter: "Callable[[], Meter] | None" = None,
    ) -> Self:
        """A new conversation, about a case or an alert where one is named, or that of THREAD as it was left.

        An alert without a case is investigated first; nothing of that is stored. THREAD stands on the version of the
        case that it was opened with, whatever others added since: its evidence keeps its ids. MODEL replaces the
        settings'. WHO asks, else the user of this machine. METER is that of the run, else the conversation has its own.
        Raises NotFound for a case, alert or thread that is not there, SettingsError or PolicyError for the model.
        """
        silence()
        if model is None:
            _usable(workspace)
        with ExitStack() as closing:
            ledger = closing.enter_context(open_ledger(workspace))
            store = closing.enter_context(Store.open(workspace.cases))
            kept = closing.enter_context(kept_in(workspace.machine / "sessions.db"))
            version = 0
            if thread:
                known = kept.about(thread)
                if known is None:
                    raise NotFound(f"there is no conversation {thread!r}", hint="casewright chat begins one")
                case, version, alert = (case, version, alert) if case or alert else known
            around = Around(workspace, ledger, store)
            if case and alert:
                raise UsageError("a case and an alert are both named", hint="name one; an alert has its case")
            if case or alert:
                around.case = _case(around, case, alert, version)
            if not thread:
                thread = secrets.token_hex(4)
                about = around.case.id if around.case else ""
                version = store.version_of(about) if about else 0
                kept.begin(thread, about if case or version else "", version, "" if version else alert, time.time())
            around.evidence.update(kept.evidence(thread))
            session = cls(workspace, thread, around, kept, closing.pop_all())
        session._model, session._who, session._meter_of = model, who or getpass.getuser(), meter
        for question, _ in session.turns():
            session._scope.hear(question)
        return session

    @staticmethod
    def conversations(workspace: Workspace) -> list[Conversed]:
        """The conversations of a workspace, the one used last first."""
        path = workspace.machine / "sessions.db"
        if not path.is_file():
            return []
        with kept_in(path) as kept:
            return kept.conversations()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    def ask(self, question: str) -> Iterator[Event]:
        """Answer a question: what happens on the way comes as events, the Answer last.

        Left early, the turn stops there for good, and the next question goes on from what was found.
        """
        question = question.strip()
        if not question:
            raise UsageError("there is no question")
        self._scope.hear(question)
        self._kept.asked(self.thread, question, time.time())
        yield from self._until_left(self._run(question, fresh=True))

    @property
    def pending(self) -> str:
        """The question whose turn was interrupted before it ended, empty where there is none."""
        return self._kept.open_question(self.thread)

    def go_on(self) -> Iterator[Event]:
        """Go on with the turn that was interrupted, from the last step that was kept; nothing is asked twice."""
        question = self.pending
        if question:
            self._scope.hear(question)
            yield from self._until_left(self._run(question, fresh=False))

    def _until_left(self, events: Iterator[Event]) -> Iterator[Event]:
        """The events of a turn; one that a person leaves is not open any more, one that a kill ended is."""
        try:
            yield from events
        except (KeyboardInterrupt, GeneratorExit, Stopped):
            self._kept.left(self.thread)
            raise

    def prepare(self) -> None:
        """Load what the first question needs, while a person is typing it. Raises what the question would."""
        from langchain_core.messages import HumanMessage, SystemMessage

        self._graph()
        model = self._bound()
        self._examined.object(read("Nothing is said yet."))
        if self._model is not None and "offline" in self._model._llm_type:  # asking it once costs nothing
            list(model.stream([SystemMessage(self._system()), HumanMessage("What came in and what went out?")]))

    def stop(self) -> None:
        """Stop the turn that runs, from another thread or a signal: the model is left, the ledger's query ended."""
        self._stopped.set()
        connection = getattr(self.around.ledger, "connection", None)
        if connection is not None:
            connection.interrupt()

    def evidence(self, name: str, /) -> Evidence:
        """The evidence of that id, of the conversation or of the open case. Raises NotFound."""
        known = everything(self.around)
        if name not in known:
            raise NotFound(f"there is no evidence {name!r} in this conversation")
        return known[name]

    def turns(self) -> Sequence[tuple[str, Answer]]:
        """The questions and answers so far."""
        return self._kept.turns(self.thread)

    def _run(self, question: str, *, fresh: bool) -> Iterator[Event]:
        from casewright.agent.asking.turn import answer, begun, calls_of, question_of, step_of

        self._stopped.clear()
        run, config = self._graph(), self._config()
        before = run.get_state(config)
        messages = before.values.get("messages", [])
        given: dict[str, Any] | None = None
        if fresh or not messages or question_of(messages) != question:  # nothing of it was kept
            given = begun(question, messages)
        elif not before.next:  # left between two steps: the last one decides which comes next
            run.update_state(config, {}, as_node=step_of(messages[-1]))
        if self._meter is not None:
            self._meter.begin_turn()
        try:
            yield from run.stream(given, config, stream_mode="custom", durability="sync")
        finally:  # what was seen of a turn that was left is told as well
            self._log(question)
        left = run.get_state(config).values
        failed = self._failed(calls_of(left["messages"]))
        found = answer(left, self._hands(), self._used())
        next_ones = tuple(filter(self._examined.may_be_suggested, found.follow_ups))
        found = replace(found, failed=failed, follow_ups=next_ones, notes=self._notes())
        self._kept.answered(self.thread, question, found)
        yield found

    def _graph(self) -> Any:
        from casewright.agent.asking.turn import graph

        return graph(self._hands(), self._saver)

    def _config(self) -> Any:
        return {"configurable": {"thread_id": self.thread}, "recursion_limit": _STEPS}

    def _hands(self) -> "Hands":
        from casewright.agent.asking.turn import Hands

        return Hands(self._bound, self._system, self._refuse, self._call, told, self._examined.object)

    def _bound(self) -> Any:
        """The model, with the tools offered to it."""
        if self._model is None:
            self._model = self._made()
        return Stoppable(self._model.bind_tools(list(offered().values())), self._stopped)

    def _made(self) -> "BaseChatModel":
        from casewright.agent.models.make import chat_model, choice_for

        if not choice_for(self.workspace, "plan").offline:
            from casewright.agent.drafting.hidden import meet
            from casewright.agent.models.meter import Meter
            from casewright.agent.privacy.of_workspace import pseudonyms_of

            self._meter, case = self._meter_of() if self._meter_of else Meter.of(self.workspace), self.around.case
            names = pseudonyms_of(self.workspace, case.id if case else "")
            if case:  # a question may name a payer whom no tool of this conversation has told of yet
                meet(case, names)
            return chat_model(self.workspace, "plan", self._meter, names)
        return chat_model(self.workspace, "plan")

    def _refuse(self, question: str) -> str:
        found = refusal(question, self.around.case, self.around.ledger)
        return found.text if found else ""

    def _call(self, call: str, name: str, arguments: Mapping[str, Any]) -> Evidence:
        """The evidence that a call brings, kept under the next id; what was kept before a kill is not asked again."""
        known = self._kept.of_call(self.thread, call)
        if known is not None:
            self._found.append(known)
            self.around.evidence[known.id] = known
            return known
        numbers = [int(name.removeprefix("E")) for name in everything(self.around)]
        evidence = self._tools.call(name, arguments).with_id(f"E{max(numbers, default=0) + 1}")
        self._looked_up(name)
        self._kept.found(self.thread, call, evidence)
        self._found.append(evidence)
        self.around.evidence[evidence.id] = evidence
        return evidence

    def _failed(self, calls: Sequence[str]) -> tuple[str, ...]:
        """The ids of the evidence of those calls that brought none."""
        asked = [self._kept.of_call(self.thread, call) for call in calls]
        return tuple(evidence.id for evidence in asked if evidence is not None and evidence.status == "failed")

    def _system(self) -> str:
        return render("investigator", context=json.dumps(self._context(), ensure_ascii=False))

    def _context(self) -> dict[str, Any]:
        ledger, case = self.around.ledger, self.around.case
        about = {"today": clock.date_text(ledger.now(), ledger.timezone), "timezone": ledger.timezone,
                 "currency": ledger.currency, "case": None}  # fmt: skip
        if case is None:
            return about
        first = case.subjects[0]
        ends = {
            word: None if end is None else clock.local(end, ledger.timezone).isoformat()[:19]
            for word, end in (("since", first.since), ("until", first.until))
        }
        held = [{"id": e.id, "tool": e.tool, "status": e.status} for e in case.evidence]
        told_of = {"id": case.id, "alert": case.alert.id if case.alert else None,
                   "subjects": [subject.id for subject in case.subjects], **ends,
                   "recommendation": case.recommendation, "evidence": held}  # fmt: skip
        return about | {"case": told_of}

    def _used(self) -> Usage:
        return Usage() if self._meter is None else self._meter.turn

    def _notes(self) -> tuple[str, ...]:
        """What the meter has to tell a person, each line once in a conversation."""
        return () if self._meter is None else self._meter.told()

    def _looked_up(self, tool: str) -> None:
        """Who asked about whom without a case stands in the log before the answer is kept; else the case tells it.

        The question may name persons, so it stands beside the entry.
        """
        asked, self._tools.asked = self._tools.asked, []
        if self.around.store is not None and self.around.case is None and asked:
            question = self._kept.open_question(self.thread)
            self.around.store.record(
                self._who, "asked without a case", ", ".join(asked)[:200],
                {"conversation": self.thread, "tool": tool}, {"question": question[:500], "ids": list(asked)},
            )  # fmt: skip

    def _log(self, question: str) -> None:
        """Put into the log what a turn brought: the tools' answers and a model's calls, each with its hash."""
        found, self._found = self._found, []
        calls = () if self._meter is None else self._meter.calls
        case = self.around.case
        if self.around.store is None or not (found or calls):
            return
        self.around.store.record(
            self._who,
            "asked" if case else "answered without a case",
            case.id if case else self.thread,
            {
                "conversation": self.thread,
                "evidence": [answer_told(evidence) for evidence in found],
                "calls": [asdict(call) for call in calls],
            },
            {"question": question[:500]},
        )


def _case(around: Around, case: str, alert: str, version: int) -> Case:
    """The case as it is stored, in that version if not 0; of an alert that has none yet, as it would be drafted now."""
    assert around.store is not None
    if case:
        return around.store.load_case(case, version or None)
    target = resolve(around.ledger, alert)
    if target.alert is None:
        raise NotFound(f"there is no alert {alert!r}", hint="casewright alerts list")
    try:
        return around.store.load_case(target.case_id)
    except NotFound:
        return investigate(around.ledger, [target], library_of(around.workspace).typologies, around.store)[0]


def _usable(workspace: Workspace) -> None:
    """Raises SettingsError or PolicyError for a model that cannot be used here, before a question waits for it."""
    from casewright.agent.models.make import choice_for

    choice_for(workspace, "plan")
