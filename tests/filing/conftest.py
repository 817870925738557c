"""One small exchange with a few accounts, investigated: the cases that the tests of reports share."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from casewright.agent.filing.deciding import regime_of
from casewright.agent.filing.report import Report, report_of
from casewright.agent.investigate import investigate, resolve
from casewright.agent.settings import Workspace
from casewright.knowledge.case import Case
from casewright.knowledge.library import load
from casewright.tools.indicators import catalogue
from casewright.tools.store.filing import Act, Content, Decided
from casewright.tools.warehouse import Ledger

PAYERS = ("POSB-6240877", "OCBC-6425905", "UOB-74434694", "DBS-40306318")
WALLET = "TTHQri4ikPiMKSZXjXNNA3mEgr8hA1H4jF"
HASH = "2a3ff27347e57be01dcc28937eaff5369c60d2f0a76e726893dde06257aae0b7"


def _rows() -> list[dict[str, Any]]:
    bank = {"kind": "fiat_in", "network": "fast", "asset": "SGD"}
    names = ("QUEK BEE KHIM", "ZAINAB SUHAIMI", "TEO YONG YAN", "DOREEN CHIA SENG")
    rows: list[dict[str, Any]] = [
        {**bank, "id": f"B{n}", "at": f"2025-11-10T0{3 + n}:11:00Z", "src": payer, "dst": "C-14330",
         "amount": 21_100, "usd": "15700.00", "local": "21100.00", "memo": name}
        for n, (payer, name) in enumerate(zip(PAYERS, names, strict=True))
    ]  # fmt: skip
    rows += [
        {"id": "X1", "kind": "trade", "network": "internal", "at": "2025-11-10T07:00:56Z", "src": "C-14330",
         "dst": "C-14330", "asset": "SGD", "amount": 84_315, "asset_in": "USDT", "amount_in": 62_706,
         "usd": "62747.00", "local": "84315.00"},
        {"id": "W1", "kind": "withdrawal", "network": "tron", "at": "2025-11-10T07:23:56Z", "src": "C-14330",
         "dst": WALLET, "asset": "USDT", "amount": 62_181, "usd": "62189.93", "local": "83566.15", "hash": HASH},
        {**bank, "id": "B8", "at": "2025-11-10T02:00:00Z", "src": "MBB-1616599", "dst": "C-20011", "amount": 26_070,
         "usd": "19400.00", "local": "26070.00", "memo": "LE MINH PHUONG"},
    ]  # fmt: skip
    return rows


@pytest.fixture(scope="session")
def small_exchange(tmp_path_factory: pytest.TempPathFactory, build_ledger: Callable[..., Path]) -> Path:
    """A ledger in Singapore: a student with four payers and one withdrawal, a nurse who was paid by herself."""
    person = {"kind": "person", "country": "SG", "tier": "basic", "risk": "low", "purpose": "trading"}
    return build_ledger(
        tmp_path_factory.mktemp("small") / "ledger.duckdb",
        _rows(),
        currency="SGD",
        timezone="Asia/Singapore",
        customers=[
            {**person, "id": "C-14330", "at": "2025-09-20T13:00:00Z", "name": "Vanessa Lim Hao",
             "occupation": "student", "income_usd": "3392.96"},
            {**person, "id": "C-20011", "at": "2024-07-08T13:00:00Z", "name": "Le Minh Phuong",
             "occupation": "nurse", "income_usd": "35458.56"},
        ],
        alerts=[
            {"id": "A-7", "subject": "C-14330", "at": "2025-11-10T07:23:56Z", "title": "Credits passed on",
             "rule": "bank-credits-passed-on", "source": "rules", "reason": "payers new to it within 30 days: 4"},
            {"id": "A-8", "subject": "C-20011", "at": "2025-11-10T02:00:00Z", "title": "A credit far above the past",
             "rule": "dormant-account-burst", "source": "rules", "reason": "days without activity: 309"},
        ],
        logins=[
            {"subject": "C-14330", "at": "2025-11-10T06:46:26Z", "device": "D-a72a2e", "ip": "10.105.218.61",
             "country": "SG"},
        ],
    )  # fmt: skip


def _case(path: Path, alert: str) -> Case:
    with Ledger.open(path) as ledger:
        return investigate(ledger, [resolve(ledger, alert)], load([], catalogue()).typologies)[0]


@pytest.fixture(scope="session")
def student(small_exchange: Path) -> Case:
    """The case of the student, C-14330."""
    return _case(small_exchange, "A-7")


@pytest.fixture(scope="session")
def nurse(small_exchange: Path) -> Case:
    """The case of the nurse, C-20011."""
    return _case(small_exchange, "A-8")


@dataclass(frozen=True)
class Told:
    """Makes reports of a case and of what people decided about it."""

    workspace: Workspace

    def __call__(
        self, case: Case, *what: Content, regime: str = "sg", before: tuple[Act, ...] = (), **more: Any
    ) -> Report:
        """The report with these decisions."""
        acts = tuple(Act(seq=n, at=0, who="ada", case=case.id, what=one) for n, one in enumerate(what, 1))
        known = load([], catalogue()).typologies
        return report_of(
            case, regime_of(self.workspace, regime), Decided(case=case.id, acts=acts), before, known, **more
        )


@pytest.fixture
def told(workspace: Workspace) -> Told:
    """`told(case, RoleSet(...), Suspicion(...), regime="fincen").form.text`."""
    return Told(workspace)
