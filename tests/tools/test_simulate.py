"""The demo exchange: the same every time, closed balances, prices within their day, ground rules, and a truth apart."""

import functools
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from casewright.knowledge.categories import categories
from casewright.knowledge.errors import UsageError
from casewright.tools.simulate.exchange import IMPORTED, Simulated, modules, simulate, stories
from casewright.tools.simulate.market import ASSETS, Market
from casewright.tools.simulate.occurrences import SOURCES
from casewright.tools.simulate.plan import Plan

DAY = 86_400
ROOT = Path(__file__).resolve().parents[2]
COLUMNS = {
    "transfers": "id at known_at src dst kind status network asset amount usd asset_in amount_in hash memo",
    "customers": "id known_at opened_at name kind born country occupation income_usd turnover_usd tier risk purpose"
    " licence",
    "labels": "id name category source confidence network known_at",
    "logins": "subject at known_at device ip country user_agent",
    "events": "id subject kind at known_at text source",
    "scores": "id score model at reasons",
    "outcomes": "id outcome at",
    "rates": "date currency usd_per_unit source",
    "prices": "date asset usd_low usd_high usd_close source",
    "truth": "subject side id scenario role difficulty quiet signal group started ended",
}


TINY = {"customers": 1200, "subjects": 2}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Simulated]:
    """A tiny exchange of a seed, made once."""

    @functools.cache
    def of_seed(seed: int) -> Simulated:
        plan = Plan.of(typologies=stories(), seed=seed, **TINY)
        return simulate(tmp_path_factory.mktemp(f"seed{seed}"), plan)

    return of_seed


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    """An exchange large enough for shares to mean something, with few planted in it."""
    return simulate(tmp_path_factory.mktemp("exchange"), Plan.of(typologies=stories(), customers=12_000, subjects=6))


@pytest.fixture(scope="module")
def tables(made: Simulated) -> dict[str, pd.DataFrame]:
    """Every file by its stem; times beside their texts as seconds."""
    found = {}
    for name in made.manifest["files"]:
        path = made.folder / name
        frame = (
            pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path, dtype=str, keep_default_na=False)
        )
        for column in frame.columns.intersection(["at", "known_at", "opened_at", "started", "ended"]):
            frame[f"{column}_s"] = pd.to_datetime(frame[column], utc=True).astype("datetime64[s, UTC]").astype("int64")
        found[path.stem] = frame
    return found


def test_the_command_gives_the_same_bytes_as_before_and_tells_what_to_do_next(
    casewright: Callable[..., Any], tiny: Callable[[int], Simulated], tmp_path: Path
) -> None:
    ran = casewright("simulate", tmp_path / "data", "--customers", 1200, "--subjects", 2, "--json")
    assert ran.code == 0, ran.err
    assert ran.json["files"] == tiny(7).manifest["files"]
    other = tiny(1).manifest["files"]
    assert all(entry["sha256"] != other[name]["sha256"] for name, entry in ran.json["files"].items())
    assert Path(ran.json["truth"]).is_file()
    assert any(" import transfers " in line for line in ran.json["next"])
    wrong = casewright("simulate", tmp_path / "data", "--customers", 3)
    assert (wrong.code, wrong.out) == (2, "")
    assert "--customers" in wrong.err


def test_the_csv_says_what_the_parquet_says(tiny: Callable[[int], Simulated], tmp_path: Path) -> None:
    simulate(tmp_path, Plan.of(typologies=stories(), **TINY), as_csv=True)
    for name in ("transfers", "customers", "logins"):
        parquet = pd.read_parquet(tiny(7).folder / f"{name}.parquet").astype("string").fillna("")
        csv = pd.read_csv(tmp_path / f"{name}.csv", dtype="string", keep_default_na=False).fillna("")
        pd.testing.assert_frame_equal(parquet, csv, check_dtype=False)


@pytest.mark.parametrize("seed", [1, 7])
def test_nobody_ever_spends_what_is_not_held(tiny: Callable[[int], Simulated], seed: int) -> None:
    made = tiny(seed)
    rows = pd.read_parquet(made.folder / "transfers.parquet")
    rows = rows[rows["status"] == "completed"].reset_index(drop=True)
    units = (rows["amount"] * 10**8).astype("int64")
    got = (rows["amount_in"].fillna(0) * 10**8).astype("int64")
    trade = rows["kind"] == "trade"
    out = pd.DataFrame({"who": rows["src"], "asset": rows["asset"], "units": -units, "row": rows.index})
    into = pd.DataFrame({
        "who": rows["dst"], "asset": rows["asset_in"].where(trade, rows["asset"]), "units": got.where(trade, units),
        "row": rows.index,
    })  # fmt: skip
    legs = pd.concat([out, into])
    legs = legs[legs["who"].str.startswith("C-")].sort_values("row", kind="stable")
    balance = legs.groupby(["who", "asset"])["units"].cumsum()
    worst = pd.DataFrame({"row": legs["row"], "who": legs["who"], "asset": legs["asset"], "left": balance})
    worst = worst.groupby(["row", "who", "asset"])["left"].last()  # a trade's two legs are one moment
    assert worst.min() >= 0


def test_each_file_has_the_columns_of_the_import_format(made: Simulated, tables: dict[str, pd.DataFrame]) -> None:
    assert set(tables) == set(COLUMNS)
    for name, columns in COLUMNS.items():
        assert [column for column in tables[name].columns if not column.endswith("_s")] == columns.split()
        assert made.manifest["files"][_file(made, name)]["rows"] == len(tables[name])
    rows = tables["transfers"]
    assert rows["id"].is_unique
    assert rows["at_s"].is_monotonic_increasing
    assert (rows["known_at_s"] >= rows["at_s"]).all()
    assert rows["at"].str.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ").all()
    trade = rows["kind"] == "trade"
    assert (rows["src"] == rows["dst"]).eq(trade).all()
    assert rows["asset_in"].notna().eq(trade).all()
    assert (rows["amount"] > 0).all()
    assert set(tables["labels"]["category"]) <= set(categories())
    assert set(tables["events"]["kind"]) <= set(SOURCES)
    assert tables["scores"]["score"].between(0, 1).all()
    assert set(tables["outcomes"]["outcome"]) == {"str_filed", "closed"}


def _file(made: Simulated, stem: str) -> str:
    return next(name for name in made.manifest["files"] if Path(name).stem == stem)


def test_every_file_is_imported_whole(made: Simulated, casewright: Callable[..., Any], tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    assert casewright("init", workspace, "--timezone", "Asia/Singapore", "--currency", "SGD").code == 0
    (workspace / "rates.csv").write_bytes((made.folder / "rates.csv").read_bytes())
    for name in IMPORTED:
        ran = casewright(
            "-w", workspace, "import", name, made.folder / f"{name}.parquet", "--format", "table", "--json"
        )
        assert ran.code == 0, ran.err
        assert (ran.json["rejected"], ran.json["duplicates"]) == (0, 0)
        assert ran.json["stored"] == made.manifest["files"][f"{name}.parquet"]["rows"]


def test_usd_lies_within_the_day_s_range_and_fiat_is_at_the_day_s_rate(tables: dict[str, pd.DataFrame]) -> None:
    rows = tables["transfers"].assign(date=lambda t: _local_days(t["at_s"]), usd=lambda t: t["usd"].astype(float))
    prices = tables["prices"].astype({"usd_low": float, "usd_high": float})
    for asset, amount in (("asset", "amount"), ("asset_in", "amount_in")):
        priced = rows.merge(prices, left_on=["date", asset], right_on=["date", "asset"])
        units = priced[amount].astype(float)
        cent = 0.02  # US cents are rounded, and so are those of the other side of a trade
        assert (priced["usd"] >= units * priced["usd_low"] - cent).all()
        assert (priced["usd"] <= units * priced["usd_high"] + cent).all()
    rates = tables["rates"].astype({"usd_per_unit": float})
    fiat = rows[~(rows["kind"] == "trade")].merge(rates, left_on=["date", "asset"], right_on=["date", "currency"])
    assert len(fiat) > 10_000
    assert (fiat["usd"] - fiat["amount"].astype(float) * fiat["usd_per_unit"]).abs().max() <= 0.005 + 1e-6
    cents = fiat.loc[fiat["asset"] == "SGD", "amount"].astype(float) * 100
    assert np.allclose(cents, cents.round(), atol=1e-6)


def _local_days(seconds: pd.Series) -> pd.Series:
    return pd.to_datetime(seconds + 8 * 3600, unit="s").dt.strftime("%Y-%m-%d")


def test_one_price_and_many_prices_are_the_same() -> None:
    market = Market(Plan.of(typologies=stories(), **TINY))
    times = np.arange(market._zero + 100, market._zero + 700 * DAY, 7_777_777, dtype=np.int64)
    for asset in range(2, len(ASSETS)):
        many = market.traded(asset, times, 1)
        assert np.allclose(many, [market.price_at(asset, int(at), 1) for at in times], rtol=1e-12)
    units = np.full(len(times), 123_456_700_000)
    for asset in range(len(ASSETS)):
        one = [market.cents_at(asset, 123_456_700_000, int(at)) for at in times]
        assert np.abs(market.usd_cents(asset, units, times) - one).max() <= 1


def test_ids_and_names_do_not_give_the_planted_away(tables: dict[str, pd.DataFrame]) -> None:
    planted = set(tables["truth"].loc[tables["truth"]["side"] == "typology", "subject"])
    customers = tables["customers"]["id"].drop_duplicates()
    numbers = customers.str.removeprefix("C-").astype(int)
    theirs = numbers[customers.isin(planted)]
    spread = (theirs.mean() - numbers.mean()) / (numbers.std() / np.sqrt(len(theirs)))
    assert customers.str.fullmatch(r"C-\d{5,}").all()
    assert abs(spread) < 4
    words = {module.PAIR.name for module in modules()} | {module.PAIR.typology for module in modules()}
    words |= {"planted", "look_alike", "look-alike", "mule", "victim", "controller", "launder", "quiet"}
    told = re.compile("|".join(rf"\b{re.escape(word)}\b" for word in sorted(words)))
    texts = {"transfers": ["memo", "kind"], "customers": ["name", "purpose", "licence"], "scores": ["reasons"],
             "logins": ["device", "user_agent"], "events": ["kind", "source"]}  # fmt: skip
    for name, columns in texts.items():
        for column in columns:
            assert not told.search(" ".join(tables[name][column].dropna().unique()).lower()), f"{name}.{column}"


def test_addresses_look_like_those_of_their_network(tables: dict[str, pd.DataFrame]) -> None:
    rows = tables["transfers"]
    shapes = {
        "ethereum": (r"0x[0-9a-f]{40}", r"0x[0-9a-f]{64}"),
        "tron": (r"T[A-Z][1-9A-HJ-NP-Za-km-z]{32}", r"[0-9a-f]{64}"),
        "bitcoin": (r"bc1q[02-9ac-hj-np-z]{38}", r"[0-9a-f]{64}"),
        "solana": (r"[1-9A-HJ-NP-Za-km-z]{44}", r"[1-9A-HJ-NP-Za-km-z]{88}"),
    }
    for network, (address, digest) in shapes.items():
        of_network = rows[(rows["network"] == network) & (rows["status"] == "completed")]
        ends = pd.concat([of_network["src"], of_network["dst"]])
        assert ends[~ends.str.startswith("C-")].str.fullmatch(address).all(), network
        assert of_network["hash"].str.fullmatch(digest).all(), network
    batched = rows[(rows["kind"] == "withdrawal") & (rows["network"] == "bitcoin")].groupby("hash")["src"].nunique()
    assert batched.max() > 1


def test_the_ground_rules_hold(made: Simulated, tables: dict[str, pd.DataFrame]) -> None:
    truth, rows = tables["truth"], tables["transfers"]
    planted = truth[truth["side"] == "typology"]
    signal = planted[planted["signal"] == "yes"]
    told = set(truth["subject"])
    assert planted.groupby("id")["subject"].nunique().min() >= 6
    assert truth[truth["side"] == "look_alike"].groupby("id")["subject"].nunique().min() >= 6
    assert set(planted["role"]) == {"victim", "mule", "controller"}
    assert signal["difficulty"].value_counts(normalize=True).between(0.2, 0.5).all()
    assert 0.12 <= (signal["quiet"] == "yes").mean() <= 0.32
    assert 0.06 <= (signal.groupby("subject")["id"].nunique() > 1).mean() <= 0.12
    assert set(planted.loc[planted["signal"] == "no", "id"]) == {made.manifest["without_signal"]}
    since = rows.loc[rows["at"] >= "2025", "at_s"].min()
    assert (truth["started_s"].astype(int) >= since - DAY).all()

    honest = rows[~rows["src"].isin(told) & ~rows["dst"].isin(told) & (rows["status"] == "completed")]
    paid = honest[(honest["kind"] == "fiat_in")]
    bought = (
        honest[(honest["kind"] == "trade") & honest["asset"].isin(["SGD", "EUR"])]
        .groupby("src")["at_s"]
        .apply(np.array)
    )
    none = np.empty(0, dtype=np.int64)
    prompt = [bool(((b := bought.get(who, none)) >= at).any() and ((b >= at) & (b <= at + DAY)).any())
              for who, at in zip(paid["dst"], paid["at_s"], strict=True)]  # fmt: skip
    assert 0.52 <= np.mean(prompt) <= 0.7
    active = set(honest["src"]) | set(honest["dst"])
    active = {who for who in active if who.startswith("C-")}
    forwarders = set(honest.loc[honest["kind"] == "withdrawal", "src"])
    assert 0.11 <= len(forwarders) / len(active) <= 0.24


def test_people_share_devices_and_banks_cut_names_as_often_as_the_rules_say(tables: dict[str, pd.DataFrame]) -> None:
    told = set(tables["truth"].loc[tables["truth"]["signal"] == "yes", "subject"])
    logins = tables["logins"][~tables["logins"]["subject"].isin(told)]
    shared: set[str] = set()
    for column in ("device", "ip"):
        users = logins.groupby(column)["subject"].nunique()
        shared |= set(logins.loc[logins[column].isin(users.index[users > 1]), "subject"])
    assert 0.045 <= len(shared) / logins["subject"].nunique() <= 0.075
    rows = tables["transfers"]
    own = rows[(rows["kind"] == "fiat_in") & ~rows["dst"].isin(told)].drop_duplicates("src")
    names = tables["customers"].drop_duplicates("id").set_index("id")["name"].str.upper()
    holder = own["memo"].str.split(" | ", regex=False).str[0]
    kyc = own["dst"].map(names)
    cut = [len(a) < len(b) and (b.startswith(a) or a.split()[0] == b.split()[-1])
           for a, b in zip(holder, kyc, strict=True)]  # fmt: skip
    assert 0.02 <= np.mean(cut) <= 0.06


def test_labels_and_recalls_come_late(tables: dict[str, pd.DataFrame]) -> None:
    labels, rows = tables["labels"], tables["transfers"]
    first = pd.concat([rows.groupby("src")["at_s"].min(), rows.groupby("dst")["at_s"].min()]).groupby(level=0).min()
    late = labels[labels["category"].isin(["hack", "scam", "ransomware", "terrorism_financing"])]
    lag = (late["known_at_s"] - late["id"].map(first)) / DAY
    assert lag.between(0.9, 100).all()  # up to 90 days after the deposit, which came some days after the first use
    recalls = tables["events"][tables["events"]["kind"] == "recall"]
    credited = recalls["text"].str.extract(r"SGD ([\d,.]+) credited on ([\d-]+);")
    days = (recalls["at_s"] - (pd.to_datetime(credited[1]).astype("datetime64[s]").astype("int64") - 8 * 3600)) / DAY
    assert days.between(0.9, 11.6).all()
    lines = tables["truth"][(tables["truth"]["scenario"] == "job-scam-mule") & (tables["truth"]["side"] == "typology")]
    loud = lines[lines["quiet"] == "no"]["subject"]
    credits = rows[rows["dst"].isin(loud) & (rows["kind"] == "fiat_in")]
    assert 0.18 <= recalls["subject"].isin(loud).sum() / len(credits) <= 0.4


def test_the_crowd_peaks_on_pay_days_and_in_the_bull_week(tables: dict[str, pd.DataFrame]) -> None:
    rows = tables["transfers"]
    told = set(tables["truth"]["subject"])
    paid = rows[(rows["kind"] == "fiat_in") & (rows["at"] >= "2025") & ~rows["dst"].isin(told)]
    days = pd.to_datetime(_local_days(paid["at_s"])).value_counts().sort_index()
    bull = days.rolling(7).sum().max() / 7
    assert 3 <= bull / days.median() <= 5.5
    assert days[days.index.day.isin([25, 26, 27, 28])].median() > 1.4 * days[days.index.day.isin(range(8, 20))].median()


def test_the_crowd_passes_money_on_as_well(tables: dict[str, pd.DataFrame]) -> None:
    """Pass-through alone is no suspicion: one in eight honest customers once sent on nine tenths within a day."""
    rows = tables["transfers"][tables["transfers"]["status"] == "completed"]
    came = rows[rows["kind"].isin(["fiat_in", "deposit"])][["dst", "at_s", "usd"]]
    went = rows[rows["kind"].isin(["fiat_out", "withdrawal"])][["src", "at_s", "usd"]]
    pairs = pd.merge_asof(went, came.rename(columns={"dst": "src"}), on="at_s", by="src", tolerance=DAY)
    part = pairs["usd_x"].astype(float) / pairs["usd_y"].astype(float)
    quick = set(pairs.loc[part.between(0.9, 1.05), "src"])
    told = set(tables["truth"]["subject"])
    active = {who for who in {*rows["src"], *rows["dst"]} if who.startswith("C-")} - told
    assert len(quick - told) / len(active) > 0.12
    planted = set(tables["truth"].loc[tables["truth"]["side"] == "typology", "subject"])
    assert len(quick & planted) / len(planted) > 0.3


def test_no_tool_reads_the_truth() -> None:
    for folder in ("agent", "tools", "knowledge"):
        for path in (ROOT / folder).rglob("*.py"):
            if "simulate" not in path.parts and path.name != "simulate.py":
                assert "truth.csv" not in path.read_text(encoding="utf-8"), path


def test_the_readme_tells_every_file_and_the_manifest_the_shares(made: Simulated) -> None:
    text = (made.folder / "README.md").read_text(encoding="utf-8")
    manifest = json.loads((made.folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest == made.manifest
    assert all(f"`{name}`" in text for name in manifest["files"])
    assert f"{manifest['planted_share']:.2%}" in text
    assert "$" not in text


def test_the_default_keeps_the_ground_rule_of_planted_customers() -> None:
    plan = Plan.of(typologies=stories())
    assert plan.transfers == 1_000_000
    assert 0.003 <= stories() * plan.subjects / plan.customers <= 0.005


@pytest.mark.parametrize(("asked", "word"), [
    ({"customers": 5000, "transfers": 50_000}, "both"),
    ({"customers": 900}, "--customers"),
    ({"customers": 2000, "subjects": 60}, "--subjects"),
    ({"transfers": 10}, "--transfers"),
    ({"subjects": 0}, "--subjects"),
    ({"months": 2}, "--months"),
    ({"start": "next week"}, "--start"),
    ({"start": "2025-01-31"}, "--start"),
    ({"seed": -1}, "--seed"),
])  # fmt: skip
def test_sizes_that_cannot_be_meant_are_refused_with_what_to_do(asked: dict[str, Any], word: str) -> None:
    with pytest.raises(UsageError, match=re.escape(word)):
        Plan.of(typologies=stories(), **asked)


def test_a_share_of_the_transfers_that_was_asked_for_is_met(tmp_path: Path) -> None:
    plan = Plan.of(typologies=stories(), transfers=60_000, subjects=2)
    made = simulate(tmp_path, plan)
    assert abs(made.manifest["transfers"] / 60_000 - 1) < 0.04
    with pytest.raises(UsageError, match="stories alone"):
        simulate(tmp_path / "full", Plan.of(typologies=stories(), transfers=20_000, subjects=5))
