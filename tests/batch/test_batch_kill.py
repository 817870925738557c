"""A batch killed at any moment goes on: the same drafts as one that nobody killed, each once, the log whole."""

import random
import signal
from pathlib import Path

import nights
from killed import killed

from casewright.agent.settings import Workspace
from casewright.tools.store import Store, queue

MOMENTS = 10


def test_a_batch_killed_at_ten_moments_makes_the_drafts_of_one_that_was_not(
    night_workspace: Workspace, night_ledger: Path, evidence_once: Path, tmp_path: Path
) -> None:
    unkilled = nights.furnished(Workspace.init(tmp_path / "unkilled"), night_ledger)
    nights.worked(unkilled, nights.begun(unkilled))
    run = nights.begun(night_workspace)
    dice = random.Random(20251110)
    codes = killed(night_workspace, run.run, evidence_once, [dice.randrange(1, 30) for _ in range(MOMENTS)])
    assert codes == [-signal.SIGKILL] * MOMENTS
    with Store.open(night_workspace.cases) as store:
        before = queue.totals(store, run.run)
        assert store.verify_audit() is None
        drafted = {job.case for job in queue.jobs_of(store, run.run) if job.state == "drafted"}
        assert {row.id for row in store.cases()} == drafted
    assert 0 < before.left < len(nights.ALERTS)  # they were killed in the midst of it
    done = nights.worked(night_workspace, run)
    assert done.totals.states["drafted"] == len(nights.ALERTS)
    assert nights.drafts(night_workspace) == nights.drafts(unkilled)
    assert {version for version, _ in nights.drafts(night_workspace).values()} == {1}
    assert nights.whole(night_workspace)
    with Store.open(night_workspace.cases) as store:
        told = [entry.what for entry in store.entries()]
    assert (told.count("batch begun"), told.count("batch ended")) == (1, 1)
    assert told.count("case saved") == nights.CASES
