"""Fixtures: the shipped ones pass, a wrong one fails and says why, and the ledger holds what the expert wrote."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from casewright.knowledge.fixture import Fixture, seconds
from casewright.knowledge.library import typologies
from casewright.knowledge.typology import Typology
from casewright.tools.fixture_ledger import FIRST_MIDNIGHT, Played, write
from casewright.tools.fixtures import Verdict, run
from casewright.tools.indicators import catalogue
from casewright.tools.warehouse import Ledger

LIBRARY = typologies([], catalogue())
PAID = {"kind": "fiat_in", "at": "9h", "times": 6, "every": "10h", "usd": 2000, "from": "payer-{n}"}
BOUGHT = {"kind": "trade", "at": "9h20m", "times": 6, "every": "10h", "usd": 1990, "asset": "SGD", "asset_in": "USDT"}
SENT = {"kind": "withdrawal", "at": "9h40m", "times": 6, "every": "10h", "usd": 1980, "to": "wallet", "network": "tron"}
MULE: Mapping[str, Any] = {
    "name": "six strangers pay, all is sent on",
    "fits": True,
    "customers": {"self": {"occupation": "student", "income_usd": 3000, "age": 21, "opened": "60d"}},
    "moves": [PAID, BOUGHT, SENT],
    "events": [{"kind": "recall", "at": "4d"}],
}


def made(**changes: Any) -> Fixture:
    return Fixture.model_validate({**MULE, **changes})


def with_fixtures(name: str, *fixtures: Fixture) -> dict[str, Typology]:
    """Some typologies, of which that one alone has fixtures, these."""
    chosen = ("money-mule-account", "rapid-pass-through", "account-takeover", name)
    plain = {one: LIBRARY[one].model_copy(update={"fixtures": ()}) for one in chosen}
    return plain | {name: LIBRARY[name].model_copy(update={"fixtures": fixtures})}


def verdict(name: str, fixture: Fixture) -> Verdict:
    (found,) = run(with_fixtures(name, fixture))
    return found


def test_every_shipped_fixture_passes() -> None:
    failed = [f"{one.typology} {one.number}: {one.name}: {one.why}" for one in run(LIBRARY) if not one.passed]
    assert failed == []


def test_every_shipped_typology_has_a_fixture_in_which_it_must_be_found() -> None:
    assert [name for name, one in LIBRARY.items() if not any(made.fits for made in one.fixtures)] == []


def test_a_fixture_that_fits_passes_with_its_score() -> None:
    found = verdict("money-mule-account", made())
    assert found.passed
    assert (found.best, found.score, found.why) == ("money-mule-account", found.best_score, ())
    assert found.score > 0.5


def test_one_without_a_defining_flag_fails_and_tells_value_and_threshold() -> None:
    found = verdict("money-mule-account", made(moves=[{**PAID, "from": "mother"}, BOUGHT, SENT], events=[]))
    assert not found.passed
    assert found.why[0] == "it does not match: no defining flag fired"
    told = "\n".join(found.why)
    assert "silent: (defining) Several payers" in told
    assert "1 payer; threshold at least 5 payers" in told or "1 payers; threshold at least 5 payers" in told
    assert "unmeasured: Payment references" in told
    assert "rapid-pass-through fits as well or better" in told


def test_one_that_another_fits_better_says_which_and_passes_where_that_one_may() -> None:
    found = verdict("rapid-pass-through", made())
    assert not found.passed
    assert any(line.startswith("money-mule-account fits as well or better") for line in found.why)
    assert verdict("rapid-pass-through", made(also=["money-mule-account"])).passed


def test_one_that_must_not_match_best_fails_where_it_does() -> None:
    found = verdict("money-mule-account", made(fits=False))
    assert not found.passed
    assert found.why[0].startswith("it must not match best, and does (0.")
    assert any(line.startswith("fired: (defining)") for line in found.why[1:])
    assert verdict("rapid-pass-through", made(fits=False)).passed


def test_a_draft_is_tested_too_and_competes_with_no_other() -> None:
    library = with_fixtures("money-mule-account", made())
    draft = {name: one.model_copy(update={"status": "draft"}) for name, one in library.items()}
    assert run(draft)[0].passed
    draft["rapid-pass-through"] = draft["rapid-pass-through"].model_copy(update={"fixtures": (made(fits=False),)})
    assert not run(draft, ["rapid-pass-through"])[0].passed  # now nothing else is in force


def test_what_one_fixture_holds_is_not_seen_in_another() -> None:
    quiet = made(fits=False, moves=[{**PAID, "times": 1}], events=[], logins=[{"device": "phone", "ip": "home"}])
    busy = made(logins=[{"device": "phone", "ip": "home", "at": "1d"}])
    alone = run(with_fixtures("money-mule-account", busy))
    both = run(with_fixtures("money-mule-account", busy, quiet))
    assert (both[0].score, both[0].passed) == (alone[0].score, alone[0].passed)
    assert both[1].passed


def test_the_ledger_holds_what_the_expert_wrote(tmp_path: Path) -> None:
    fixture = made(
        moves=[
            {**PAID, "usd": [100, 250.5], "times": 3, "memo": "from TAN WEI LING {n} | rent"},
            {"kind": "trade", "at": "1d", "usd": 60, "asset": "SGD", "asset_in": "BTC"},
            {"kind": "fee", "at": "1d", "usd": 1},
        ],
        labels=[{"who": "payer-{n}", "category": "exchange"}],
        logins=[{"at": "1h30m", "device": "phone", "country": "SG"}],
    )
    played = Played("idea", 1, fixture)
    with Ledger.open(write([played], tmp_path)) as ledger:
        rows = ledger.dicts("select * from transfers order by epoch, kind")
        labels = ledger.rows("select id, category, known_epoch from labels order by id")
        people = ledger.dicts("select * from customers")
        logins = ledger.rows("select subject, epoch, device, country from logins")
        events = ledger.rows("select subject, kind, epoch from events")
    assert [row["usd"] for row in rows] == [Decimal(text) for text in ("100", "250.5", "1", "60", "100")]
    first, fee, trade = rows[0], rows[2], rows[3]
    assert (first["src"], first["dst"]) == ("idea-1.payer-1", "idea-1.self")
    assert (first["epoch"], first["asset"], first["memo"]) == (
        FIRST_MIDNIGHT + 9 * 3600,
        "SGD",
        "TAN WEI LING 1 | rent",
    )
    assert (trade["src"], trade["dst"], trade["amount"], trade["amount_in"]) == (
        "idea-1.self", "idea-1.self", Decimal(80), Decimal("0.001"),
    )  # fmt: skip
    assert fee["dst"] == "idea-1.house"
    assert labels == [(f"idea-1.payer-{n}", "exchange", FIRST_MIDNIGHT) for n in (1, 2, 3)]
    assert (people[0]["opened_epoch"], people[0]["born"].year) == (FIRST_MIDNIGHT - 60 * 86400, 2003)
    assert logins == [("idea-1.self", FIRST_MIDNIGHT + 5400, "idea-1.phone", "SG")]
    assert events == [("idea-1.self", "recall", FIRST_MIDNIGHT + 4 * 86400)]
    assert played.subject.until == FIRST_MIDNIGHT + 4 * 86400 + 1


@pytest.mark.parametrize(
    ("move", "told"),
    [
        ({**BOUGHT, "asset_in": None}, "a trade needs asset_in"),
        ({**PAID, "from": "self"}, "goes from self to itself"),
        ({**PAID, "times": 1, "usd": [1, 2]}, "usd has 2 values for 1 moves"),
    ],
)
def test_a_move_that_cannot_be_meant_is_refused(move: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        made(moves=[move])


def test_offsets_are_days_hours_and_minutes() -> None:
    assert [seconds(text) for text in ("0d", "9h", "3d9h30m", "90m")] == [0, 32400, 293400, 5400]
