"""Which clock a case calls for, and on which day of the regime's place a suspicion was formed."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casewright.agent.filing.deciding import form_suspicion
from casewright.agent.filing.occasion import signs
from casewright.agent.filing.persons import moment_of
from casewright.agent.filing.regime import regime
from casewright.agent.filing.report import Report, beside
from casewright.agent.settings import Workspace
from casewright.knowledge.case import Alert, Case, Finding, TypologyMatch
from casewright.knowledge.errors import UsageError
from casewright.knowledge.evidence import Column, Evidence, Table
from casewright.tools.store import Store
from casewright.tools.store.filing import RoleSet, Suspicion

Make = Callable[..., Report]
MULE = RoleSet(person="C-14330", role="mule", reason="told by the bank")
FORMED = Suspicion(formed=date(2025, 11, 20), reason="the payers")
ZONES = ("Asia/Singapore", "America/New_York", "Europe/London", "Europe/Brussels", "Pacific/Kiritimati", "UTC")


def _dealing(case: Case, category: str, reach: str = "direct") -> Case:
    columns = tuple(Column(name=name, kind="word", unit="x") for name in ("id", "category", "reach", "direction"))
    row = {"id": "TXyz", "category": category, "reach": reach, "direction": "out"}
    found = Evidence(id="E90", tool="exposure", query="", tables=(Table(columns=columns, rows=(row,)),),
                     status="found", searched="x")  # fmt: skip
    rest = tuple(evidence for evidence in case.evidence if evidence.tool != "exposure")
    return case.model_copy(update={"evidence": (*rest, found)})


@pytest.mark.parametrize(
    ("category", "occasion"), [("sanctioned", "sanctioned"), ("terrorism_financing", "terrorism financing")]
)
def test_a_transfer_with_a_listed_party_sets_the_shortest_clock(
    workspace: Workspace, student: Case, category: str, occasion: str
) -> None:
    with Store.open(workspace.cases) as store:
        case = _dealing(student, category)
        store.save_case(case, "ada")
        what = form_suspicion(store, case, regime("sg"), "2025-11-20", "the payers", "ada").what
        assert isinstance(what, Suspicion)
        assert (what.occasion, what.named) == (occasion, False)
        assert "value went to TXyz" in what.sign
        own = form_suspicion(store, case, regime("sg"), "2025-11-20", "a namesake", "ada", occasion="ordinary").what
        assert isinstance(own, Suspicion)
        assert (own.occasion, own.named, own.sign) == ("ordinary", True, "")


@pytest.mark.parametrize("reach", ["direct", "indirect"])
def test_what_a_report_prints_asks_for_the_clock_that_a_listed_party_calls_for(
    told: Make, student: Case, reach: str
) -> None:
    case = _dealing(student, "terrorism_financing", reach)
    for acts in ((MULE,), (MULE, FORMED)):
        assert "--occasion 'terrorism financing'" in beside(told(case, *acts))
    named = FORMED.model_copy(update={"named": True})
    assert told(case, MULE, named).missing == ()
    assert "at once" in beside(told(case, MULE, FORMED, regime="fincen"))


def test_the_shortest_clock_counts_where_several_are_called_for(told: Make, student: Case) -> None:
    found = Finding(statement="x", evidence=("E1",), speaks="for", category="sanctioned")
    case = _dealing(student, "terrorism_financing").model_copy(update={"findings": (found,)})
    assert [m.command.split(" --")[2] for m in told(case, MULE, FORMED).missing] == ["occasion 'terrorism financing'"]


def test_typologies_and_alerts_point_to_an_occasion(student: Case) -> None:
    assert signs(student) == ()
    match = TypologyMatch(id="terrorist-crowdfunding", name="x", score=0.6)
    assert [s.plain for s in signs(student.model_copy(update={"typologies": (match,)}))] == [False]
    weak = match.model_copy(update={"score": 0.3})
    assert signs(student.model_copy(update={"typologies": (weak,)})) == ()
    alert = Alert(id="A-9", subject="C-14330", at=0, title="Terrorist financing keyword", reason="no sanctions hit")
    found = signs(student.model_copy(update={"alert": alert}))
    assert [(s.occasion, s.plain) for s in found] == [("terrorism financing", True)]


@given(
    at=st.integers(
        int(datetime(2024, 1, 1, tzinfo=UTC).timestamp()), int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
    ),
    zone=st.sampled_from(ZONES),
    place=st.sampled_from(ZONES),
)
def test_a_moments_day_is_that_of_the_place_whatever_zone_it_is_told_in(at: int, zone: str, place: str) -> None:
    text = datetime.fromtimestamp(at, ZoneInfo(zone)).isoformat()
    found = moment_of(text, zone, place, "--formed")
    assert (found.at, found.day) == (at, datetime.fromtimestamp(at, ZoneInfo(place)).date())
    told = Suspicion(formed=found.day, formed_at=at, reason="x")
    assert all(told.in_zone(z).formed == datetime.fromtimestamp(at, ZoneInfo(z)).date() for z in ZONES)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2025-11-20T00:40", date(2025, 11, 19)),  # winter: 13 hours behind Singapore
        ("2025-11-20T12:59", date(2025, 11, 19)),
        ("2025-11-20T13:00", date(2025, 11, 20)),
        ("2025-07-20T11:59", date(2025, 7, 19)),  # summer: 12 hours
        ("2025-07-20T12:00", date(2025, 7, 20)),
        ("2025-11-02T12:30", date(2025, 11, 2)),  # the day on which summer time ends there
        ("2025-11-03T12:30", date(2025, 11, 2)),
        ("2025-11-20", date(2025, 11, 20)),  # a bare day is one of the place
    ],
)
def test_midnight_and_summer_time_are_those_of_the_regimes_place(text: str, day: date) -> None:
    assert moment_of(text, "Asia/Singapore", "America/New_York", "--formed").day == day


def test_a_day_that_has_not_begun_there_is_yet_to_come() -> None:
    east, west = "Pacific/Kiritimati", "Pacific/Pago_Pago"  # 25 hours apart: another day at every moment
    today = datetime.now(ZoneInfo(east)).date()
    assert moment_of(str(today), east, east, "--formed").day == today
    with pytest.raises(UsageError, match="yet to come in Pacific/Pago_Pago"):
        moment_of(str(today), east, west, "--formed")
    with pytest.raises(UsageError, match="yet to come"):
        moment_of("2999-01-01T00:00", east, east, "--formed")


def test_a_report_for_another_place_tells_the_day_of_that_place(told: Make, student: Case) -> None:
    at = int(datetime(2025, 11, 20, 0, 40, tzinfo=ZoneInfo("Asia/Singapore")).timestamp())
    formed = Suspicion(formed=date(2025, 11, 20), formed_at=at, reason="x", regime="sg")
    assert "formed on 2025-11-20" in told(student, MULE, formed).form.text
    found = told(student, MULE, formed, regime="fincen")
    assert "formed on 2025-11-19" in found.form.text
    assert found.due is not None
    assert found.due.day == date(2025, 12, 19)
