"""The meter: what models are asked and cost, by call, turn, run and day, and the limits before which it stops."""

import math
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from casewright.agent.asking.events import ModelCall, Usage
from casewright.agent.models.choice import Choice
from casewright.agent.models.kept import Kept, Spent
from casewright.agent.models.limits import SCOPES, Limits
from casewright.agent.models.prices import Price, Prices
from casewright.knowledge.errors import CasewrightError, SettingsError

if TYPE_CHECKING:
    from casewright.agent.models.paid import Paid
    from casewright.agent.settings import Workspace

_MINUTE = 60


class LimitReached(CasewrightError):
    """A limit of the settings that ends a turn; what came of the turn until then is no whole answer.

    `scope` is turn, run or day where what was spent is the reason.
    """

    code = "limit_reached"
    scope = ""


class AnswerCutOff(LimitReached):
    """An answer that was longer than it may be."""

    code = "answer_cut_off"


@dataclass
class Call:
    """One call while it is made: the most it may use at first, and then what it did."""

    tokens_in: int
    tokens_out: int
    cached: int = 0
    usd: float | None = None
    free: bool = False  # the server refused it, so that nothing was used
    told: bool = False  # the server has said what was used
    guessed: float = 0

    def used(self, tokens_in: int, tokens_out: int, cached: int = 0) -> None:
        """What the server says was used."""
        self.tokens_in, self.tokens_out, self.cached = tokens_in, tokens_out, cached

    def guess(self, received: float) -> None:
        """So many more tokens were received, as far as one can tell where the server does not."""
        self.guessed += received
        self.tokens_out = math.ceil(self.guessed)

    def refused(self) -> None:
        """The server did nothing for it."""
        self.used(0, 0)
        self.free = True


class Meter:
    """One run's meter: `begin_turn()` at each question, `turn` and `run` for what was used. Safe between threads.

    Before a call it holds the most that the call may use (what is sent, and the longest answer) against what is left of
    the turn, the run and the day, and raises LimitReached where that would pass a limit: so no limit is ever passed by
    more than an estimate's error. `notes` are lines that a person should see once: a fallback, a price not known.
    """

    def __init__(self, limits: Limits, kept: Kept, prices: Prices, paid: "Paid | None" = None) -> None:
        self.limits = limits
        self.kept = kept
        self.prices = prices
        self.paid = paid  # what was answered before and is not asked again, where somebody keeps that
        self.notes: list[str] = []
        self._told = 0
        self._run = uuid.uuid4().hex[:12]
        self._lock = threading.RLock()
        self._totals = {"turn": _Total(), "run": _Total()}
        self._calls: list[ModelCall] = []

    @classmethod
    def of(cls, workspace: "Workspace", paid: "Paid | None" = None) -> Self:
        """A fresh meter with the workspace's limits and prices. Raises KnowledgeError for a wrong prices.yaml."""
        kept = Kept(workspace.usage, workspace.settings.timezone)
        return cls(workspace.settings.limits, kept, Prices.of(workspace.folder), paid)

    def beside(self) -> "Meter":
        """A meter of the same run with a turn of its own, for what is asked at the same time."""
        other = Meter(self.limits, self.kept, self.prices, self.paid)
        other.notes, other._run, other._lock = self.notes, self._run, self._lock
        other._totals["run"] = self._totals["run"]
        return other

    def begin_turn(self) -> None:
        """A new question: its limits begin again."""
        with self._lock:
            self._totals["turn"].spent = Spent()
            self._calls.clear()

    def spent_before(self, calls: int, tokens: int, usd: float) -> None:
        """What the run had used before it was taken up again: it counts against the run's limits."""
        with self._lock:
            so_far = self._totals["run"]
            so_far.spent = so_far.spent + Spent(calls, tokens, 0, usd)

    def recall(self, choice: Choice, task: str, request: str, tokens: tuple[int, int], usd: float | None) -> None:
        """A call of this turn whose answer is there already: told with what it took then, and not paid again."""
        with self._lock:
            self._calls.append(ModelCall(task, choice.told, request, *tokens, usd, "answered before"))
            turn = self._totals["turn"]
            turn.spent = turn.spent + Spent(1, *tokens, usd or 0.0, usd is None)

    @property
    def turn(self) -> Usage:
        """What this turn has used."""
        return _usage(self._totals["turn"].spent)

    @property
    def calls(self) -> tuple[ModelCall, ...]:
        """The calls of this turn, those that failed too, in the order in which they ended."""
        with self._lock:
            return tuple(self._calls)

    @property
    def run(self) -> Usage:
        """What this run has used."""
        return _usage(self._totals["run"].spent)

    def day(self) -> Usage:
        """What this day has used, in all processes."""
        return _usage(self.kept.day())

    def note(self, line: str) -> None:
        """Keep a line for a person, once."""
        with self._lock:
            if line not in self.notes:
                self.notes.append(line)

    def check(self, choice: Choice) -> Price | None:
        """The model's price. Raises SettingsError where it is not known and no limit could hold what is spent."""
        price = self.prices.of_model(choice)
        if price is None:
            for scope in SCOPES:
                if self._limit(scope, "usd") and not self._limit(scope, "tokens"):
                    raise SettingsError(
                        f"the price of {choice.told} is not known, so {scope}_usd cannot be held",
                        hint=f"set {scope}_tokens under [limits], or give the price in the workspace's prices.yaml",
                    )
            self.note(f"the price of {choice.told} is not known: its use is held to the limits on tokens")
        return price

    def told(self) -> tuple[str, ...]:
        """The notes that have not been told yet."""
        with self._lock:
            fresh, self._told = tuple(self.notes[self._told :]), len(self.notes)
        return fresh

    @contextmanager
    def call(self, choice: Choice, task: str, tokens_in: int, tokens_out: int, request: str = "") -> Iterator[Call]:
        """Around one call that may use so many tokens; tell it what was used. REQUEST is the SHA-256 of what is sent.

        Raises LimitReached before it is made.
        """
        price = self.check(choice)
        self._pace(choice)
        most = price.usd(tokens_in, tokens_out) if price else None
        with self._lock:
            for scope, total in self._totals.items():
                self._allow(scope, total.spent, tokens_in + tokens_out, most)
            kept = self.kept.reserve(
                self._run, task, choice.name, choice.url, (tokens_in, tokens_out), most,
                lambda day: self._allow("day", day, tokens_in + tokens_out, most),
            )  # fmt: skip
            held = Spent(1, tokens_in, tokens_out, most or 0.0, price is None)
            self._add(held)
        made, state = Call(tokens_in, tokens_out), "failed"
        try:
            yield made
            state = "done"
        finally:
            if price or made.free:
                made.usd = price.usd(made.tokens_in, made.tokens_out, made.cached) if price else 0.0
            self.kept.settle(kept, (made.tokens_in, made.tokens_out, made.cached), made.usd, state)
            with self._lock:
                self._calls.append(
                    ModelCall(task, choice.told, request, made.tokens_in, made.tokens_out, made.usd, state)
                )
                used = Spent(1, made.tokens_in, made.tokens_out, made.usd or 0.0, made.usd is None)
                self._add(used - held)

    def room(self, choice: Choice, tokens: int, usd: float | None, scopes: Sequence[str] = SCOPES) -> None:
        """Raises LimitReached where so much more would pass a limit of these scopes: for what is sent later."""
        self.check(choice)
        with self._lock:
            spent = {scope: total.spent for scope, total in self._totals.items()} | {"day": self.kept.day()}
            for scope in scopes:
                self._allow(scope, spent[scope], tokens, usd)

    def most(self, choice: Choice, tokens_in: int, tokens_out: int) -> float | None:
        """What a request that is sent in a batch may cost at most."""
        price = self.check(choice)
        return price.usd(tokens_in, tokens_out) * self._batch_part(choice) if price else None

    def received(self, choice: Choice, task: str, call: Call) -> None:
        """A request of a batch that was answered: its price, and what run and day have used with it."""
        if price := self.check(choice):
            call.usd = price.usd(call.tokens_in, call.tokens_out, call.cached) * self._batch_part(choice)
        tokens = (call.tokens_in, call.tokens_out)
        kept = self.kept.reserve(self._run, task, choice.name, choice.url, tokens, call.usd, lambda day: None)
        self.kept.settle(kept, (*tokens, call.cached), call.usd, "done")
        with self._lock:
            run = self._totals["run"]
            run.spent = run.spent + Spent(1, *tokens, call.usd or 0.0, call.usd is None)

    def _batch_part(self, choice: Choice) -> float:
        part = self.prices.batch_part(choice)
        if part is None and not choice.local:
            self.note(f"what a batch costs at {choice.told} is not known: it is counted at the full price")
        return 1.0 if part is None else part

    def _add(self, spent: Spent) -> None:
        for total in self._totals.values():
            total.spent = total.spent + spent

    def _limit(self, scope: str, unit: str) -> float:
        return float(getattr(self.limits, f"{scope}_{unit}"))

    def _allow(self, scope: str, spent: Spent, tokens: int, usd: float | None) -> None:
        most_usd, most_tokens = self._limit(scope, "usd"), self._limit(scope, "tokens")
        if most_usd and usd is not None and spent.usd + usd > most_usd:
            told = f"USD {spent.usd:.4f} of {most_usd:g} are spent, the next call may cost up to {usd:.4f}"
            raise _reached(scope, f"the {scope}'s spending limit is reached: {told}", f"{scope}_usd")
        so_far = spent.tokens_in + spent.tokens_out
        if most_tokens and so_far + tokens > most_tokens:
            told = f"{so_far:,} of {most_tokens:,.0f} are used, the next call may use {tokens:,}"
            raise _reached(scope, f"the {scope}'s limit on tokens is reached: {told}", f"{scope}_tokens")

    def _pace(self, choice: Choice) -> None:
        """Wait until a minute holds no more calls than it may, whichever process made them."""
        most = math.floor(self.limits.requests_per_minute)
        while most >= 1:
            wait = self.kept.earliest_of_last(choice.url, most) + _MINUTE - time.time()
            if wait <= 0:
                return
            time.sleep(min(wait, _MINUTE))


def _usage(spent: Spent) -> Usage:
    return Usage(spent.tokens_in, spent.tokens_out, None if spent.unpriced else max(0.0, spent.usd))


def _reached(scope: str, told: str, key: str) -> LimitReached:
    error = LimitReached(told, hint=f"raise {key} under [limits] in casewright.toml")
    error.scope = scope
    return error


@dataclass
class _Total:
    """What was spent within one scope, which several meters may share."""

    spent: Spent = field(default_factory=Spent)
