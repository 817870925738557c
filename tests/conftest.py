"""What tests share: a workspace, the command line run in this process, small ledgers, and the folder of real data."""

import contextlib
import io
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
import stores
from exchanges import case_of, small

from casewright.agent.settings import Workspace
from casewright.knowledge import clock
from casewright.knowledge.case import Alert, Case, Narrative, Section, Sentence, Versions
from casewright.knowledge.evidence import Evidence, Fact
from casewright.knowledge.records import Subject
from casewright.tools.warehouse import SCHEMA, Ledger

# A shared machine pauses when it likes: what a property costs is no property. The same examples at every run.
hypothesis.settings.register_profile("casewright", deadline=None, derandomize=True)
hypothesis.settings.load_profile("casewright")

if TYPE_CHECKING:
    from casewright.agent.demo import Step

Values = dict[str, Any]


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one object that it printed."""
        return json.loads(self.out)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """A fresh workspace (UTC, USD) without a ledger; its case store is where `make test-postgres` says."""
    made = Workspace.init(tmp_path / "workspace")
    with stores.fresh(made.machine / "cases.db") as url:
        if not stores.SERVER:
            yield made
            return
        settings = made.folder / "casewright.toml"
        settings.write_text(f'store = "{url}"\n' + settings.read_text(encoding="utf-8"), encoding="utf-8")
        yield Workspace.at(made.folder)


@pytest.fixture
def casewright(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    """Run the command line in this process: `casewright("-w", folder, "doctor", "--json").code`."""
    from casewright.agent.cli import main

    def run(*arguments: object) -> Ran:
        out, err, code = io.StringIO(), io.StringIO(), 0
        monkeypatch.setattr(sys, "argv", ["casewright", *map(str, arguments)])
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                main.main()
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else 1 if end.code else 0
        return Ran(code, out.getvalue(), err.getvalue())

    return run


@pytest.fixture(scope="session")
def heists() -> Path:
    """The folder of the Ethereum heist data; skips where it is missing."""
    return _data("ethereum-heists")


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of all public data sets; skips where it is missing."""
    return _data("")


def _data(name: str) -> Path:
    folder = (Path(__file__).resolve().parents[1] / "../shared/data" / name).resolve()
    if not folder.is_dir():
        pytest.skip(f"the public data sets are not here ({name or 'data'})")
    return folder


@pytest.fixture(scope="session")
def build_ledger() -> Callable[..., Path]:
    """Build a small ledger file out of dictionaries: `build_ledger(path, rows, customers=[...], currency="SGD")`.

    Tables: customers, labels, events, logins, alerts, scores, outcomes. A row of any kind names the columns that matter
    to the test; `at` and `known_at` are ISO texts or epoch seconds. A transfer needs src, dst, at and usd; the rest
    defaults to a completed transfer of as many USDT on ethereum. `amount` and `local` follow `usd` unless given. A kind
    "trade" makes two legs of one account from asset, amount, asset_in and amount_in.
    """
    return _build


def _build(
    path: Path,
    rows: list[Values] | tuple[Values, ...] = (),
    *,
    currency: str = "USD",
    timezone: str = "UTC",
    **others: list[Values],
) -> Path:
    with Ledger.create(path, currency=currency, timezone=timezone) as ledger, ledger.transaction():
        transfers = [_transfer(number, row) for number, row in enumerate(rows)]
        _insert(ledger, "transfers", sorted(transfers, key=lambda row: int(row["epoch"])))
        legs = [leg for row in transfers for leg in _legs(row)]
        _insert(ledger, "legs", legs, order="order by key, epoch")
        for table, values in others.items():
            _insert(ledger, table, [_record(table, number, row) for number, row in enumerate(values)])
        read = len(transfers)
        ledger.rows(f"insert into imports values (1, 'transfers', 'test', 'test', 'none', 0, {read}, {read}, 0, 0)")
    return path


@pytest.fixture
def make_ledger(tmp_path: Path) -> Iterator[Callable[..., Ledger]]:
    """Build a small ledger as `build_ledger` does and open it for reading; it is closed when the test ends.

    `make_ledger(rows, labels=[...], path=workspace.ledger)`; without a path it lies in `tmp_path`.
    """
    opened = []

    def make(rows: list[Values] | tuple[Values, ...] = (), *, path: Path | None = None, **others: Any) -> Ledger:
        opened.append(Ledger.open(_build(path or tmp_path / f"ledger-{len(opened)}.duckdb", rows, **others)))
        return opened[-1]

    yield make
    for ledger in opened:
        ledger.connection.close()


def _epoch(moment: Any) -> Any:
    if isinstance(moment, datetime):
        return int(moment.replace(tzinfo=moment.tzinfo or UTC).timestamp())
    return clock.epoch(moment) if isinstance(moment, str) else moment


def _transfer(number: int, row: Values) -> Values:
    at = _epoch(row["at"])
    usd = None if row["usd"] is None else Decimal(str(row["usd"]))
    defaults = {
        "id": f"T{number + 1}",
        "kind": "transfer",
        "status": "completed",
        "network": "ethereum",
        "asset": "USDT",
        "amount": usd,
        "local": usd,
        "import_id": 1,
        "line": number + 2,
    }
    given = {name: value for name, value in row.items() if name not in {"at", "known_at"}}
    moments = {"epoch": at, "known_epoch": _epoch(row.get("known_at", at))}
    unknown = set(given) - set(_columns("transfers"))
    assert not unknown, f"transfers has no columns {unknown}"
    return {**defaults, **given, **moments, "usd": usd}


def _legs(row: Values) -> list[Values]:
    shared = {name: row[name] for name in ("epoch", "known_epoch", "kind", "status", "network", "usd", "local")}
    out = {"account": row["src"], "direction": "out", "counterparty": row["dst"], "transfer": row["id"]}
    into = {"account": row["dst"], "direction": "in", "counterparty": row["src"], "transfer": row["id"]}
    given = {"asset": row["asset"], "amount": row["amount"]}
    got = {
        "asset": row.get("asset_in") or row["asset"],
        "amount": row["amount_in"] if row.get("asset_in") else row["amount"],
    }
    return [{**shared, **out, **given}, {**shared, **into, **got}]


def _record(table: str, number: int, row: Values) -> Values:
    needed = {
        "labels": {"name": "Nordhaus", "category": "exchange", "source": "test", "confidence": "high", "network": ""},
        "events": {"id": f"V{number + 1}"},
        "scores": {"model": "test"},
    }.get(table, {})
    at = _epoch(row.get("at", 0))
    known = _epoch(row.get("known_at", at))
    moments = {"epoch": at, "known_epoch": known, "since_epoch": _epoch(row.get("since"))}
    moments["opened_epoch"] = _epoch(row.get("opened_at", at))
    given = {name: value for name, value in row.items() if name not in {"at", "known_at", "since", "opened_at"}}
    values = {"import_id": 1, "line": number + 2, **needed, **moments, **given}
    columns = _columns(table)
    unknown = set(given) - set(columns)
    assert not unknown, f"{table} has no columns {unknown}"
    return {name: value for name, value in values.items() if name in columns}


def _columns(table: str) -> list[str]:
    text = SCHEMA[table].replace("(18,2)", "").replace("(38,18)", "")
    return [column.split()[0] for column in text.split(",")]


def _insert(ledger: Ledger, table: str, rows: list[Values], order: str = "") -> None:
    if not rows:
        return
    names = [name for name in _columns(table) if name != "key"]
    marks = ", ".join("?" for _ in names)
    into = f"{table} ({', '.join(names)})"
    if table == "legs":  # by way of a table without order and key
        ledger.rows("create temp table loose as select * exclude key from legs limit 0")
        into = "loose"
    ledger.connection.executemany(f"insert into {into} values ({marks})", [[row.get(n) for n in names] for row in rows])
    if table == "legs":
        ledger.rows(f"insert into legs select hash(account) as key, * from loose {order}")
        ledger.rows("drop table loose")


@pytest.fixture(scope="session")
def make_case() -> Callable[..., Case]:
    """Build a small case: `make_case("CASE-1", subject="C-10482", usd="1250.00", made_at="2025-03-02T00:00:00Z")`."""

    def make(
        name: str = "CASE-1",
        subject: str = "C-10482",
        *,
        usd: str = "1250.00",
        made_at: str = "2025-03-02T00:00:00Z",
        alert: Alert | None = None,
    ) -> Case:
        fact = Fact(name="inflow_usd", value=Decimal(usd), kind="money", unit="USD", about=subject, side="in")
        evidence = Evidence(id="E1", tool="account_profile", query="select 1", facts=(fact,), status="found")
        sentence = Sentence(text=f"{subject} received USD {usd}.", evidence=("E1",))
        return Case(
            id=name,
            alert=alert,
            subjects=(Subject(id=subject),),
            evidence=(evidence,),
            narrative=Narrative(sections=(Section(title="What happened", sentences=(sentence,)),)),
            versions=Versions(casewright="0.1.0", writer="test", ledger="none", typologies="none", made_at=made_at),
        )

    return make


@pytest.fixture(scope="session")
def small_exchange(tmp_path_factory: pytest.TempPathFactory, build_ledger: Callable[..., Path]) -> Path:
    """The ledger of a small exchange in Singapore."""
    return small(tmp_path_factory.mktemp("small") / "ledger.duckdb", build_ledger)


@pytest.fixture(scope="session")
def student(small_exchange: Path) -> Case:
    """The case of the student, C-14330."""
    return case_of(small_exchange, "A-7")


@pytest.fixture(scope="session")
def nurse(small_exchange: Path) -> Case:
    """The case of the nurse, C-20011."""
    return case_of(small_exchange, "A-8")


@pytest.fixture(scope="session")
def demo_exchange(tmp_path_factory: pytest.TempPathFactory) -> "tuple[Path, list[Step]]":
    """The demo's folder, named `demo`, and the steps that made it. Its tests belong to the xdist group `demo`."""
    from casewright.agent.demo import demo

    folder = tmp_path_factory.mktemp("first-day") / "demo"
    return folder, demo(folder)
