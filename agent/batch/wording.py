"""The desk of a batch: words cases one by one or several at a time, and tells when it must not go on."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Self

from casewright.agent.batch.answers import KeptAnswers
from casewright.agent.batch.later import Later
from casewright.agent.drafting.authors import Authors
from casewright.agent.drafting.write import Written, write
from casewright.agent.ledgers import open_ledger
from casewright.agent.models.failures import ModelFailed
from casewright.agent.models.make import choice_for
from casewright.agent.models.meter import LimitReached, Meter
from casewright.agent.settings import Workspace
from casewright.knowledge.case import Case
from casewright.knowledge.errors import CasewrightError
from casewright.tools.store import Store, queue
from casewright.tools.store.queue import Run
from casewright.tools.warehouse import Ledger

IN_A_ROW = 3  # drafts whose model did not answer, one after the other, and the batch stops


class Stop(CasewrightError):
    """What keeps a batch from going on: the cases that it had not ended wait to be taken up again."""

    code = "batch_stopped"


@dataclass
class Desk:
    """A context manager. Each case has a turn of its own; all count against one run's limits, those before a kill too.

    The offline model's words are composed here and now; a served model is asked for several cases at a time, each with
    a ledger of its own, as one connection answers one question at a time.
    """

    workspace: Workspace
    store: Store
    run: Run
    ledger: Ledger
    concurrency: int = 4
    later: bool = False  # requests are sent together and answered later, not one by one
    poll: float = 1  # seconds until such a batch is first looked at
    warn: Callable[[str], None] = lambda line: None
    _later: Later | None = None
    _closing: ExitStack = field(default_factory=ExitStack)
    _silent: int = 0

    def __enter__(self) -> Self:
        self.offline = choice_for(self.workspace, "draft").offline
        if not self.offline:
            kept = KeptAnswers(self.store, self.run.run)
            self._later = Later(self.workspace, kept, self.warn, self.poll) if self.later else None
            if self._later:
                self._closing.callback(self._later.parcels.clear)
            self.meter = self._later.meter if self._later else Meter.of(self.workspace, kept)
            so_far = queue.totals(self.store, self.run.run)
            self.meter.spent_before(so_far.calls, so_far.tokens, so_far.usd)
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    def answered(self) -> bool:
        """Send what was not answered, and wait for it; whether the drafts that waited can be worded now.

        Raises Stop where a limit is reached, or the provider refuses.
        """
        try:
            return self._later is not None and self._later.round()
        except LimitReached as why:
            raise self._limited(why) from why
        except ModelFailed as why:
            raise Stop(why.message, hint=f"casewright batch --resume {self.run.run} goes on") from why

    def worded(self, cases: Iterable[tuple[int, Case]]) -> Iterator[tuple[int, Written | CasewrightError]]:
        """Each case as it was written, or what went wrong with it; in the order in which they are done.

        Raises Stop where a limit of the run or the day is reached, or the model does not answer any more.
        """
        if self.offline:
            with Authors(self.workspace) as authors:
                for place, case in cases:
                    yield place, _tried(lambda: write(case, authors.of(case), self.ledger))  # noqa: B023
            return
        with ThreadPoolExecutor(self.concurrency, "wording") as pool:
            asked = {pool.submit(self._by_model, case): place for place, case in cases}
            try:
                for done in as_completed(asked):
                    written = done.result()
                    self._stop_where_it_must(written)
                    yield asked[done], written
            finally:
                for waiting in asked:
                    waiting.cancel()

    def _by_model(self, case: Case) -> Written | CasewrightError:
        def wording() -> Written:
            with open_ledger(self.workspace) as ledger, Authors(self.workspace, metered=self.meter.beside) as authors:
                return write(case, authors.of(case), ledger)

        return _tried(wording)

    def _stop_where_it_must(self, written: Written | CasewrightError) -> None:
        why = written.cut_by if isinstance(written, Written) else None
        if isinstance(why, LimitReached) and why.scope in {"run", "day"}:
            raise self._limited(why) from why
        silent = isinstance(why, ModelFailed) and (why.passing or not self.later)  # else it is what a batch brought
        self._silent = self._silent + 1 if silent else 0
        if isinstance(why, ModelFailed) and self._silent >= IN_A_ROW:
            told = f"{IN_A_ROW} drafts one after the other had no answer from the model: {why.message}"
            raise Stop(told, hint=f"casewright batch --resume {self.run.run} goes on") from why

    def _limited(self, why: LimitReached) -> Stop:
        hint = f"casewright batch --resume {self.run.run} --budget USD goes on"
        return Stop(why.message, hint=hint if why.scope == "run" else why.hint)


def _tried(work: Callable[[], Written]) -> Written | CasewrightError:
    try:
        return work()
    except CasewrightError as error:
        return error
    except Exception as error:  # noqa: BLE001  one case that cannot be worded must not stop the others
        return CasewrightError(f"{type(error).__name__}: {' '.join(str(error).split())[:300]}")
