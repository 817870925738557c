"""`casewright replay`: the data of then answer as they did, and what today's say otherwise is told."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import stores
from exchanges import small

from casewright.agent.expertise import expertise
from casewright.agent.settings import Workspace
from casewright.agent.typologies.known import library_of
from casewright.knowledge.case import Alert, Case
from casewright.tools.store import Store

CASE = "CASE-A-7"
HEAD = "id,at,known_at,src,dst,kind,status,network,asset,amount,usd"
LATE = "LATE,2025-11-10T03:30:00Z,2026-01-02T01:00:00Z,DBS-9999001,C-14330,fiat_in,completed,fast,SGD,500,390"
AFTER = "AFTER,2025-12-09T01:00:00Z,2025-12-09T01:00:00Z,DBS-9999001,C-14330,fiat_in,completed,fast,SGD,10,7.5"


@dataclass(frozen=True)
class Desk:
    """A workspace in which the case of the student was drafted, and its commands."""

    workspace: Workspace
    run: Callable[..., Any]

    def __call__(self, *arguments: object) -> Any:
        return self.run("-w", self.workspace.folder, *arguments)

    def replayed(self, *arguments: object) -> Any:
        """What replaying the case tells machines."""
        ran = self("replay", *(arguments or (CASE,)), "--json")
        assert ran.code == 0, ran.out + ran.err
        return ran.json

    def imports(self, *lines: str) -> None:
        path = self.workspace.folder / f"{lines[0].partition(',')[0]}.csv"
        path.write_text("\n".join([HEAD, *lines, ""]), encoding="utf-8")
        assert f"{len(lines)} stored" in self("import", "transfers", path).out

    def file(self) -> dict[str, Any]:
        """The case as its file holds it."""
        path = self.workspace.out / CASE / "case.json"
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found

    def written(self, case: dict[str, Any]) -> Path:
        """A file of that case."""
        path = self.workspace.folder / "other.json"
        path.write_text(json.dumps(case), encoding="utf-8")
        return path


@pytest.fixture
def desk(tmp_path: Path, build_ledger: Callable[..., Path], casewright: Callable[..., Any]) -> Any:
    made = Workspace.init(tmp_path / "desk", timezone="Asia/Singapore", currency="SGD")
    small(made.ledger, build_ledger)
    with stores.fresh(tmp_path / "desk.db") as place:
        settings = made.folder / "casewright.toml"
        settings.write_text(f'store = "{place}"\n' + settings.read_text(encoding="utf-8"), encoding="utf-8")
        desk = Desk(Workspace.at(made.folder), casewright)
        assert desk("investigate", "A-7").code == 0
        yield desk


def _otherwise(replayed: Any, when: str) -> dict[str, list[dict[str, str]]]:
    return {one["tool"]: one[when] for one in replayed["evidence"] if one[when]}


def test_where_nothing_changed_all_is_the_same_and_nothing_is_stored(desk: Desk) -> None:
    with Store.open(desk.workspace.cases) as store:
        before = store.entries()
    replayed = desk.replayed()
    assert (replayed["case"], replayed["version"], replayed["same"]) == (CASE, 1, True)
    assert (replayed["snapshot"]["held"], replayed["snapshot"]["imports_since"]) == (True, 0)
    assert not any(version["differs"] for version in replayed["versions"].values())
    asked = {one["tool"]: (one["then"], one["today"]) for one in replayed["evidence"]}
    assert (asked["transfers"], asked["earlier_cases"]) == (([], []), (None, []))
    ran = desk("replay", CASE)
    assert (ran.code, ran.err) == (0, "")
    assert "all as they were" in ran.out
    assert "An investigation today would find the same." in ran.out
    with Store.open(desk.workspace.cases) as store:
        assert store.entries() == before


def test_late_data_are_told_row_by_row_and_the_data_of_then_still_answer_the_same(desk: Desk) -> None:
    desk.imports(LATE, AFTER)
    replayed = desk.replayed()
    assert replayed["same"] is False
    assert (replayed["snapshot"]["held"], replayed["snapshot"]["imports_since"]) == (True, 1)
    assert _otherwise(replayed, "then") == {}
    today = _otherwise(replayed, "today")
    rows = [one for one in today["transfers"] if one["what"] == "a row"]
    assert [(one["change"], one["was"], "transfer LATE" in one["now"]) for one in rows] == [("new", None, True)]
    changed = {one["what"]: (one["was"], one["now"]) for one in today["account_profile"]}
    assert changed["inflow_local C-14330 in completed SGD"] == ("84400", "84900")
    assert not {"customer", "labels", "logins", "scores", "earlier_cases", "typology"} & today.keys()
    assert [name for name, version in replayed["versions"].items() if version["differs"]] == ["data"]
    gone, new = ([one["statement"] for one in replayed["findings"][name]] for name in ("gone", "new"))
    assert "All 4 payers in the period were new to it." in gone
    assert "All 5 payers in the period were new to it." in new
    assert replayed["findings"]["recommendation"]["then"] == "escalate"
    told = desk("replay", CASE).out
    assert "On today's data (1 later import)" in told
    assert "inflow_local C-14330 in completed SGD: 84400 -> 84900" in told
    assert "now: All 5 payers in the period were new to it. (for, moderate)" in told
    assert list(desk.workspace.machine.glob("as-of-*")) == []


@pytest.mark.parametrize("late", [False, True])
def test_a_change_under_the_same_data_is_told_as_one(desk: Desk, late: bool) -> None:
    case = desk.file()
    profile = next(one for one in case["evidence"] if one["tool"] == "account_profile")
    profile["query"] = "drop table transfers"
    profile["facts"] = [one | {"value": 5.0} if one["name"] == "inflow_usd" else one for one in profile["facts"]]
    if late:
        desk.imports(LATE)
    path = desk.written(case)
    replayed = desk.replayed(path)
    assert (replayed["version"], replayed["same"]) == (None, False)
    (moved,) = _otherwise(replayed, "then")["account_profile"]
    assert (moved["change"], moved["was"], moved["now"]) == ("changed", "5", "62800")
    told = desk("replay", path).out
    assert "1 changed under the same data" in told
    assert "inflow_usd C-14330 in completed USD: 5 -> 62800" in told
    assert ("none otherwise beside that" in told) is not late


def test_a_ledger_without_the_data_of_then_is_told(desk: Desk, build_ledger: Callable[..., Path]) -> None:
    desk.workspace.ledger.unlink()
    row = {"src": "DBS-1", "dst": "C-14330", "at": "2025-11-10T03:30:00Z", "usd": "1.00"}
    build_ledger(desk.workspace.ledger, [row], currency="SGD", timezone="Asia/Singapore")
    replayed = desk.replayed()
    assert (replayed["snapshot"]["held"], replayed["snapshot"]["imports"]) == (False, 1)
    assert {one["then"] for one in replayed["evidence"]} == {None}
    assert _otherwise(replayed, "today")["transfers"]
    assert "The ledger does not hold the data of then" in desk("replay", CASE).out


def test_a_case_of_before_tells_what_it_told_and_no_difference_in_the_rest(desk: Desk) -> None:
    case = desk.file()
    fresh = ("model", "prompts", "imports", "rules", "indicators")
    case["versions"] = {name: value for name, value in case["versions"].items() if name not in fresh}
    desk.imports(AFTER)
    path = desk.written(case)
    replayed = desk.replayed(path)
    assert (replayed["snapshot"]["held"], replayed["snapshot"]["imports"], replayed["same"]) == (True, 1, True)
    assert replayed["versions"]["model"] == {"then": None, "now": "embedded", "differs": False}
    assert [name for name, version in replayed["versions"].items() if version["differs"]] == ["data"]
    assert "(not told)" in desk("replay", path).out


def test_what_the_store_and_the_experts_files_say_otherwise_is_told(desk: Desk, make_case: Callable[..., Case]) -> None:
    alert = Alert(id="A-1", subject="C-14330", at=1_750_000_000)
    with Store.open(desk.workspace.cases) as store:
        store.save_case(make_case("CASE-A-1", "C-14330", alert=alert), "ada")
    case = desk.file()
    known = library_of(desk.workspace).typologies["money-mule-account"]
    expert = json.loads(expertise(known).with_id("E90").model_dump_json())
    case["evidence"].append(expert)
    assert _otherwise(desk.replayed(desk.written(case)), "today").keys() == {"earlier_cases"}
    expert["tables"][0]["rows"][0]["text"] = "As it was called before"
    case["versions"] |= {"typologies": "000000000000", "prompts": "111111111111"}
    replayed = desk.replayed(desk.written(case))
    today = _otherwise(replayed, "today")
    assert today.keys() == {"earlier_cases", "typology"}
    assert any("case CASE-A-1" in str(one["now"]) for one in today["earlier_cases"])
    assert any("As it was called before" in str(one["was"]) for one in today["typology"])
    assert [name for name, one in replayed["versions"].items() if one["differs"]] == ["prompts", "typologies"]
    expert["arguments"]["id"] = "no-such-typology"
    (moved,) = _otherwise(desk.replayed(desk.written(case)), "today")["typology"]
    assert "cannot be asked again: there is no typology no-such-typology" in moved["now"]


def test_the_model_of_today_is_that_of_the_settings(desk: Desk) -> None:
    settings = desk.workspace.folder / "casewright.toml"
    text = settings.read_text(encoding="utf-8").replace('model = "offline"', 'model = "small@http://127.0.0.1:9/v1"')
    settings.write_text(text, encoding="utf-8")
    versions = desk.replayed()["versions"]
    assert versions["model"] == {"then": "embedded", "now": "small@127.0.0.1:9", "differs": True}
    assert (versions["prompts"]["then"], versions["prompts"]["differs"]) == ("none", True)


def test_an_earlier_version_is_replayed_as_it_was(desk: Desk) -> None:
    desk.imports(LATE)
    assert desk("investigate", "A-7").code == 0
    first, second = desk.replayed(CASE, "--version", 1), desk.replayed()
    assert (first["version"], first["same"], second["version"], second["same"]) == (1, False, 2, True)
    assert first["snapshot"]["id"] != second["snapshot"]["id"]


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("CASE-A-77",), 1, "there is no case 'CASE-A-77'; did you mean CASE-A-7?"),
        ((CASE, "--version", 4), 1, "case CASE-A-7 has no version 4"),
        (("other.json", "--version", 1), 2, "other.json is a file, which has no versions"),
        (("other.json",), 1, "there is no such file"),
    ],
)
def test_what_cannot_be_replayed_is_told_in_a_line(
    desk: Desk, arguments: tuple[object, ...], code: int, told: str
) -> None:
    ran = desk("replay", *arguments)
    assert (ran.code, ran.out) == (code, "")
    assert told in ran.err
    assert len(ran.err.strip().splitlines()) == 1


def test_without_a_ledger_there_is_nothing_to_ask(desk: Desk) -> None:
    desk.workspace.ledger.unlink()
    ran = desk("replay", CASE)
    assert ran.code == 1
    assert "there is no ledger here yet" in ran.err
