"""10,000 decisions by four people at once: what one costs beside a bare entry in the log, and that none is lost.

With CASEWRIGHT_TEST_POSTGRES set, as `python tests/postgres.py` sets it, the store is on that server.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

from ratio import Ratio

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import stores
from reviewing import at_once, decide_at_once, drafts, wrong_after

from casewright.tools.store import Store

CASES, PEOPLE = 2_500, 4


def bench(folder: Path, transfers: int) -> list[Ratio]:
    """Raises RuntimeError for a broken chain, a lost decision or one about somebody's own work."""
    del transfers
    place = folder / "reviews.db"
    place.unlink(missing_ok=True)
    with stores.fresh(place) as url:
        drafts(url, CASES)
        bare = _seconds(lambda: at_once(url, PEOPLE, _record))
        start = time.perf_counter()
        told = decide_at_once(url, cases=CASES, threads=PEOPLE)
        ours = time.perf_counter() - start
        wrong = wrong_after(url, told)
    if wrong:
        raise RuntimeError("; ".join(wrong[:10]))
    kept = sum(told.values()) - told["refused"]
    name = f"{CASES * PEOPLE:,} decisions by {PEOPLE} people at once ({kept:,} kept) against bare entries"
    return [Ratio(name, ours, bare, "<= 6x")]


def _record(store: Store, number: int) -> None:
    for nr in range(CASES):
        store.record(f"person {number}", "looked", f"CASE-{nr}")


def _seconds(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
