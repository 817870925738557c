"""Indicators over all accounts: the series against the best plain SQL, the crossings against the series and a filter.

Both answers are held to be equal before they are timed. Timed is the processor time of all threads, in turns, and the
medians compared: what else the machine does in the meantime hardly counts.
"""

import statistics
import time
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from plain_series import PLAIN
from ratio import Ratio, ledger_of

from casewright.knowledge.indicator import Request
from casewright.tools.indicators import crossings, values
from casewright.tools.warehouse import Ledger

_TURNS = 3
# Thresholds as rules set them: few accounts in a hundred reach them.
_CROSSED = {
    "credits_count": ({}, Decimal(20)),
    "inflow_usd": ({"seconds": 604_800, "kind": "fiat_in"}, Decimal(10_000)),
    "near_limit_credits": ({}, Decimal(2)),
    "new_payers": ({}, Decimal(10)),
    "outflow_usd": ({"seconds": 604_800}, Decimal(20_000)),
    "pass_through_ratio": ({"floor_usd": 10_000}, Decimal("0.9")),
}


def bench(folder: Path, transfers: int) -> list[Ratio]:
    """Processor seconds, ours and the reference, for each indicator."""
    with Ledger.open(ledger_of(folder, transfers)) as ledger:
        found = []
        for name, plain in PLAIN.items():
            ours, reference = _in_turns(partial(values, ledger, name), partial(ledger.table, plain))
            found.append(
                Ratio(f"{name} of all accounts, processor time, against plain SQL", ours, reference, "<= 1.3x")
            )
        for name, (settings, threshold) in _CROSSED.items():
            request = Request(indicator=name, parameters=settings)
            crossed = partial(crossings, ledger, request, threshold)
            ours, reference = _in_turns(crossed, partial(_filtered, ledger, request, threshold))
            what = f"{name} at {threshold} or more, processor time, against all values filtered"
            found.append(Ratio(what, ours, reference, ">= 2x"))
    return found


def _filtered(ledger: Ledger, request: Request, threshold: Decimal) -> pa.Table:
    series = values(ledger, request.indicator, **request.parameters)
    rounded = pc.round(pc.cast(series["value"], pa.float64()), 6)
    return series.filter(pc.greater_equal(rounded, float(threshold)))


def _in_turns(ours: Callable[[], pa.Table], reference: Callable[[], pa.Table]) -> tuple[float, float]:
    """The median processor seconds of both, which give the same answer. Raises AssertionError where they do not."""
    _same(ours(), reference())
    seconds: tuple[list[float], list[float]] = ([], [])
    for _ in range(_TURNS):
        for side, ask in zip(seconds, (ours, reference), strict=True):
            start = time.process_time()
            ask()
            side.append(time.process_time() - start)
    return statistics.median(seconds[0]), statistics.median(seconds[1])


def _same(ours: pa.Table, reference: pa.Table) -> None:
    assert ours.num_rows == reference.num_rows
    assert ours["account"].equals(reference["account"])
    assert ours["epoch"].equals(reference["epoch"])
    assert np.allclose(_floats(ours), _floats(reference), rtol=1e-9, atol=1e-6, equal_nan=True)


def _floats(table: pa.Table) -> Any:
    return pc.cast(table["value"], pa.float64()).to_numpy()
