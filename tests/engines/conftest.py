"""One exchange of about 100,000 transfers, in the embedded ledger and on another engine."""

from collections.abc import Iterator

import pytest

from casewright.knowledge.records import Subject, Subjects
from casewright.knowledge.rule import load_rules, shipped
from casewright.tools import engines, rules
from casewright.tools.engines.remote import EngineLedger
from casewright.tools.engines.tables import push
from casewright.tools.importing import import_file
from casewright.tools.indicators import catalogue
from casewright.tools.simulate.exchange import simulate, stories
from casewright.tools.simulate.plan import Plan
from casewright.tools.warehouse import Ledger

_RECORDS = ("customers", "labels", "transfers", "logins", "events", "scores")
_SEED = 11
_TRANSFERS = 100_000


@pytest.fixture(scope="package")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """The embedded ledger: every kind of record, and the alerts that the shipped rules raise on them."""
    folder = tmp_path_factory.mktemp("large")
    plan = Plan.of(typologies=stories(), seed=_SEED, transfers=_TRANSFERS, subjects=3)
    simulate(folder / "data", plan)
    path, rates = folder / "ledger.duckdb", folder / "data" / "rates.csv"
    for kind in _RECORDS:
        file = folder / "data" / f"{kind}.parquet"
        import_file(path, kind, file, "table", currency="SGD", timezone="Asia/Singapore", rates=rates)
    with Ledger.open(path, write=True) as ledger:
        rules.run(ledger, rules.live(load_rules([shipped()], catalogue())))
    with Ledger.open(path) as ledger:
        yield ledger


@pytest.fixture(scope="package")
def subjects(embedded: Ledger) -> Subjects:
    """Whom the tools are asked about: the weightiest alerts' subjects in their windows, then others without one.

    More of them than `adjacency.MANY`, an address with a label and one that is not there at all among them.
    """
    rows = embedded.rows(
        "select subject, min(since_epoch), max(epoch) + 1 from alerts group by subject order by subject"
    )
    alerted = [Subject(id=name, since=since, until=until) for name, since, until in rows[:40]]
    others = "select id from customers group by id order by md5(id) limit 60"
    labelled = "select distinct l.id from labels l join legs g on g.key = hash(l.id) order by 1 limit 5"
    names = [row[0] for query in (others, labelled) for row in embedded.rows(query)]
    known = {subject.id for subject in alerted}
    return (*alerted, *(Subject(id=name) for name in [*names, "C-nobody"] if name not in known))


@pytest.fixture(
    scope="package",
    params=[
        pytest.param("clickhouse", marks=pytest.mark.xdist_group("clickhouse")),
        pytest.param("spark", marks=[pytest.mark.xdist_group("spark"), pytest.mark.spark]),
    ],
)
def elsewhere(
    request: pytest.FixtureRequest, embedded: Ledger, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Ledger]:
    """The same ledger on another engine."""
    home = tmp_path_factory.mktemp(request.param)
    engine = engines.connect(request.param, "local[2]" if request.param == "spark" else "", home / "made", write=True)
    push(embedded, engine)
    with EngineLedger(engine, home / "made") as ledger:
        yield ledger
