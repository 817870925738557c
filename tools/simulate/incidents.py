"""What happens to ordinary customers and ordinary payments: tickets, changes, mistakes, cancelled and returned rows."""

import random

import numpy as np

from casewright.tools.simulate import occurrences as say
from casewright.tools.simulate.book import KIND, NETWORKS, STATUS, Book, Columns
from casewright.tools.simulate.chain import Chain
from casewright.tools.simulate.market import CODE, UNIT
from casewright.tools.simulate.people import TIERS
from casewright.tools.simulate.plan import DAY, Plan
from casewright.tools.simulate.stage import Stage

# Of the completed rows of a kind, how many have a brother that did not go through, and how that one ended.
_FAILURES = {
    "fiat_in": (0.012, {"reversed": 0.45, "rejected": 0.45, "pending": 0.02, "held": 0.08}),
    "withdrawal": (0.02, {"cancelled": 0.75, "rejected": 0.12, "held": 0.05, "attempted": 0.08}),
    "fiat_out": (0.008, {"cancelled": 0.5, "rejected": 0.5}),
    "trade": (0.004, {"cancelled": 1.0}),
}
_CARD_DISPUTES = 0.015
_MISTAKEN = 0.0012


def failures(plan: Plan, book: Book) -> None:
    """Rows beside completed ones that did not go through; they move nothing."""
    columns = book.joined()
    rng = np.random.default_rng([plan.seed, 111])
    for kind, (share, ends) in _FAILURES.items():
        rows = np.flatnonzero((columns["kind"] == KIND[kind]) & (columns["status"] == 0))
        rows = rows[rng.random(len(rows)) < share]
        status = rng.choice([STATUS[end] for end in ends], len(rows), p=list(ends.values()))
        before = rng.integers(40, 5400, len(rows))
        epoch = np.maximum(columns["epoch"][rows] - before, plan.history)
        late = np.where(status == STATUS["reversed"], rng.integers(3600, 5 * DAY, len(rows)), 0)
        told = {name: columns[name][rows] for name in columns if name not in ("epoch", "known", "status", "usd")}
        if kind == "trade":  # its price is that of its moment
            told["usd"], epoch = columns["usd"][rows], columns["epoch"][rows]
        book.add(where=None, **{"epoch": epoch, "known": epoch + late, "status": status, **told})
    rows = np.flatnonzero((columns["network"] == NETWORKS.index("card")) & (columns["status"] == 0))
    rows = rows[rng.random(len(rows)) < _CARD_DISPUTES]
    epoch = np.minimum(columns["epoch"][rows] + rng.integers(60, 7200, len(rows)), plan.until - 1)
    told = {name: columns[name][rows] for name in columns if name not in ("epoch", "known", "status", "usd")}
    late = epoch + rng.integers(5 * DAY, 60 * DAY, len(rows))
    book.add(where=None, epoch=epoch, known=late, status=STATUS["charged_back"], **told)


def plumbing(plan: Plan, book: Book, chain: Chain) -> None:
    """The house's own moves: deposit addresses swept into hot wallets, hot wallets filled from cold ones."""
    rng = random.Random(f"{plan.seed}/plumbing")
    days = (plan.until - plan.history) // DAY
    favourites = {"ethereum": (CODE["ETH"], 40.0), "tron": (CODE["USDT"], 90_000.0), "bitcoin": (CODE["BTC"], 2.5),
                  "solana": (CODE["SOL"], 700.0)}  # fmt: skip
    swept = {name: [chain.parties.add(name) for _ in range(60)] for name in favourites}
    for name, addresses in swept.items():
        for number, address in enumerate(addresses):
            chain.keep(address, NETWORKS.index(name), f"Deposit address {number + 1}", "custodial")
    for day in range(days - (plan.until - plan.since) // DAY, days):
        at = plan.history + day * DAY
        for name, (asset, size) in favourites.items():
            for _ in range(2):
                units = int(size * rng.uniform(0.02, 0.3) * 10**4) * UNIT // 10**4
                chain.hop(at + rng.randrange(DAY), asset, name, units, rng.choice(swept[name]), chain.hot[name])
            if day % 3 == 0:
                src, dst = (
                    (chain.cold[name], chain.hot[name]) if rng.random() < 0.6 else (chain.hot[name], chain.cold[name])
                )
                units = int(size * rng.uniform(1, 6) * 10**4) * UNIT // 10**4
                chain.hop(at + rng.randrange(DAY), asset, name, units, src, dst)


def mistakes(plan: Plan, stage: Stage, columns: Columns) -> None:
    """Recalls of honest payments: a few in a thousand were sent by mistake."""
    rng = random.Random(f"{plan.seed}/mistakes")
    told = (columns["kind"] == KIND["fiat_in"]) & (columns["status"] == 0) & (columns["epoch"] >= plan.since)
    rows = np.flatnonzero(told & (columns["asset"] == CODE["SGD"]) & np.isin(columns["dst"], stage.crowd)).tolist()
    for row in rng.sample(rows, round(len(rows) * _MISTAKEN)):
        at = int(columns["epoch"][row])
        day = stage.market.date((at - plan.history) // DAY).isoformat()
        text = say.recall(f"{columns['amount'][row] / UNIT:,.2f}", day, say.mistake(rng))
        asked = at + rng.randint(1, 10) * DAY + rng.randrange(DAY // 2)
        stage.event(int(columns["dst"][row]), "recall", asked, text)


def incidents(plan: Plan, stage: Stage) -> None:
    """Events of ordinary customers, and ordinary changes of their KYC."""
    rng = random.Random(f"{plan.seed}/incidents")
    crowd = stage.crowd
    kinds = {"ticket": 0.08, "tier": 0.07, "security": 0.045, "phone": 0.02, "income": 0.06, "complaint": 0.008,
             "request": 0.012, "screening": 0.006, "hold": 0.005, "override": 0.004, "police": 0.0006,
             "limit": 0.02, "whitelist": 0.03, "document": 0.05, "device": 0.002, "dispute": 0.001}  # fmt: skip
    for kind, share in kinds.items():
        for _ in range(round(share * len(crowd))):
            who = int(crowd[rng.randrange(len(crowd))])
            first = max(plan.since, int(stage.people.opened[who]) + 2 * DAY)
            if first < plan.until - 3 * DAY:
                _happens(kind, who, rng.randrange(first, plan.until - 2 * DAY), stage, rng)


def _happens(kind: str, who: int, at: int, stage: Stage, rng: random.Random) -> None:
    people, event = stage.people, stage.event
    if kind == "tier":
        tier = min(int(people.tier[who]) + 1, 2)
        people.revise(who, at, tier=tier)
        event(who, "tier_change", at, f"Tier raised to {TIERS[tier]}.")
    elif kind == "income":
        people.revise(who, at, income=round(float(people.income[who]) * rng.uniform(0.8, 1.5), -2))
    elif kind == "security":
        what = rng.choice(
            ["Password changed.", "Password changed.", "Two-factor method reset.", "Two-factor method changed."]
        )
        event(who, "security_change", at, what)
    elif kind == "request":
        event(who, "information_request", at, "Asked for the source of funds of recent payments.")
        event(
            who,
            "information_reply",
            at + rng.randint(1, 9) * DAY,
            "Sent pay slips and a bank statement; amounts match.",
        )
    elif kind == "screening":
        event(who, "screening_hit", at, "Name similar to an entry of a watch list; cleared, date of birth differs.")
    elif kind == "hold":
        event(who, "hold", at, "Withdrawals held for a security check.")
        event(who, "hold_release", at + rng.randint(1, 60) * 3600, "Hold released after the check.")
    elif kind == "override":
        approver, ticket = rng.randint(201, 240), rng.randint(100_000, 999_999)
        event(who, "staff_override", at, say.override(rng.randint(101, 140), ticket, approver, "withdrawal limit"))
    else:
        texts = {
            "ticket": ("ticket", say.ticket(rng)),
            "complaint": ("complaint", say.complaint(rng)),
            "phone": ("security_change", say.phone(rng.randint(81_000_000, 98_999_999))),
            "police": ("police_request", "Police ask for account records; the customer is named as a witness."),
            "limit": ("limit_change", f"Daily withdrawal limit set to SGD {rng.choice([10, 20, 50, 100])},000."),
            "whitelist": ("whitelist_change", "Withdrawal address added to the white list."),
            "document": ("document_check", f"Passport {say.passport(rng.randint(10**6, 10**7 - 1))} verified."),
            "device": ("device_flag", "Screen-sharing software was active during the session."),
            "dispute": ("dispute", f"P2P order {rng.randint(10**6, 10**7)} disputed: payment came late."),
        }
        name, text = texts[kind]
        event(who, name, at, text)
