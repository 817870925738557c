"""Log-ins: who was on which device, at which network address, in which country; a few share, most do not."""

from dataclasses import dataclass

import numpy as np

from casewright.tools.simulate.market import Ints
from casewright.tools.simulate.plan import DAY, Plan
from casewright.tools.simulate.stage import LOGIN_COUNTRIES, Stage

SHARING = 0.06  # of honest customers who log in share a device or a network address with somebody
AGENTS = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_2 like Mac OS X) Mobile/15E148",
    "Mozilla/5.0 (Linux; Android 15; SM-S921B) Mobile",
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) Mobile",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64)",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)",
    "okhttp/4.12 trading-api",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) remote-desktop",
)
API, REMOTE = 5, 6
_TRAVEL = ("MY", "TH", "JP", "ID", "AU", "GB", "HK", "TW")


@dataclass
class Sessions:
    """One array a column; devices and network addresses are numbers."""

    subject: Ints
    at: Ints
    device: Ints
    ip: Ints
    country: Ints
    agent: Ints


def sessions(plan: Plan, stage: Stage, needed: list[tuple[Ints, Ints]]) -> Sessions:
    """Every log-in in the order of time: those that the money needed, some for a look, and those of the stage."""
    rng = np.random.default_rng([plan.seed, 110])
    subject = np.concatenate([who for who, _ in needed])
    at = np.concatenate([when for _, when in needed])
    looks = rng.random(len(subject)) < 0.5
    subject = np.r_[subject, subject[looks]]
    at = np.r_[at, at[looks] + (rng.normal(0, 9 * DAY, int(looks.sum()))).astype(np.int64)]
    newcomers = np.flatnonzero((stage.people.opened > plan.since) & (stage.people.opened < plan.until))
    subject, at = np.r_[subject, newcomers], np.r_[at, stage.people.opened[newcomers] + 30]
    open_then = (at >= stage.people.opened[subject]) & (at < plan.until) & (at >= plan.history)
    subject, at = subject[open_then], at[open_then]
    device, ip = _homes(rng, plan, stage, subject)
    device, ip = _new_phones(rng, plan, stage, subject, at, device, ip)
    country = _travels(rng, plan, stage, subject, at)
    agent = np.full(len(subject), -1)
    staged = np.array(stage.logins, dtype=np.int64).reshape(-1, 6)
    columns = [np.r_[a, b] for a, b in zip((subject, at, device, ip, country, agent), staged.T, strict=True)]
    columns = list(np.unique(np.stack(columns), axis=1))  # no session twice
    order = np.lexsort((columns[0], columns[1]))
    order = order[columns[1][order] < plan.until]
    found = Sessions(*(column[order] for column in columns))
    usual = (found.device * 2654435761 % 97) % 5  # a device's browser does not change
    found.agent = np.where(found.agent < 0, usual, found.agent)
    return found


def _homes(rng: np.random.Generator, plan: Plan, stage: Stage, subject: Ints) -> tuple[Ints, Ints]:
    """The usual device and address; households of two to four share the address, a third of them a device."""
    device, ip = np.arange(plan.customers), np.arange(plan.customers)
    acting = np.setdiff1d(np.unique(subject), [actor.customer for actor in stage.cast_so_far])
    members = rng.permutation(acting)[: int(len(acting) * SHARING)]
    cuts = np.cumsum(rng.integers(2, 5, len(members)))
    for home in np.split(members, cuts[cuts < len(members) - 1]):
        ip[home] = home[0]
        if rng.random() < 0.33:
            device[home] = home[0]
    for customer, usual in stage.homes.items():
        device[customer], ip[customer] = usual
    return device[subject], ip[subject]


def _new_phones(
    rng: np.random.Generator, plan: Plan, stage: Stage, subject: Ints, at: Ints, device: Ints, ip: Ints
) -> tuple[Ints, Ints]:
    """One in six of the crowd gets a new phone some day, one in eight moves house."""
    n = plan.customers
    crowd = np.zeros(n, dtype=bool)
    crowd[stage.crowd] = True
    for share, column in ((0.16, 0), (0.12, 1)):
        change = np.where(crowd & (rng.random(n) < share), rng.integers(plan.since, plan.until, n), 2**62)
        later = at >= change[subject]
        fresh = subject + n * (column + 50)  # numbers that no other device or address has
        device, ip = (np.where(later, fresh, device), ip) if column == 0 else (device, np.where(later, fresh, ip))
    return device, ip


def _travels(rng: np.random.Generator, plan: Plan, stage: Stage, subject: Ints, at: Ints) -> Ints:
    """One in twelve of the crowd is abroad for a week or two, with the usual device."""
    n = plan.customers
    leaves = np.where(rng.random(n) < 0.08, rng.integers(plan.since, plan.until, n), 2**62)
    leaves[[actor.customer for actor in stage.cast_so_far]] = 2**62
    back = leaves + rng.integers(3, 15, n) * DAY
    where = np.array([LOGIN_COUNTRIES.index(code) for code in _TRAVEL])[rng.integers(0, len(_TRAVEL), n)]
    away = (at >= leaves[subject]) & (at < back[subject])
    found: Ints = np.where(away, where[subject], stage.people.country[subject])
    return found
