"""The queue of a batch: whose a case is, when a claim is anybody's, what a lost claim keeps, what the log is told."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import sqlalchemy as sa
import stores
from alembic import command
from alembic.config import Config
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reviewing import at_once, draft

from casewright.knowledge.errors import NotFound
from casewright.tools.store import Store, engine, queue, reviews
from casewright.tools.store.queue import ClaimLost, End, Job, Run
from casewright.tools.store.standing import Particulars

STALE = -1  # a lease that has always run out


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    with stores.fresh(tmp_path / "cases.db") as place:
        yield place


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with Store.open(url) as found:
        yield found


def begun(store: Store, cases: int, name: str = "B-1", alerts: int = 2) -> str:
    """A run of so many cases, each with so many alerts."""
    made = Run(run=name, at=1_760_000_000, who="mei", options={"limit": 0}, state="running")
    jobs = [Job(alert=f"A-{place}-{n}", place=place, case=f"CASE-{place}")
            for place in range(cases) for n in range(alerts)]  # fmt: skip
    queue.begin(store, made, jobs)
    return name


def places(jobs: list[Job]) -> list[int]:
    return sorted({job.place for job in jobs})


def test_a_run_is_begun_with_all_its_jobs_and_an_entry_that_vouches_for_them(store: Store) -> None:
    begun(store, 700)
    begun(store, 700, "B-2", alerts=1)
    assert len(list(queue.jobs_of(store, "B-1"))) == 1400
    entries = store.entries("B-1") + store.entries("B-2")
    assert [(entry.who, entry.what, entry.payload["alerts"]) for entry in entries] == [
        ("mei", "batch begun", 1400),
        ("mei", "batch begun", 700),
    ]
    assert entries[0].payload["jobs_sha256"] != entries[1].payload["jobs_sha256"]
    assert store.verify_audit() is None


def test_a_run_that_cannot_be_begun_whole_is_not_begun(store: Store) -> None:
    twice = [Job(alert=name, place=n) for n, name in enumerate(["A-1", "A-2", "A-1"])]
    with pytest.raises(Exception, match=r"(?i)unique|duplicate"):
        queue.begin(store, Run(run="B-1", at=1, who="mei", options={}, state="running"), twice)
    assert queue.runs_of(store) == []
    assert store.entries() == []


def test_runs_are_found_by_name_and_a_wrong_name_is_told_with_the_nearest(store: Store) -> None:
    with pytest.raises(NotFound, match="casewright batch begins one"):
        queue.run_of(store, "B-1")
    begun(store, 1, "B-20251110-0200-ABC")
    with pytest.raises(NotFound, match="B-20251110-0200-ABC"):
        queue.run_of(store, "B-20251110-0200-ABD")
    assert queue.run_of(store, "B-20251110-0200-ABC").options == {"limit": 0}


def test_a_claim_takes_the_first_cases_whole_and_ends_with_nothing_left(store: Store) -> None:
    run = begun(store, 5)
    taken = queue.claim(store, run, "w1", 2)
    assert [job.alert for job in taken] == ["A-0-0", "A-0-1", "A-1-0", "A-1-1"]
    assert {(job.state, job.worker) for job in taken} == {("running", "w1")}
    assert places(queue.claim(store, run, "w2", 9)) == [2, 3, 4]
    assert queue.claim(store, run, "w3", 9) == []
    assert queue.totals(store, run).states["running"] == 10


def test_a_claim_is_anybodys_once_it_was_not_renewed_for_its_lease(url: str, store: Store) -> None:
    run = begun(store, 2)
    queue.claim(store, run, "w1", 1)
    queue.claim(store, run, "w2", 1)
    stores.change(url, "update jobs set at = at - 100")
    assert (heard := queue.last_heard(store, run)) is not None
    queue.renew(store, run, "w1")
    assert queue.last_heard(store, run) >= heard + 100  # type: ignore[operator]
    assert places(queue.claim(store, run, "w3", 9, lease=30)) == [1]
    assert queue.claim(store, run, "w4", 9, lease=30) == []


def test_what_is_given_back_waits_again_and_what_is_anothers_or_ended_stays(store: Store) -> None:
    run = begun(store, 4)
    queue.claim(store, run, "w1", 3)
    queue.claim(store, run, "w2", 1)
    queue.end_job(store, run, "w1", 0, End("failed", "no reason"))
    queue.release(store, run, "w1", [1])
    assert [job.state for job in queue.jobs_of(store, run)][::2] == ["failed", "waiting", "running", "running"]
    queue.release(store, run, "w1")
    assert places(queue.claim(store, run, "w3", 9)) == [1, 2]


def test_a_draft_is_kept_and_its_job_ended_in_one_transaction(store: Store) -> None:
    run = begun(store, 2)
    queue.claim(store, run, "w1", 2)
    ended = End("drafted", "", 120, 0.5, {"due": "2025-11-17"})
    joined = [Particulars(reason="one network", login="mei", alert="A-0-1")]
    queue.keep_case(store, run, "w1", 0, draft(0), "mei", ended, joined)
    first, second = list(queue.jobs_of(store, run))[:2]
    assert (first.state, first.tokens, first.usd, first.told) == ("drafted", 120, 0.5, {"due": "2025-11-17"})
    assert (second.state, second.tokens, second.usd) == ("drafted", 0, 0.0)
    assert [(act.act, act.what.alert) for act in reviews.standing(store, "CASE-0").acts] == [("joined", "A-0-1")]
    assert [entry.what for entry in store.entries("CASE-0")] == ["case saved", "case joined"]
    with pytest.raises(ClaimLost):
        queue.end_job(store, run, "w1", 0, End("failed", "a job ends once"))
    assert store.verify_audit() is None


def test_the_very_same_draft_is_kept_once_and_its_job_is_ended_all_the_same(store: Store) -> None:
    for name in ("B-1", "B-2"):
        run = begun(store, 1, name)
        queue.claim(store, run, "w1", 1)
        queue.keep_case(store, run, "w1", 0, draft(0), "mei", End("drafted"))
        assert {job.state for job in queue.jobs_of(store, run)} == {"drafted"}
    assert store.version_of("CASE-0") == 1


def test_who_has_lost_a_claim_keeps_nothing(store: Store) -> None:
    run = begun(store, 1)
    queue.claim(store, run, "w1", 1)
    queue.claim(store, run, "w2", 1, lease=STALE)
    before = len(store.entries())
    joined = [Particulars(reason="one network", login="mei", alert="A-0-1")]
    with pytest.raises(ClaimLost, match="another runner"):
        queue.keep_case(store, run, "w1", 0, draft(0), "mei", End("drafted"), joined)
    assert (store.cases(), len(store.entries())) == ([], before)
    queue.release(store, run, "w1")
    assert {(job.state, job.worker) for job in queue.jobs_of(store, run)} == {("running", "w2")}
    queue.keep_case(store, run, "w2", 0, draft(0), "mei", End("drafted"))
    assert store.version_of("CASE-0") == 1


def test_an_act_that_fails_keeps_neither_the_case_nor_the_end(store: Store) -> None:
    run = begun(store, 1)
    queue.claim(store, run, "w1", 1)

    def fails(connection: sa.Connection, version: int) -> None:
        queue.finish(connection, run, "w1", 0, End("drafted"))
        raise OSError("no space")

    with pytest.raises(OSError, match="no space"):
        store.save_case(draft(0), "mei", also=fails)
    assert store.cases() == []
    assert {job.state for job in queue.jobs_of(store, run)} == {"running"}


def test_a_run_ends_once_and_only_when_nothing_is_left(store: Store) -> None:
    run = begun(store, 2, alerts=1)
    assert not queue.end(store, run, "mei")
    queue.claim(store, run, "w1", 2)
    queue.end_job(store, run, "w1", 0, End("failed", "no"))
    assert not queue.end(store, run, "mei")
    queue.end_job(store, run, "w1", 1, End("drafted", tokens=5, usd=0.25))
    queue.keep_answer(store, run, "a" * 64, "loopback", queue.Answered("{}", 5, 0.25))
    assert queue.end(store, run, "mei")
    assert queue.end(store, run, "bo")
    [entry] = [entry for entry in store.entries(run) if entry.what == "batch ended"]
    assert (entry.who, entry.payload) == (
        "mei", {"cases": 2, "tokens": 5, "usd": 0.25, "failed": 1, "drafted": 1},
    )  # fmt: skip
    assert queue.run_of(store, run).state == "ended"


def test_an_answer_is_kept_once_and_only_for_its_own_run(store: Store) -> None:
    one, other = begun(store, 1), begun(store, 1, "B-2")
    queue.keep_answer(store, one, "a" * 64, "loopback", queue.Answered('"first"', 10, 0.5))
    queue.keep_answer(store, one, "a" * 64, "loopback", queue.Answered('"second"', 99, 9.9))
    assert queue.answered(store, one, "a" * 64) == ('"first"', 10, 0.5)
    assert queue.answered(store, other, "a" * 64) is None
    assert [queue.totals(store, name)[2:] for name in (one, other)] == [(1, 10, 0.5), (0, 0, 0.0)]


def test_runners_at_once_share_a_queue_without_taking_a_case_twice(url: str) -> None:
    with Store.open(url) as store:
        run = begun(store, 60)
    ended: list[int] = []

    def work(store: Store, number: int) -> None:
        while jobs := queue.claim(store, run, f"w{number}", 1 + number % 3):
            for place in places(jobs):
                queue.keep_case(store, run, f"w{number}", place, draft(place), "mei", End("drafted"))
                ended.append(place)

    at_once(url, 6, work)
    assert sorted(ended) == list(range(60))
    with Store.open(url) as store:
        assert [row.version for row in store.cases()] == [1] * 60
        assert queue.totals(store, run).states["drafted"] == 120
        assert queue.end(store, run, "mei")
        assert store.verify_audit() is None


@dataclass
class Told:
    """What a queue must hold, by the words of its first docstring."""

    state: dict[int, str] = field(default_factory=dict)
    owner: dict[int, str] = field(default_factory=dict)

    def free(self, stale: bool) -> list[int]:
        return [p for p in sorted(self.state) if self.state[p] == "waiting" or (stale and self.state[p] == "running")]

    def holds(self, worker: str, place: int) -> bool:
        return self.state[place] == "running" and self.owner[place] == worker


ACTS = st.tuples(
    st.sampled_from(["claim", "take over", "finish", "fail", "release"]),
    st.sampled_from(["w1", "w2", "w3"]),
    st.integers(0, 4),
)
NAMES = itertools.count()


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(ACTS, max_size=14))
def test_whatever_runners_do_each_job_is_in_one_state_and_has_one_owner(
    store: Store, acts: list[tuple[str, str, int]]
) -> None:
    run = begun(store, 5, f"B-{next(NAMES)}")
    told = Told(dict.fromkeys(range(5), "waiting"), dict.fromkeys(range(5), ""))
    for what, worker, nr in acts:
        if what in ("claim", "take over"):
            taken = queue.claim(store, run, worker, nr + 1, STALE if what == "take over" else 1000)
            wanted = told.free(what == "take over")[: nr + 1]
            assert places(taken) == wanted
            assert len(taken) == 2 * len(wanted)
            told.state |= dict.fromkeys(wanted, "running")
            told.owner |= dict.fromkeys(wanted, worker)
        elif what == "release":
            queue.release(store, run, worker)
            told.state |= {place: "waiting" for place in told.state if told.holds(worker, place)}
        elif told.holds(worker, nr):
            queue.end_job(store, run, worker, nr, End("drafted" if what == "finish" else "failed"))
            told.state[nr] = "drafted" if what == "finish" else "failed"
        else:
            with pytest.raises(ClaimLost):
                queue.end_job(store, run, worker, nr, End("drafted"))
        jobs = list(queue.jobs_of(store, run))
        assert {job.place: job.state for job in jobs} == told.state
        assert all(job.worker == told.owner[job.place] for job in jobs if job.state == "running")
    assert sum(queue.totals(store, run).states.values()) == 10


def test_a_store_of_before_keeps_its_jobs(url: str) -> None:
    """Revision 0006 told nothing of a job's draft."""
    _at(url, "0006")
    run = "'B-1', 1760000000, 'mei', '{\"limit\": 3}', 'running'"
    stores.change(url, f"insert into runs (run, at, who, options, state) values ({run})")
    for alert, place, state in (("A-1", 0, "drafted"), ("A-2", 1, "waiting")):
        values = f"'B-1', '{alert}', {place}, '{state}', 1760000000, '', 'CASE-{alert}', '', 7, 0.25"
        columns = "run, alert, place, state, at, worker, case_id, reason, tokens, usd"
        stores.change(url, f"insert into jobs ({columns}) values ({values})")
    with Store.open(url) as store:
        assert store.revision() == engine.newest() >= "0007"
        found = [(job.alert, job.case, job.state, job.tokens, job.usd, job.told) for job in queue.jobs_of(store, "B-1")]
        assert found == [
            ("A-1", "CASE-A-1", "drafted", 7, 0.25, {}),
            ("A-2", "CASE-A-2", "waiting", 7, 0.25, {}),
        ]
        assert places(queue.claim(store, "B-1", "w1", 9)) == [1]
        queue.end_job(store, "B-1", "w1", 1, End("drafted", told={"due": "2025-11-17"}))
        assert queue.end(store, "B-1", "mei")


def _at(url: str, revision: str) -> None:
    """An empty store as the program of that revision had made it."""
    config = Config()
    config.set_main_option("script_location", str(engine.MIGRATIONS))
    config.set_main_option("path_separator", "os")
    made = sa.create_engine(url.replace("postgresql://", "postgresql+pg8000://"))
    with made.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    made.dispose()
