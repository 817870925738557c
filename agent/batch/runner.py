"""A runner: claims cases of a run, investigates them some at a time, has them worded, keeps each and ends its job.

Any number of runners may work on one run. One that is killed loses nothing: what it had kept is kept, what it had
claimed is free again once it has been silent for the queue's lease, and what models had answered is not asked again.
"""

import os
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from casewright.agent.additions import with_earlier
from casewright.agent.batch.merged import merged
from casewright.agent.batch.networks import Network, links_of, network_of
from casewright.agent.batch.wording import Desk, Stop
from casewright.agent.drafting import closing
from casewright.agent.drafting.write import Written
from casewright.agent.investigate import Target, investigate, resolve
from casewright.agent.ledgers import open_ledger
from casewright.agent.memo import page
from casewright.agent.models.paid import Awaited
from casewright.agent.review.people import login_of
from casewright.agent.settings import Workspace
from casewright.knowledge.case import Case
from casewright.knowledge.errors import CasewrightError, DataError
from casewright.knowledge.typology import Typology
from casewright.tools.matching import FITS
from casewright.tools.store import Store, queue
from casewright.tools.store.queue import ClaimLost, End, Job, Run, State, Totals
from casewright.tools.store.standing import Particulars
from casewright.tools.warehouse import Ledger

AT_ONCE = 200  # cases claimed together: their evidence is one pass, and no more than theirs is held in memory
_TRIES = 6  # to keep a draft in a store that another process holds
_TELL = 0.2  # seconds
_SHOWN = 300  # characters of what a case is about


@dataclass(frozen=True)
class Pace:
    """Seconds: how often a runner says that it is there, its silence is borne, and until a batch is looked at."""

    beat: float = 5
    lease: int = queue.LEASE
    poll: float = 1


@dataclass
class Runner:
    """One runner of a run. PROGRESS hears how far the run is after each case, WARN what a person should know."""

    workspace: Workspace
    store: Store
    run: Run
    typologies: Mapping[str, Typology]
    who: str
    out: Path
    concurrency: int = 4
    later: bool = False  # models are asked by the provider's batches
    progress: Callable[[Totals], None] = lambda totals: None
    warn: Callable[[str], None] = lambda line: None
    pace: Pace = field(default_factory=Pace)
    _told: float = 0.0
    worker: str = field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:6]}")

    def work(self) -> Totals:
        """Work until nothing of the run is left that is not another runner's; tells how far the run is then.

        Raises Stop where it must not go on (a limit, a model that does not answer), DataError for a store that cannot
        be written to; what has not ended waits to be taken up again.
        """
        with (
            open_ledger(self.workspace) as ledger,
            Desk(
                self.workspace, self.store, self.run, ledger, self.concurrency, self.later, self.pace.poll, self.warn
            ) as desk,
            self._heard(),
        ):
            try:
                going = True
                while going:
                    while jobs := self._claimed():
                        self._drafted(ledger, desk, jobs)
                    if going := desk.answered():
                        queue.release(self.store, self.run.run, self.worker)
            finally:
                with suppress(CasewrightError):  # where the store is held, the claim runs out by itself
                    queue.release(self.store, self.run.run, self.worker)
        queue.end(self.store, self.run.run, self.who)
        return queue.totals(self.store, self.run.run)

    def _claimed(self) -> list[Job]:
        """The next cases; where only silent runners hold some, those once their claim has run out."""
        waited = 0.0
        while not (jobs := queue.claim(self.store, self.run.run, self.worker, AT_ONCE, self.pace.lease)):
            heard = queue.last_heard(self.store, self.run.run, self.worker)
            if heard is None or (waited > 2 * self.pace.beat + 1 and time.time() - heard < 2 * self.pace.beat + 1):
                return []  # nothing is left, or what is left is in living hands
            if not waited:
                self.warn(f"waiting for another runner, or for its claim to run out (at most {self.pace.lease} s)")
            time.sleep(1)
            waited += 1
        return jobs

    def _drafted(self, ledger: Ledger, desk: Desk, jobs: Sequence[Job]) -> None:
        """Investigate and word these cases, keep what came of each, and end its job."""
        groups = {place: tuple(group) for place, group in groupby(jobs, lambda job: job.place)}
        made = dict(self._investigated(ledger, groups))
        for place, found in made.items():
            if isinstance(found, CasewrightError):
                self._failed(place, found)
        cases = ((place, found) for place, found in made.items() if isinstance(found, Case))
        for place, written in desk.worded(cases):
            if isinstance(written, Awaited):
                continue  # it stays claimed until its round is answered
            if isinstance(written, CasewrightError):
                self._failed(place, written)
            else:
                self._kept(groups[place], written)
            self._tell()

    def _investigated(
        self, ledger: Ledger, groups: Mapping[int, Sequence[Job]]
    ) -> Iterator[tuple[int, Case | CasewrightError]]:
        """The case of each group, all in one pass; where that fails, each alone, so that one costs no other."""
        found: dict[int, Network] = {}
        for place, group in groups.items():
            try:
                found[place] = network_of(ledger, [resolve(ledger, job.alert) for job in group])
            except CasewrightError as error:  # an alert that is not in the ledger any more
                yield place, error
        targets = list(dict.fromkeys(target for one in found.values() for target in one.targets))
        cases = _together(ledger, targets, self.typologies, self.store)
        for place, one in found.items():
            yield place, _one_case(ledger, one, [cases[target] for target in one.targets])

    def _tell(self) -> None:
        """Tell how far the run is, a few times a second."""
        if time.monotonic() - self._told >= _TELL:
            self._told = time.monotonic()
            self.progress(queue.totals(self.store, self.run.run))

    def _kept(self, group: Sequence[Job], written: Written) -> None:
        """Write the case's files, keep it in the store and end its job; a full disk fails this one alone."""
        place = group[0].place
        try:
            kept = with_earlier(self.store, written.case)
            page.write(kept, self.out)
        except OSError as error:
            self._failed(place, CasewrightError(f"its files cannot be written: {error.strerror or error}"))
            return
        ended = _ended(written, group)
        joined = [self._joining(job) for job in group if kept.alert is None or job.alert != kept.alert.id]

        def keep() -> None:
            closing.record(self.store, written, self.who)
            queue.keep_case(self.store, self.run.run, self.worker, place, kept, self.who, ended, joined)

        self._stored(keep)

    def _failed(self, place: int, why: CasewrightError) -> None:
        def end() -> None:
            queue.end_job(self.store, self.run.run, self.worker, place, End("failed", _line(str(why))))

        self._stored(end)

    def _stored(self, work: Callable[[], None]) -> None:
        """Do what writes to the store, again where another process holds it; what another runner took is let go."""
        for attempt in range(_TRIES):
            try:
                work()
                return
            except ClaimLost as lost:
                self.warn(str(lost))
                return
            except DataError as error:
                if "another process" not in error.message or attempt == _TRIES - 1:
                    raise Stop(error.message, hint=f"casewright batch --resume {self.run.run} goes on") from error
                self.warn(f"{error.message}; trying again")

    def _joining(self, job: Job) -> Particulars:
        return Particulars(reason=f"one network, batch {self.run.run}", login=login_of(self.who), alert=job.alert)

    @contextmanager
    def _heard(self) -> Iterator[None]:
        """Say now and then that this runner is at work, as long as it is."""
        done = threading.Event()

        def beat() -> None:
            while not done.wait(self.pace.beat):
                try:
                    queue.renew(self.store, self.run.run, self.worker)
                except CasewrightError:
                    continue  # the store is held by another: the next beat tries again

        thread = threading.Thread(target=beat, name="batch beat", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()


def _one_case(ledger: Ledger, network: Network, found: Sequence[Case | CasewrightError]) -> Case | CasewrightError:
    """The case of a network; none where a member's failed, so that nothing is drafted on a part of it."""
    cases = []
    for one in found:
        if isinstance(one, CasewrightError):
            return one
        cases.append(one)
    return cases[0] if len(cases) == 1 else merged(network, cases, links_of(ledger, network))


def _together(
    ledger: Ledger, targets: Sequence[Target], typologies: Mapping[str, Typology], store: Store
) -> dict[Target, Case | CasewrightError]:
    try:
        return dict(zip(targets, investigate(ledger, targets, typologies, store), strict=True))
    except Exception as error:  # noqa: BLE001  one alert that cannot be investigated must not stop the others
        if len(targets) > 1:
            alone = (_together(ledger, [target], typologies, store) for target in targets)
            return {target: case for one in alone for target, case in one.items()}
        told = error if isinstance(error, CasewrightError) else CasewrightError(f"{type(error).__name__}: {error}")
        return {targets[0]: told}


def _ended(written: Written, group: Sequence[Job]) -> End:
    """In which state a case ends whose draft stands, and what a summary tells of it."""
    case = written.case
    failed = [evidence.tool for evidence in case.evidence if evidence.status == "failed"]
    state: State = "drafted"
    reason = ""
    if written.kept_because:
        state, reason = "needs a person", f"the embedded writer's draft: {written.kept_because}"
    elif failed:
        state, reason = "needs a person", f"could not be asked: {', '.join(dict.fromkeys(failed))}"
    elif written.struck:
        state, reason = "blocked", f"{len(written.struck)} sentence(s) struck that the evidence does not hold"
    best = case.typologies[0] if case.typologies and case.typologies[0].score >= FITS else None
    lead = [s.text for s in case.narrative.sentences if not s.text.startswith("This memo concerns")]
    told = {
        "subjects": ", ".join(subject.id for subject in case.subjects),
        "recommendation": case.recommendation,
        "typology": f"{best.name} ({best.score:.2f})" if best else "",
        "first": _line(lead[0])[:_SHOWN] if lead else "",
        "due": min(str(job.told.get("due", "")) for job in group),
    }
    usage = written.usage
    return End(state, _line(reason), usage.tokens_in + usage.tokens_out, usage.usd or 0.0, told)


def _line(text: str) -> str:
    return " ".join(text.split())
