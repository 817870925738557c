"""Stores with small cases on which people decide."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import stores

from casewright.knowledge.case import Case, Recommendation
from casewright.tools.store import Store

Draft = Callable[..., Case]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty case store, on the server where tests run on one."""
    with stores.fresh(tmp_path / "cases.db") as place, Store.open(place) as found:
        yield found


@pytest.fixture
def drafted(store: Store, make_case: Callable[..., Case]) -> Draft:
    """Keep a draft: `drafted("CASE-1", "close", by="night batch")`."""

    def keep(name: str = "CASE-1", recommendation: Recommendation = "escalate", by: str = "night batch") -> Case:
        case = make_case(name).model_copy(update={"recommendation": recommendation})
        store.save_case(case, by)
        return store.load_case(name)

    return keep
