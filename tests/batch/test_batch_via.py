"""A batch whose requests go to the provider's Batch API: the same drafts, no request sent twice, nobody named."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from batch_api import BatchApi
from exchanges import HASH, PAYERS, WALLET, small
from loopback import Loopback, Reply, calls, fails, says

from casewright.agent.batch import night
from casewright.agent.batch.parcels import Parcels
from casewright.agent.batch.runner import Pace
from casewright.agent.batch.wording import Stop
from casewright.agent.models.choice import Choice
from casewright.agent.models.paid import Unsent
from casewright.agent.settings import FILE, Workspace
from casewright.knowledge.case import Case
from casewright.tools.store import Store, queue, sent

Make = Callable[..., Workspace]
QUICK = Pace(beat=0.2, lease=1, poll=0.02)
NAMES = ("Vanessa", "Lim Hao", "Minh Phuong", "C-14330", "C-20011", "A-7", "QUEK", "ZAINAB", "10.105.218.61", HASH)
ALLOWED = "[policy]\nnetwork = true\nbatch = true\n"


def model(body: dict[str, Any]) -> Reply:
    """Plans nothing, words one sentence that is false, and takes it back when that is objected to."""
    [tool] = [tool["function"]["name"] for tool in body["tools"]]
    if tool == "plan":
        return calls(("plan", {"questions": []}))
    if tool == "memo":
        said = [{"text": "ACCT_1 received USD 9,999.00.", "evidence": ["E1"]}]
        return calls(("memo", {"sections": [{"title": "What happened", "sentences": said}]}))
    return calls(
        ("revision", {"sentences": [{"number": 1, "text": "Money came in.\u2028It left.", "evidence": ["E1"]}]})
    )


def kind(body: dict[str, Any]) -> str:
    return str(body["tools"][0]["function"]["name"])


@pytest.fixture
def make(tmp_path: Path, build_ledger: Callable[..., Path]) -> Make:
    """A workspace of the small exchange whose model is at this server."""

    def made(
        server: Loopback, name: str = "w", policy: str = ALLOWED, settings: str = "", prices: str = ""
    ) -> Workspace:
        workspace = Workspace.init(tmp_path / name)
        if not workspace.ledger.exists():
            small(workspace.ledger, build_ledger)
        text = f'timezone = "Asia/Singapore"\nmodel = "small@{server.url}"\n{policy}[limits]\nretries = 0\n{settings}'
        (workspace.folder / FILE).write_text(text, encoding="utf-8")
        if prices:
            (workspace.folder / "prices.yaml").write_text(
                f"source: test\nas_of: 2026-01-01\n{prices}", encoding="utf-8"
            )
        return Workspace.at(workspace.folder)

    return made


def begun(workspace: Workspace, *, later: bool = True, budget: float | None = None) -> queue.Run:
    asked = night.Asked(later=later, budget=budget)
    return night.begun(workspace, night.planned(workspace, asked), asked, "mei")


def worked(workspace: Workspace, run: queue.Run, **how: Any) -> night.Done:
    return night.worked(workspace, run, "mei", pace=QUICK, **how)


def drafts(workspace: Workspace) -> dict[str, Case]:
    with Store.open(workspace.cases) as store:
        return {name: store.load_case(name) for name in ("CASE-A-7", "CASE-A-8")}


def texts(workspace: Workspace) -> dict[str, list[str]]:
    return {name: [s.text for s in case.narrative.sentences] for name, case in drafts(workspace).items()}


def batches_of(workspace: Workspace, run: queue.Run) -> list[sent.Sent]:
    with Store.open(workspace.cases) as store:
        return sent.sent_of(store, run.run)


def jobs_of(workspace: Workspace, run: queue.Run) -> dict[str, queue.Job]:
    with Store.open(workspace.cases) as store:
        return {job.alert: job for job in queue.jobs_of(store, run.run)}


def once(server: BatchApi) -> None:
    """No request was sent twice, on whatever way."""
    names = [name for name, _ in server.sent]
    assert len(names) == len(set(names))


@pytest.fixture
def server() -> Iterator[BatchApi]:
    with BatchApi(model) as made:
        yield made


def test_both_ways_make_the_same_drafts_of_the_same_requests(make: Make, server: BatchApi) -> None:
    later = make(server, "later")
    run = begun(later)
    done = worked(later, run)
    assert server.requests == []  # but for the probes, nothing was sent one by one
    assert done.totals.left == 0
    single = make(server, "single")
    apart = worked(single, begun(single, later=False))
    sort = lambda bodies: sorted(json.dumps(body, sort_keys=True) for body in bodies)  # noqa: E731
    assert sort(body for _, body in server.sent) == sort(server.requests)
    assert texts(later) == texts(single)
    assert any("Money came in." in text for told in texts(later).values() for text in told)
    assert {a: (j.state, j.reason) for a, j in jobs_of(later, run).items()} == {
        a: (j.state, j.reason) for a, j in jobs_of(single, apart.run).items()
    }
    assert (done.totals.calls, done.totals.tokens) == (apart.totals.calls, apart.totals.tokens)
    assert [one.state for one in batches_of(later, run)] == ["answered"] * len(server.batches)
    assert len(server.batches) == 3  # plans, memos, revisions
    assert sorted(server.deleted) == sorted(server.files)
    once(server)


def test_a_file_that_is_uploaded_names_nobody(make: Make, server: BatchApi) -> None:
    workspace = make(server)
    worked(workspace, begun(workspace))
    uploads = [content.decode() for name, content in server.files.items() if name.startswith("file-in")]
    assert len(uploads) == 3
    told = "\n".join(uploads).casefold()
    assert [name for name in (*NAMES, *PAYERS, WALLET) if name.casefold() in told] == []
    assert "acct_1" in told


@pytest.mark.parametrize("lost", ["failed", "expired"])
def test_a_request_without_an_answer_leaves_its_draft_to_the_embedded_writer_and_a_person(
    make: Make, server: BatchApi, lost: str
) -> None:
    server.lose = lambda body: lost if kind(body) == "memo" and "student" in json.dumps(body) else ""
    workspace = make(server)
    run = begun(workspace)
    assert worked(workspace, run).totals.left == 0
    jobs = jobs_of(workspace, run)
    assert (jobs["A-7"].state, jobs["A-8"].state) == ("needs a person", "drafted")
    why = "the request is odd" if lost == "failed" else "could not be executed in time"
    assert why in jobs["A-7"].reason
    assert "embedded writer" in jobs["A-7"].reason
    assert drafts(workspace)["CASE-A-7"].versions.model == "embedded"
    once(server)


def test_a_batch_that_fails_as_a_whole_leaves_all_to_people(make: Make) -> None:
    with BatchApi(model, status="failed") as server:
        workspace = make(server)
        run = begun(workspace)
        worked(workspace, run)
    assert {job.state for job in jobs_of(workspace, run).values()} == {"needs a person"}
    assert all("not to our liking" in job.reason for job in jobs_of(workspace, run).values())
    assert [one.state for one in batches_of(workspace, run)] == ["failed"]


def test_an_answer_that_was_cut_off_or_malformed_is_what_it_is_in_single_calls(make: Make) -> None:
    def odd(body: dict[str, Any]) -> Reply:
        if kind(body) == "plan":
            return model(body)
        return calls(("memo", '{"sections": [')) if "student" in json.dumps(body) else says("Money", finish="length")

    with BatchApi(odd) as server:
        later, single = make(server, "later"), make(server, "single")
        run, apart = begun(later), begun(single, later=False)
        worked(later, run)
        worked(single, apart)
        reasons = {alert: job.reason for alert, job in jobs_of(later, run).items()}
        assert reasons == {alert: job.reason for alert, job in jobs_of(single, apart).items()}
        assert "replied twice" in reasons["A-7"]
        assert "cut off" in reasons["A-8"]
        once(server)


def test_a_provider_that_is_down_for_a_while_is_asked_again(make: Make, server: BatchApi) -> None:
    server.down = 2
    workspace, told = make(server), list[str]()
    run = begun(workspace)
    assert worked(workspace, run, warn=told.append).totals.left == 0
    assert any("503" in line for line in told)
    assert {job.state for job in jobs_of(workspace, run).values()} == {"drafted"}
    once(server)


_RUN = """
import os, signal, sys
from pathlib import Path
from casewright.agent.batch import night
from casewright.agent.batch.runner import Pace
from casewright.agent.models.batches import Batches
from casewright.agent.settings import Workspace

def dead(*_):
    os.kill(os.getpid(), signal.SIGKILL)

begin = Batches.begin
setattr(Batches, sys.argv[2], (lambda *a: (begin(*a), dead())) if sys.argv[2] == "begin" else dead)
workspace = Workspace.at(Path(sys.argv[1]))
night.worked(workspace, night.resumed(workspace, "last"), "mei", pace=Pace(0.2, 1, 0.02))
"""


# Killed before the file is known to be there, when its batch is made and not kept, while it waits, and as it is read.
@pytest.mark.parametrize("moment", ["begun", "begin", "state", "results", "forget"])
def test_a_killed_run_goes_on_and_sends_no_request_twice(make: Make, server: BatchApi, moment: str) -> None:
    workspace = make(server)
    run = begun(workspace)
    done = subprocess.run([sys.executable, "-c", _RUN, workspace.folder, moment], check=False, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    assert [one.state for one in batches_of(workspace, run)] == [
        {"begun": "uploaded", "begin": "uploaded", "forget": "answered"}.get(moment, "sent")
    ]
    assert worked(workspace, night.resumed(workspace, run.run)).totals.left == 0
    assert {job.state for job in jobs_of(workspace, run).values()} == {"drafted"}
    once(server)
    assert server.requests == []


def test_a_run_may_change_its_way_and_asks_nothing_again(make: Make, server: BatchApi) -> None:
    workspace = make(server)
    run = begun(workspace)

    def enough(line: str) -> None:
        if len(server.batches) == 2 and "requests answered" in line:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        worked(workspace, run, warn=enough)
    worked(workspace, run, by_batch=False)
    assert [kind(body) for body in server.requests] == ["revision", "revision"]
    assert {job.state for job in jobs_of(workspace, run).values()} == {"drafted"}
    assert len(server.batches) == 2


PRICES = "models:\n  small: {sent: 10.0, received: 10.0}\n"


def test_what_a_file_may_cost_is_held_to_the_budget_before_it_is_sent(make: Make, server: BatchApi) -> None:
    workspace = make(server, prices=f"batch: 0.5\n{PRICES}")
    run = begun(workspace, budget=0.05)
    with pytest.raises(Stop, match="spending limit") as stopped:
        worked(workspace, run)
    assert "--budget USD" in stopped.value.hint
    assert not server.files
    assert {job.state for job in jobs_of(workspace, run).values()} == {"waiting"}
    done = worked(workspace, run, budget=50)
    assert done.totals.left == 0
    full = done.totals.tokens * 10 / 1e6
    assert full / 2 < done.totals.usd < full * 0.75  # the probes, asked one by one, at full price


def test_the_price_of_a_batch_is_the_full_one_where_it_is_not_known_and_told(make: Make, server: BatchApi) -> None:
    workspace = make(server, prices=PRICES)
    done = worked(workspace, begun(workspace, budget=50))
    assert done.totals.usd == pytest.approx(done.totals.tokens * 10 / 1e6)


@pytest.mark.parametrize(("policy", "missing"), [("", "batch = true and network = true"),
                                                 ("[policy]\nnetwork = true\n", "batch = true"),
                                                 ("[policy]\nbatch = true\n", "network = true")])  # fmt: skip
def test_what_the_policy_forbids_is_told_and_nothing_is_kept_or_sent(
    make: Make, server: BatchApi, casewright: Callable[..., Any], policy: str, missing: str
) -> None:
    workspace = make(server, policy=policy)
    ran = casewright("-w", workspace.folder, "batch", "--via", "batch")
    assert ran.code == 7
    assert "--via batch" in ran.err
    assert f"set {missing} under [policy]" in ran.err
    assert not server.files
    with Store.open(workspace.cases) as store:
        assert queue.runs_of(store) == []


def test_the_policy_holds_for_a_run_that_goes_on_too(
    make: Make, server: BatchApi, casewright: Callable[..., Any]
) -> None:
    run = begun(make(server))
    workspace = make(server, policy="")
    assert casewright("-w", workspace.folder, "batch", "--resume", run.run).code == 7
    assert not server.files
    assert casewright("-w", workspace.folder, "batch", "--resume", run.run, "--via", "calls").code == 0


def test_a_server_without_batches_is_told_in_one_line(make: Make, casewright: Callable[..., Any]) -> None:
    with Loopback(model) as server:
        workspace = make(server)
        ran = casewright("-w", workspace.folder, "batch", "--via", "batch")
    assert ran.code == 1
    assert "has no batches" in ran.err
    assert server.requests == []


def test_the_command_drafts_by_batches(make: Make, server: BatchApi, casewright: Callable[..., Any]) -> None:
    workspace = make(server)
    ran = casewright("-w", workspace.folder, "batch", "--via", "batch", "--json")
    assert (ran.code, ran.json["drafted"], ran.json["left"]) == (0, 2, 0)
    assert server.requests == []
    assert "sent 2 requests" in ran.err


def test_the_embedded_model_has_nothing_to_send(make: Make, server: BatchApi, casewright: Callable[..., Any]) -> None:
    workspace = make(server)
    ran = casewright("-w", workspace.folder, "batch", "--via", "batch", "--model", "offline")
    assert ran.code == 2
    assert "answers at once" in ran.err


def test_a_file_holds_no_more_than_it_may_and_each_request_once() -> None:
    choice = Choice("small", "http://127.0.0.1:1/v1")
    parcels = Parcels(most=2, most_bytes=1_000)
    for name in ("a", "b", "a", "c", "d"):
        parcels.add(Unsent(name, choice, "draft", {"text": "x" * (700 if name == "d" else 5)}, 10, 0.5))
    parcels.add(Unsent("e", choice, "draft", {"text": "x" * 700}, 10, None))
    other = Choice("large", "http://127.0.0.1:1/v1")
    parcels.add(Unsent("f", other, "draft", {}, 10, 0.0))
    found = list(parcels)
    assert [one.requests for one in found] == [["a", "b"], ["c", "d"], ["e"], ["f"]]
    assert [one.usd for one in found] == [1.0, 1.0, None, 0.0]
    for one in found:
        one.lines.seek(0)
        lines = [json.loads(line) for line in one.lines]
        assert [line["custom_id"] for line in lines] == one.requests
        assert all(line["url"] == "/v1/chat/completions" and line["method"] == "POST" for line in lines)
    parcels.clear()
    assert all(one.lines.closed for one in found)


def test_a_provider_that_refuses_the_file_stops_the_run_in_words(
    make: Make, server: BatchApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = make(server)
    run = begun(workspace)
    whole = server.other

    def other(method: str, path: str, headers: dict[str, Any], body: bytes) -> Reply | None:
        return fails(500) if (method, path) == ("POST", "/v1/files") else whole(method, path, headers, body)

    monkeypatch.setattr(server, "other", other)
    with pytest.raises(Stop, match="has a failure"):
        worked(workspace, run)
    monkeypatch.undo()
    assert worked(workspace, run).totals.left == 0
