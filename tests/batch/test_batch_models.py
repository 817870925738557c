"""A batch with a served model: what is asked and paid once, after kills too, and what stops it."""

import json
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nights
import pytest
import sqlalchemy as sa
from killed import killed
from loopback import PROBE, Loopback, Reply, calls, fails

from casewright.agent.batch.night import Asked
from casewright.agent.batch.wording import IN_A_ROW, Stop
from casewright.agent.settings import Workspace
from casewright.knowledge.errors import PolicyError
from casewright.tools.store import Store, queue
from casewright.tools.store.tables import batch_calls

pytestmark = pytest.mark.usefixtures("evidence_once")
FIRST = 1000  # tokens that the first request is said to have taken; each later one a token more
PROBES = 2  # what a model that nobody knows yet is asked first
PRICE = 10.0  # USD for a million tokens
FEW = Asked(ids=nights.ALERTS[2:8])  # six cases


@dataclass
class Scribe:
    """A model that asks nothing and words one sentence; the tokens that it says it took tell its requests apart."""

    bodies: list[str] = field(default_factory=list)
    down: bool = False

    def __call__(self, body: Any) -> Reply:
        if self.down:
            return fails(401)
        self.bodies.append(json.dumps([body["messages"], body["tools"]], sort_keys=True))
        usage = (FIRST + len(self.bodies) - 1, 0, 0)
        tool = body["tools"][0]["function"]["name"]
        if tool == "plan":
            return calls(("plan", {"questions": []}), usage=usage)
        told = [{"text": "The subject moved value within hours.", "evidence": ["E1"]}]
        if tool == "memo":
            return calls(("memo", {"sections": [{"title": "What happened", "sentences": told}]}), usage=usage)
        return calls(("revision", {"sentences": []}), usage=usage)

    @property
    def twice(self) -> int:
        """How many requests were more than the first of their words."""
        return sum(count - 1 for count in Counter(self.bodies).values())


@pytest.fixture
def scribe() -> Scribe:
    return Scribe()


@pytest.fixture
def server(scribe: Scribe) -> Iterator[Loopback]:
    with Loopback(scribe) as found:
        yield found


def kept(workspace: Workspace, scribe: Scribe) -> set[str]:
    """The requests whose answers are kept."""
    with Store.open(workspace.cases) as store, store.reads() as connection:
        numbers = connection.execute(sa.select(batch_calls.c.tokens - FIRST)).scalars()
        return {scribe.bodies[number] for number in numbers if number >= 0}  # without what a probe was answered


def totals(workspace: Workspace, run: queue.Run) -> queue.Totals:
    with Store.open(workspace.cases) as store:
        return queue.totals(store, run.run)


def test_no_answer_that_is_kept_is_asked_for_again_after_kills(
    night_workspace: Workspace,
    night_ledger: Path,
    scribe: Scribe,
    server: Loopback,
    evidence_once: Path,
    tmp_path: Path,
) -> None:
    unkilled = nights.modelled(nights.furnished(Workspace.init(tmp_path / "unkilled"), night_ledger), server.url, PRICE)
    nights.worked(unkilled, nights.begun(unkilled, FEW))
    scribe.bodies.clear()
    workspace = nights.modelled(night_workspace, server.url, PRICE)
    run, dice, waiting = nights.begun(workspace, FEW), random.Random(4), 0
    for _ in range(3):
        before, sent = kept(workspace, scribe), len(scribe.bodies)
        assert killed(workspace, run.run, evidence_once, [dice.randrange(30, 80)]) == [-signal.SIGKILL]
        assert not before & set(scribe.bodies[sent:])
        waiting += 4  # those that were under way, one for each of those asked at a time
    before, sent = kept(workspace, scribe), len(scribe.bodies)
    assert totals(workspace, run).left  # how many were kept depends on which of those asked at a time came first
    assert 0 < len(before) < len(set(scribe.bodies)) + 4
    done = nights.worked(workspace, run)
    assert not before & set(scribe.bodies[sent:])
    assert scribe.twice <= waiting
    assert nights.drafts(workspace) == nights.drafts(unkilled)
    assert {version for version, _ in nights.drafts(workspace).values()} == {1}
    assert done.totals.calls == len(set(scribe.bodies)) + PROBES
    assert kept(workspace, scribe) == set(scribe.bodies)
    with Store.open(workspace.cases) as store, store.reads() as connection:
        tokens = list(connection.execute(sa.select(batch_calls.c.tokens)).scalars())
    assert done.totals.tokens == sum(tokens)
    assert done.totals.usd == pytest.approx(sum(tokens) * PRICE / 1e6)
    assert nights.whole(workspace)
    sent = len(scribe.bodies)
    nights.worked(workspace, run)
    assert len(scribe.bodies) == sent


def test_a_model_that_nobody_knows_yet_is_probed_once_by_all_who_ask_it_at_a_time(
    night_workspace: Workspace, scribe: Scribe
) -> None:
    class Slow(Loopback):
        def reply(self, body: Any, headers: Any) -> Reply:
            time.sleep(0.3 if PROBE in str(body) else 0)
            return super().reply(body, headers)

    with Slow(scribe) as server:
        workspace = nights.modelled(night_workspace, server.url)
        nights.worked(workspace, nights.begun(workspace, FEW), concurrency=4)
    assert len(server.probes) == PROBES


@pytest.mark.parametrize("at_a_time", [1, 4])
def test_several_at_a_time_are_told_and_paid_as_one_by_one(
    night_workspace: Workspace, scribe: Scribe, server: Loopback, at_a_time: int
) -> None:
    workspace = nights.modelled(night_workspace, server.url, PRICE)
    run = nights.begun(workspace, FEW)
    done = nights.worked(workspace, run, concurrency=at_a_time)
    assert done.totals.left == done.totals.states["failed"] == 0
    assert scribe.twice == 0
    with Store.open(workspace.cases) as store:
        jobs = list(queue.jobs_of(store, run.run))
    assert sum(job.tokens for job in jobs) == done.totals.tokens
    assert sum(job.usd for job in jobs) == pytest.approx(done.totals.usd)
    assert done.totals.usd > 0.1
    assert nights.whole(workspace)


def test_a_budget_stops_a_run_and_a_larger_one_ends_it(
    night_workspace: Workspace, scribe: Scribe, server: Loopback
) -> None:
    asked = Asked(ids=FEW.ids, budget=0.25)
    workspace = nights.modelled(night_workspace, server.url, PRICE)
    run = nights.begun(workspace, asked)
    with pytest.raises(Stop, match=f"spending limit is reached.*--resume {run.run} --budget USD"):
        nights.worked(workspace, run, concurrency=1)
    stopped = totals(workspace, run)
    assert stopped.usd <= 0.25
    assert 0 < stopped.left == stopped.states["waiting"] < 6
    sent = len(scribe.bodies)
    with pytest.raises(Stop, match="spending limit is reached"):
        nights.worked(workspace, run, concurrency=1)
    assert len(scribe.bodies) == sent
    done = nights.worked(workspace, run, budget=100)
    assert done.totals.left == 0
    assert done.totals.states["needs a person"] == 0
    assert scribe.twice == 0
    assert nights.whole(workspace)


def test_a_model_that_answers_nothing_any_more_stops_a_run_that_goes_on_later(
    night_workspace: Workspace, scribe: Scribe, server: Loopback
) -> None:
    workspace = nights.modelled(night_workspace, server.url)
    run = nights.begun(workspace, FEW)
    scribe.down = True
    with pytest.raises(Stop, match=f"{IN_A_ROW} drafts.*had no answer.*--resume {run.run} goes on"):
        nights.worked(workspace, run, concurrency=1)
    states = Counter(nights.states(workspace, run).values())
    assert states == {"needs a person": IN_A_ROW - 1, "waiting": 6 - IN_A_ROW + 1}
    scribe.down = False
    done = nights.worked(workspace, run)
    assert done.totals.left == 0
    assert done.totals.states["needs a person"] == IN_A_ROW - 1


def test_a_policy_without_network_is_told_before_anything_is_kept(night_workspace: Workspace) -> None:
    workspace = nights.modelled(night_workspace, "https://models.example/v1")
    with pytest.raises(PolicyError, match="over the network"):
        nights.begun(workspace, FEW)
    with Store.open(workspace.cases) as store:
        assert queue.runs_of(store) == []
