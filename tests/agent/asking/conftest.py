"""A small exchange to ask about: a customer whom strangers pay and who passes it on, and another who stands apart."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from scripted import Scripted

from casewright.agent.asking.session import Session
from casewright.agent.settings import Workspace

PAYERS = ("B-77120", "B-77121", "B-77122", "B-77123")
ROWS = [
    *(
        {"src": payer, "dst": "C-10482", "at": f"2025-03-0{day}T0{day}:00:00Z", "usd": 21000 + 100 * day,
         "kind": "fiat_in", "asset": "USD", "network": "bank", "memo": f"MR LIM JUN | invoice {day}"}
        for day, payer in enumerate(PAYERS, 1)
    ),
    {"src": "C-10482", "dst": "0xab12000000000000000000000000000000000012", "at": "2025-03-04T08:00:00Z", "usd": 60000,
     "kind": "withdrawal"},
    {"src": "C-10482", "dst": "0xab12000000000000000000000000000000000012", "at": "2025-03-05T08:00:00Z", "usd": 20000,
     "kind": "withdrawal"},
    {"src": "B-90001", "dst": "C-10599", "at": "2025-03-02T09:00:00Z", "usd": 400, "kind": "fiat_in", "asset": "USD",
     "network": "bank"},
]  # fmt: skip
CUSTOMERS = [
    {"id": "C-10482", "name": "Mira Koh", "kind": "person", "at": "2024-01-01T00:00:00Z"},
    {"id": "C-10599", "name": "Ivo Lang", "kind": "person", "at": "2024-01-01T00:00:00Z"},
]
ALERTS = [
    {"id": "A-71QK2X", "subject": "C-10482", "at": "2025-03-05T09:00:00Z", "since": "2025-02-03T09:00:00Z",
     "rule": "bank-credits-passed-on", "title": "Bank credits passed on", "severity": "high",
     "reason": "value that came in within 7 days: USD 85,000.00", "source": "rules"},
    {"id": "A-82RM3Y", "subject": "C-10599", "at": "2025-03-03T09:00:00Z", "since": "2025-02-03T09:00:00Z",
     "rule": "house-look", "title": "A look by a person", "severity": "low", "reason": "asked for", "source": "desk"},
]  # fmt: skip


@pytest.fixture
def exchange(tmp_path: Path, build_ledger: Callable[..., Path]) -> Workspace:
    """A workspace with that exchange's ledger and no case yet."""
    workspace = Workspace.init(tmp_path / "desk")
    build_ledger(workspace.ledger, ROWS, customers=CUSTOMERS, alerts=ALERTS)
    return workspace


@pytest.fixture
def talk(exchange: Workspace) -> Iterator[Callable[..., Session]]:
    """A session whose model says these lines."""
    with ExitStack() as stack:

        def begin(*lines: Any, **options: Any) -> Session:
            return stack.enter_context(Session.open(exchange, model=Scripted(lines=list(lines)), **options))

        yield begin
