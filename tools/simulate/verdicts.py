"""What the exchange's own model and its reviewers made of the customers: scores from the data, outcomes from people.

Scores know nothing of the truth: they are a crude model over the same rows that anybody can read. Outcomes do: they
stand for the decisions of reviewers, with their delay and their gaps, and most of what they looked at was closed.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from casewright.tools.simulate.book import KIND, Columns
from casewright.tools.simulate.market import Floats, Ints
from casewright.tools.simulate.people import People
from casewright.tools.simulate.plan import DAY, Plan
from casewright.tools.simulate.stage import Truth

MODEL = "account-monitor 3.2"
_FILED, _CLOSED_LOOK_ALIKES = 0.88, 0.7
_TRUE_SHARE = 0.05  # of all outcomes; the ground rule says that 3-8% of alerts are true


@dataclass
class Scores:
    """A row for each customer and month with activity."""

    subject: Ints
    score: Floats
    at: Ints
    reasons: pa.Array


def scores(plan: Plan, people: People, columns: Columns) -> Scores:
    """The monthly scores, in the order of time."""
    rng = np.random.default_rng([plan.seed, 112])
    edges = _months(plan)
    ends = edges[1:]
    done = (columns["status"] == 0) & (columns["epoch"] >= plan.since)
    month = np.clip(np.searchsorted(edges, columns["epoch"], side="right") - 1, 0, plan.months - 1)
    months, usd = len(ends), columns["usd"] / 100
    came = done & np.isin(columns["kind"], [KIND["fiat_in"], KIND["deposit"], KIND["p2p"]])
    came &= columns["dst"] < plan.customers
    went = done & np.isin(columns["kind"], [KIND["fiat_out"], KIND["withdrawal"]]) & (columns["src"] < plan.customers)
    size = plan.customers * months
    in_key = columns["dst"][came] * months + month[came]
    out_key = columns["src"][went] * months + month[went]
    inflow = np.bincount(in_key, usd[came], size)
    outflow = np.bincount(out_key, usd[went], size)
    pairs = np.unique(in_key * np.int64(2**32) + columns["src"][came])
    payers = np.bincount(pairs // 2**32, minlength=size)
    keys = np.flatnonzero((inflow > 0) | (outflow > 0))
    subject, month = keys // months, keys % months
    income = np.maximum(people.income[subject] * 0.74 / 12, 500)
    times = inflow[keys] / income
    share = np.minimum(outflow[keys] / np.maximum(inflow[keys], 1), 2)
    z = 0.55 * np.log1p(times) + 0.16 * np.minimum(payers[keys], 20) + 0.6 * np.minimum(share, 1) - 4.4
    score = 1 / (1 + np.exp(-(z + rng.normal(0, 0.8, len(keys)))))
    reasons = _reasons(times, payers[keys], share)
    order = np.lexsort((subject, month))
    return Scores(
        subject[order], np.round(score, 4)[order], ends[month[order]] + 6 * 3600, reasons.take(pa.array(order))
    )


def outcomes(plan: Plan, truth: list[Truth], crowd: Ints, scored: Scores) -> list[tuple[int, str, int]]:
    """Customer, outcome, when decided: planted ones whose story was seen, look-alikes and others that were closed."""
    rng = np.random.default_rng([plan.seed, 113])
    decided: dict[int, tuple[str, int]] = {}
    for line in truth:
        seen = rng.random() < (_FILED if line.planted else _CLOSED_LOOK_ALIKES)
        at = line.ended + int(rng.integers(3 * DAY, 60 * DAY))
        if seen and not line.quiet and line.signal and at < plan.until:
            filed = line.planted or line.role == "victim"
            decided.setdefault(line.subject, ("str_filed" if filed else "closed", at))
    wanted = round(sum(word == "str_filed" for word, _ in decided.values()) * (1 / _TRUE_SHARE - 1)) - len(decided)
    candidates = np.flatnonzero(np.isin(scored.subject, crowd))
    wanted = min(max(0, wanted), len(candidates) // 4)
    if wanted:
        weight = scored.score[candidates] / scored.score[candidates].sum()
        for row in rng.choice(candidates, wanted, replace=False, p=weight):
            at = int(scored.at[row] + rng.integers(DAY, 40 * DAY))
            if at < plan.until:
                decided.setdefault(int(scored.subject[row]), ("closed", at))
    return sorted((who, word, at) for who, (word, at) in decided.items())


def _months(plan: Plan) -> Ints:
    """Where the months of the period begin, and the period's end."""
    first = plan.start.month - 1
    begins = [
        plan.start.replace(year=plan.start.year + (first + number) // 12, month=(first + number) % 12 + 1)
        for number in range(plan.months + 1)
    ]
    return np.array([plan.since + (begin - plan.start).days * DAY for begin in begins], dtype=np.int64)


def _reasons(times: Floats, payers: Ints, share: Floats) -> pa.Array:
    """What moved a score, as the model notes it."""
    tenths = np.minimum(np.rint(times * 10), 9999).astype(np.int64)
    percent = np.rint(share * 100).astype(np.int64)
    figures = np.stack([tenths, np.minimum(payers, 999).astype(np.int64), percent], axis=1)
    keys = figures[:, 0] * 10**6 + figures[:, 1] * 10**3 + figures[:, 2]
    _, first, back = np.unique(keys, return_index=True, return_inverse=True)
    texts = [f"inflow/income {t / 10}; payers {p}; out/in {s / 100}" for t, p, s in figures[first].tolist()]
    return pa.array(texts, pa.string()).take(pa.array(back))
