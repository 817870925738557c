"""The second way to ask a model: a round's requests are sent together, and their answers kept when they come.

A request that was answered before is answered from what is kept, as in the first way, so that the run may change its
way at any moment. What a request may cost is held to the limits before it is sent.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from casewright.agent.batch.answers import KeptAnswers
from casewright.agent.batch.parcels import Parcels
from casewright.agent.models.batches import Batches, State
from casewright.agent.models.choice import Choice
from casewright.agent.models.failures import ContextOverflow, ModelFailed
from casewright.agent.models.make import choice_for, fallback_of, served
from casewright.agent.models.meter import Meter
from casewright.agent.models.paid import Answer, Awaited, Unsent
from casewright.agent.settings import Workspace
from casewright.knowledge.errors import PolicyError, SettingsError, UsageError
from casewright.tools.store import sent
from casewright.tools.store.sent import Failure, Sent

LONGEST_POLL = 60.0  # seconds between two looks at a batch; the first is soon, each next one later
_SKEW = 3600  # seconds that the provider's clock may be behind ours


def asked_models(workspace: Workspace) -> dict[str, Choice]:
    """The served models that a draft may ask, by how a person is told of them."""
    choices = [*(choice_for(workspace, task) for task in ("plan", "draft", "check")), fallback_of(workspace)]
    return {choice.told: choice for choice in choices if choice is not None and not choice.offline}


def check(workspace: Workspace) -> None:
    """Raises PolicyError where the workspace does not let requests be sent so, else what a provider without it does."""
    policy = workspace.settings.policy
    if missing := [name for name in ("batch", "network") if not policy[name]]:
        keys = " and ".join(f"{name} = true" for name in missing)
        raise PolicyError(
            "--via batch leaves the requests as files with the model's provider, which this workspace forbids",
            hint=f"set {keys} under [policy] in casewright.toml, or leave out --via batch",
        )
    if choice_for(workspace, "draft").offline:
        raise UsageError("the embedded model answers at once: there is nothing to send", hint="leave out --via batch")
    for choice in asked_models(workspace).values():
        Batches(served(workspace, choice, "draft", Meter.of(workspace))).check()


@dataclass
class Later:
    """What a run sends later: a keeper of answers whose requests wait. WARN hears how far the provider is."""

    workspace: Workspace
    kept: KeptAnswers
    warn: Callable[[str], None] = lambda line: None
    first_poll: float = 1.0
    parcels: Parcels = field(default_factory=Parcels)
    later: bool = True
    waiting: bool = False  # whether a draft of this round waits for an answer
    _sent: dict[str, Failure | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.meter = Meter.of(self.workspace, self)
        self._read()

    def answer(self, request: str) -> Answer | None:
        """What was answered to that request in this run, either way."""
        return self.kept.answer(request)

    def keep(self, request: str, model: str, answer: Answer) -> None:
        """Keep what was answered at once."""
        self.kept.keep(request, model, answer)

    def note(self, unsent: Unsent) -> None:
        """Take a request for the next file. Raises Awaited; ModelFailed where it was sent and had no answer."""
        if failure := self._sent.get(unsent.request):
            raise (ContextOverflow if failure.code == ContextOverflow.code else ModelFailed)(failure.why)
        if unsent.request not in self._sent:
            self.parcels.add(unsent)
        self.waiting = True
        raise Awaited("the request waits to be answered with others")

    def round(self) -> bool:
        """Wait for what is sent, else send what was noted and wait for that; False where no draft waits for anything.

        Raises LimitReached before anything is sent that could cost too much, ModelFailed.
        """
        if not self.waiting:
            return False
        if not self._open():
            self._send()
        for one in self._open():
            self._received(self._begun(one))
        self.parcels.clear()
        self.waiting = False
        self._read()
        return True

    def _send(self) -> None:
        parcels = list(self.parcels)
        for parcel in parcels:
            usd = None if any(one.usd is None for one in parcels) else sum(one.usd or 0.0 for one in parcels)
            self.meter.room(parcel.choice, sum(one.tokens for one in parcels), usd, ("run", "day"))
        for parcel in parcels:
            parcel.lines.seek(0)
            file = self._batches(parcel.choice.told).upload(parcel.lines)
            sent.keep_upload(self.kept.store, self.kept.run, file, parcel.choice.told, parcel.requests)
        for one in self._open():
            self._begun(one)

    def _begun(self, one: Sent) -> Sent:
        """The batch of an uploaded file: that which was made before we were stopped, else a new one."""
        if one.state != "uploaded":
            return one
        batches = self._batches(one.model)
        batch = batches.begun(one.batch, one.at - _SKEW) or batches.begin(one.batch)
        sent.keep_sent(self.kept.store, self.kept.run, one.batch, batch)
        self.warn(f"sent {len(one.requests):,} requests to {one.model} as {batch}; answered within 24 hours")
        return one._replace(batch=batch, state="sent")

    def _received(self, one: Sent) -> None:
        """Wait for a batch, and keep its answers, and then that it ended."""
        batches = self._batches(one.model)
        state = self._ended(batches, one)
        failures: dict[str, Failure] = {}
        told = state.why or "no answer came"
        for request, found in batches.results(state):
            if request in one.requests and self.kept.answer(request) is None:
                try:
                    self._keep(batches, request, found)
                except ModelFailed as failure:
                    failures[request] = Failure(failure.code, failure.message)
        for request in one.requests:
            if request not in failures and self.kept.answer(request) is None:
                failures[request] = Failure(
                    "model_failed", f"the batch of requests {one.batch} is {state.status}: {told}"
                )
        sent.keep_end(self.kept.store, self.kept.run, one, failures, answered=state.status == "completed")
        self._forget(batches, state)
        self.warn(f"{one.batch}: {state.status}, {len(one.requests) - len(failures):,} requests answered")

    def _forget(self, batches: Batches, state: State) -> None:
        """Leave nothing of what was read with the provider."""
        for file in filter(None, (state.sent, *state.files)):
            try:
                batches.forget(file)
            except ModelFailed as failure:
                self.warn(f"the file {file} stays with the provider: {failure.message}")

    def _keep(self, batches: Batches, request: str, found: "dict[str, object] | ModelFailed") -> None:
        if isinstance(found, ModelFailed):
            raise found
        self.kept.keep(request, batches.served.choice.told, batches.served.received(found))

    def _ended(self, batches: Batches, one: Sent) -> State:
        """The batch's last state; a provider that is out of reach for a while is asked again."""
        wait, heard = self.first_poll, ""
        while True:
            try:
                state = batches.state(one.batch)
            except ModelFailed as failure:
                if not failure.passing:
                    raise
                state = State(failure.message)
            if state.ended:
                return state
            tenth = f" ({10 * state.done // state.of * 10} % done)" if state.of else ""
            if f"{state.status}{tenth}" != heard:
                heard = f"{state.status}{tenth}"
                self.warn(f"{one.batch}: {heard}")
            time.sleep(wait)
            wait = min(2 * wait, LONGEST_POLL)

    def _batches(self, told: str) -> Batches:
        models = asked_models(self.workspace)
        if told not in models:
            raise SettingsError(f"requests were sent to {told}, which the settings do not name any more")
        return Batches(served(self.workspace, models[told], "draft", self.meter))

    def _open(self) -> list[Sent]:
        return [one for one in sent.sent_of(self.kept.store, self.kept.run) if one.state in {"uploaded", "sent"}]

    def _read(self) -> None:
        self._sent = {k: v for one in sent.sent_of(self.kept.store, self.kept.run) for k, v in one.requests.items()}
