"""One small exchange in Singapore: a student with four payers and one withdrawal, a nurse who was paid by herself."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from casewright.agent.investigate import investigate, resolve
from casewright.agent.versions import with_rules
from casewright.knowledge.case import Case
from casewright.knowledge.library import load
from casewright.tools.indicators import catalogue
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


def small(path: Path, build_ledger: Callable[..., Path]) -> Path:
    """Its ledger, with the alerts A-7 on the student, C-14330, and A-8 on the nurse, C-20011."""
    person = {"kind": "person", "country": "SG", "tier": "basic", "risk": "low", "purpose": "trading"}
    return build_ledger(
        path,
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


def case_of(path: Path, alert: str) -> Case:
    """The case of an alert of that ledger, as a workspace keeps it."""
    with Ledger.open(path) as ledger:
        case = investigate(ledger, [resolve(ledger, alert)], load([], catalogue()).typologies)[0]
    return with_rules(case, "shipped")
