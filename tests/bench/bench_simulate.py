"""The demo exchange: whole, with KYC, log-ins and truth, beside as many rows of random figures written by `csv`."""

import csv
import random
from pathlib import Path

from ratio import Ratio, best_of

from casewright.tools.simulate.exchange import simulate, stories
from casewright.tools.simulate.plan import Plan

_COLUMNS = 15


def bench(folder: Path, transfers: int) -> list[Ratio]:
    """One ratio, at a million transfers whatever the ledgers' size, since that is what the generator is made for."""
    place = folder / "simulated"
    plan = Plan.of(typologies=stories())
    rows = plan.transfers or transfers

    def plain() -> None:
        with (folder / "random.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            for _ in range(rows):
                writer.writerow([random.random() for _ in range(_COLUMNS)])

    ours = best_of(1, lambda: simulate(place, plan))
    return [Ratio(f"simulate an exchange of {rows:,} transfers", ours, best_of(1, plain), "<= 1.5x")]
