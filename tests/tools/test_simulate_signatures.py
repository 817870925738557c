"""Each planted subject bears its typology's signature, no look-alike does: measured on the files that were written."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from casewright.tools.simulate.exchange import modules, simulate, stories
from casewright.tools.simulate.limits import LIMITS
from casewright.tools.simulate.plan import Plan

MINUTE, HOUR, DAY = 60, 3600, 86_400


def epochs(times: pd.Series) -> pd.Series:
    return pd.to_datetime(times, utc=True).astype("datetime64[s, UTC]").astype("int64")


class World:
    """The files of one small exchange, with an index of the rows of each party."""

    def __init__(self, folder: Path) -> None:
        read = {name: pd.read_parquet(folder / f"{name}.parquet") for name in
                ("transfers", "customers", "labels", "logins", "events")}  # fmt: skip
        self.transfers = read["transfers"]
        self.transfers["epoch"] = epochs(self.transfers["at"])
        for column in ("amount", "amount_in", "usd"):
            self.transfers[column] = self.transfers[column].astype("float64")
        self.by_src = self.transfers.groupby("src").indices
        self.by_dst = self.transfers.groupby("dst").indices
        self.customers = read["customers"].assign(opened=epochs(read["customers"]["opened_at"]))
        self.kyc = self.customers.drop_duplicates("id").set_index("id")
        self.category = dict(zip(read["labels"]["id"], read["labels"]["category"], strict=True))
        self.logins = read["logins"].assign(epoch=epochs(read["logins"]["at"]))
        self.events = read["events"].assign(epoch=epochs(read["events"]["at"]))
        self.logins_of = self.logins.groupby("subject").indices
        self.events_of = self.events.groupby("subject").indices
        truth = pd.read_csv(folder / "truth" / "truth.csv", dtype=str, keep_default_na=False)
        self.truth = truth.assign(since=epochs(truth["started"]), until=epochs(truth["ended"]))

    def of(self, index: dict[Any, Any], party: str) -> pd.DataFrame:
        frame = self.transfers
        return frame.iloc[np.sort(index.get(party, np.empty(0, dtype=int)))]

    def senders_to(self, address: str) -> set[str]:
        return set(self.of(self.by_dst, address)["src"])

    def within(self, address: str, categories: set[str], hops: int) -> bool:
        """Whether value of such a label can have reached the address over at most HOPS plain transfers."""
        seen, front = {address}, {address}
        for _ in range(hops + 1):
            if any(self.category.get(one) in categories for one in front):
                return True
            came = [self.of(self.by_dst, one) for one in front if one not in self.category]
            if not came:
                return False
            front = {src for rows in came for src in rows.loc[rows["kind"] == "transfer", "src"]} - seen
            seen |= front
        return False


@dataclass(frozen=True)
class Story:
    """One line of the truth, with the rows of its subject inside its time."""

    world: World
    subject: str
    since: int
    until: int
    group: str
    side: str
    scenario: str

    def rows(self, kind: str, side: str = "", status: str = "completed") -> pd.DataFrame:
        """Completed rows of a kind in the story's time; SIDE is in or out, else both."""
        found = self.before_and_after(kind, side, status)
        return found[(found["epoch"] >= self.since) & (found["epoch"] <= self.until)]

    def before_and_after(self, kind: str, side: str = "", status: str = "completed") -> pd.DataFrame:
        parts = [self.world.of(self.world.by_dst, self.subject)] if side != "out" else []
        parts += [self.world.of(self.world.by_src, self.subject)] if side != "in" else []
        frame = pd.concat(parts).drop_duplicates("id").sort_values("epoch", kind="stable")
        return frame[(frame["kind"] == kind) & (frame["status"] == status)]

    def earlier(self, kind: str, column: str) -> set[str]:
        found = self.before_and_after(kind)
        return set(found.loc[found["epoch"] < self.since, column])

    @property
    def kyc(self) -> pd.Series:
        return self.world.kyc.loc[self.subject]

    @cached_property
    def age(self) -> float:
        return (self.since / DAY - pd.Timestamp(self.kyc["born"]).timestamp() / DAY) / 365.25

    @property
    def income_sgd(self) -> float:
        return float(self.kyc["income_usd"]) / 0.74

    @property
    def account_days(self) -> float:
        return (self.since - int(self.kyc["opened"])) / DAY

    @cached_property
    def sessions(self) -> pd.DataFrame:
        rows = self.world.logins.iloc[self.world.logins_of.get(self.subject, np.empty(0, dtype=int))]
        return rows[(rows["epoch"] >= self.since - 3 * HOUR) & (rows["epoch"] <= self.until + HOUR)]

    @cached_property
    def notes(self) -> pd.DataFrame:
        return self.world.events.iloc[np.sort(self.world.events_of.get(self.subject, np.empty(0, dtype=int)))]

    def noted(self, kind: str, text: str = "") -> int:
        return int(((self.notes["kind"] == kind) & self.notes["text"].str.contains(text, regex=False)).sum())

    def held_for(self, came: pd.DataFrame, left: pd.DataFrame) -> np.ndarray:
        """Seconds from each arrival to the next departure."""
        place = np.searchsorted(left["epoch"].to_numpy(), came["epoch"].to_numpy(), side="right")
        ends = np.append(left["epoch"].to_numpy(), 2**40)
        return ends[place] - came["epoch"].to_numpy()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("exchange")
    simulate(folder, Plan.of(typologies=stories(), seed=11, customers=5000, subjects=10))
    return World(folder)


def total(rows: pd.DataFrame) -> float:
    return float(rows["usd"].sum())


def group_of(story: Story) -> list[Story]:
    same = story.world.truth[story.world.truth["group"] == story.group]
    same = same[(same["scenario"] == story.scenario) & (same["side"] == story.side)]
    return [story_of(story.world, line) for line in same.itertuples()]


def story_of(world: World, line: Any) -> Story:
    return Story(world, line.subject, line.since, line.until, line.group, line.side, line.scenario)


def destinations(stories_: list[Story]) -> list[set[str]]:
    return [set(story.rows("withdrawal")["dst"]) for story in stories_]


def job_scam_mule(s: Story) -> bool:
    credits, out = s.rows("fiat_in"), s.rows("withdrawal")
    credits = credits[credits["epoch"] >= s.since]
    new = set(credits["src"]) - s.earlier("fiat_in", "src")
    minutes = np.median(s.held_for(credits, out)) / 60
    past = s.before_and_after("fiat_in")
    idle = s.since - past.loc[past["epoch"] < s.since, "epoch"].max()
    return bool(
        19 <= s.age < 25 and s.income_sgd <= 10_300 and idle >= 41 * DAY
        and 20 <= len(credits) <= 40 and credits["amount"].between(800, 4900).all() and 15 <= len(new) <= 30
        and (credits["epoch"].max() - s.since) <= 20.5 * DAY and 0.9 <= total(out) / total(credits) <= 0.99
        and 10 <= minutes <= 90 and set(out["network"]) == {"tron"} and out["dst"].nunique() <= 3
        and s.sessions["device"].nunique() == 1
    )  # fmt: skip


def mule_cell(s: Story) -> bool:
    cell = group_of(s)
    opened = [int(one.kyc["opened"]) for one in cell]
    devices = {device for one in cell for device in one.sessions["device"]}
    used = destinations(cell)
    visits = np.sort(np.concatenate([one.sessions["epoch"].to_numpy() for one in cell]))
    return bool(
        5 <= len(cell) <= 12 and max(opened) - min(opened) <= 21 * DAY and len(devices) <= 2
        and len(set.union(*used)) <= 3 and np.median(np.diff(visits)) < 300
    )  # fmt: skip


def p2p_triangulation(s: Story) -> bool:
    orders = s.rows("p2p", "in")
    if len(orders) < 8:
        return False
    weeks = max(1.0, (s.until - s.since) / (7 * DAY))
    own = set(s.kyc["name"].upper().split())
    other = [set(memo.split("paid by ")[1].split(" via")[0].split()) != own for memo in orders["memo"]]
    quick = s.held_for(orders, s.rows("withdrawal")) < 15 * MINUTE
    disputes = s.noted("dispute") / len(orders)
    return bool(
        s.account_days < 30 and 8 <= len(orders) / weeks <= 27 and np.mean(other) >= 0.6 and quick.mean() > 0.95
        and 0.1 <= disputes <= 0.27
    )  # fmt: skip


def unlicensed_dealer(s: Story) -> bool:
    credits, out = s.rows("fiat_in"), s.rows("withdrawal")
    months = (s.until - s.since) / (30 * DAY)
    share = total(out) / max(1.0, total(credits))
    return bool(
        s.kyc["kind"] == "person" and 45_000 <= s.income_sgd <= 75_000
        and 28 <= credits["src"].nunique() / months <= 125
        and 1.5e6 <= total(credits) / 0.76 / months * 12 <= 7e6 and 0.94 <= share <= 0.985
        and out["dst"].nunique() == len(out) and np.median(s.held_for(credits, out)) < 2 * HOUR
    )  # fmt: skip


def investment_scam_victim(s: Story) -> bool:
    credits, out = s.rows("fiat_in"), s.rows("withdrawal")
    others = [len(s.world.senders_to(address) - {s.subject}) for address in set(out["dst"])]
    back = s.rows("deposit")
    return bool(
        50 <= s.age <= 76.5 and s.account_days < 12 and 6 <= len(credits) <= 12 and 1 <= len(others) <= 3
        and min(others) >= 10 and (s.held_for(credits, out) < 3 * HOUR + 60).all() and credits["amount"].max() <= 80_500
        and credits["memo"].str.contains("LOAN").any() and 0.01 <= total(back) / total(credits[:2]) <= 0.08
    )  # fmt: skip


def safe_account(s: Story) -> bool:
    credits, out = s.rows("fiat_in"), s.rows("withdrawal")
    return bool(
        s.account_days < 2 and s.noted("device_flag") and 1 <= len(credits) <= 3
        and credits["amount"].between(2e4, 1.5e5).all()
        and (s.held_for(credits, out) < HOUR).all() and s.noted("document_check", "savings of SGD")
    )  # fmt: skip


def account_takeover(s: Story) -> bool:
    sales = s.rows("trade")
    out = s.rows("withdrawal")
    home = s.world.logins.iloc[s.world.logins_of[s.subject]]
    before = home[home["epoch"] < s.since - 60]
    devices, countries = set(s.sessions["device"]), set(s.sessions["country"])
    complained = s.notes.loc[(s.notes["kind"] == "complaint") & (s.notes["epoch"] > s.since), "epoch"]
    return bool(
        not devices & set(before["device"]) and not countries & set(before["country"])
        and s.noted("security_change", "reset") and len(sales) and sales["epoch"].max() - s.since < 20 * MINUTE
        and len(out) == 1 and out["epoch"].iloc[0] - s.since < DAY
        and not set(out["dst"]) & s.earlier("withdrawal", "dst")
        and len(complained) and complained.min() - out["epoch"].iloc[0] < 3 * DAY
    )  # fmt: skip


def structuring(s: Story) -> bool:
    credits, buys = s.rows("fiat_in"), s.rows("trade")
    for limit in (LIMITS["basic"], LIMITS["standard"]):
        band = credits[credits["amount"].between(0.9 * limit, limit, inclusive="left")]
        if limit == LIMITS["basic"] and (credits.loc[credits["epoch"] <= s.since + 3 * DAY, "amount"] >= limit).any():
            return False
        if len(band) and not (
            4 <= len(band) <= 9 and band["epoch"].max() - band["epoch"].min() <= 72 * HOUR
            and 0 < buys.loc[buys["epoch"] > band["epoch"].max(), "epoch"].min() - band["epoch"].max() < 6 * HOUR
        ):  # fmt: skip
            return False
    past = s.before_and_after("fiat_in")
    past = past[past["epoch"] < s.since]
    return bool(len(credits) >= 4 and credits["amount"].iloc[0] >= 4500 and past["amount"].nunique() >= 2)


def travel_rule_slicing(s: Story) -> bool:
    asked, out = s.rows("withdrawal", "", "cancelled"), s.rows("withdrawal")
    rate = 1 / 0.742
    asked = asked[(asked["usd"] * rate).between(8_500, 26_000)]
    slices = out[(out["usd"] * rate).between(1_150, 1_640)]
    if asked.empty:
        return False
    slices = slices[slices["epoch"] > asked["epoch"].min()]
    return bool(
        6 <= len(slices) <= 20 and slices["epoch"].max() - asked["epoch"].min() < 26 * HOUR
        and slices["dst"].nunique() <= 4
    )  # fmt: skip


def hack_cash_out(s: Story) -> bool:
    came, out = s.rows("deposit"), s.rows("withdrawal")
    if came.empty or out.empty:
        return False
    wallets = came["src"].unique()
    first = min(s.world.of(s.world.by_dst, wallet)["epoch"].min() for wallet in wallets)
    return bool(
        set(came["asset"]) == {"ETH"} and 5 <= came["amount"].sum() <= 210 and came["epoch"].min() - first < DAY
        and any(s.world.within(wallet, {"hack"}, 6) for wallet in wallets)
        and any(s.world.within(wallet, {"bridge"}, 6) for wallet in wallets)
        and (out["network"] != "ethereum").all() and (s.held_for(came, out) < 2 * HOUR + 60).all()
    )  # fmt: skip


def mixer_source(s: Story) -> bool:
    came, fiat = s.rows("deposit"), s.rows("fiat_in")
    marked = came[[s.world.within(src, {"mixer"}, 1) for src in came["src"]]] if len(came) else came
    notes = [any(0.994 <= amount / note <= 0.9995 for note in (0.1, 1, 10)) for amount in marked["amount"]]
    return len(marked) >= 3 and all(notes) and total(marked) >= 0.1 * (total(came) + total(fiat))


def peel_chain(s: Story) -> bool:
    came, sold = s.rows("deposit"), s.rows("trade")
    gaps = np.diff(came["epoch"])
    if len(came) < 20:
        return False
    return bool(
        len(came) <= 80 and came["src"].nunique() == len(came) and came["amount"].between(0.05, 0.4).all()
        and gaps.std() / gaps.mean() < 0.3 and np.median(s.held_for(came, sold)) < 30 * MINUTE
        and _one_ancestor(s.world, set(came["src"]), 20)
    )  # fmt: skip


def _one_ancestor(world: World, addresses: set[str], hops: int) -> bool:
    common: set[str] | None = None
    for address in sorted(addresses)[::7]:
        seen, front = set(), {address}
        for _ in range(hops):
            front = {src for one in front if one not in world.category for src in world.senders_to(one)} - seen
            seen |= front
        common = seen if common is None else common & seen
    return bool(common)


def chain_hopping(s: Story) -> bool:
    came, out, trades = s.rows("deposit"), s.rows("withdrawal"), s.rows("trade")
    if not 6 <= len(came) <= 15 or len(out) != len(came):
        return False
    differ = np.mean(came["network"].to_numpy() != out["network"].to_numpy())
    lost = 1 - total(out) / total(came)
    return bool(
        differ >= 0.8 and len(trades) >= 2 * len(came) and (s.held_for(came, out) < 2 * HOUR).all()
        and 0.012 <= lost <= 0.045 and out["dst"].nunique() == len(out)
    )  # fmt: skip


def nested_exchange(s: Story) -> bool:
    came, out = s.rows("deposit"), s.rows("withdrawal")
    if len(came) < 100 or len(out) != len(came):
        return False
    margin = 1 - out["usd"].to_numpy() / came["usd"].to_numpy()
    return bool(
        s.kyc["kind"] == "person" and 200 <= came["src"].nunique() + out["dst"].nunique() <= 810
        and (s.held_for(came, out) < HOUR).all() and 0.005 <= np.median(margin) <= 0.026
        and (came["epoch"] // HOUR % 24).nunique() >= 22 and s.sessions["user_agent"].str.contains("api").any()
    )  # fmt: skip


def geo_evasion(s: Story) -> bool:
    far = s.sessions["country"].isin(["IR", "KP", "RU"]).sum() + s.noted("device_flag", "time zone")
    came = s.rows("deposit")
    exposed = any(s.world.within(src, {"sanctioned"}, 2) for src in came["src"])
    return bool(0.4 <= far / max(1, len(s.sessions)) <= 1 and exposed)


def mirror_banking(s: Story) -> bool:
    credits, out = s.rows("fiat_in"), s.rows("withdrawal")
    if len(out) < 5 or s.kyc["kind"] != "person":
        return False
    edges = np.append(0, out["epoch"].to_numpy())
    sums = [total(credits[(credits["epoch"] > a) & (credits["epoch"] <= b)]) for a, b in pairwise(edges)]
    margins = 1 - out["usd"].to_numpy() / np.array(sums)
    return bool(
        s.kyc["occupation"] in ("student", "homemaker") and (np.array(sums) / 0.79 >= 1.8e4).all()
        and max(sums) / 0.70 <= 1.05e5
        and (np.abs(margins) <= 0.022).all() and margins.std() < 0.006 and (s.held_for(credits, out) < 6 * HOUR).all()
        and 4 <= len(group_of(s)) <= 10 and len(out) / ((s.until - s.since) / (30 * DAY)) >= 5
    )  # fmt: skip


def transfer_ring(s: Story) -> bool:
    ring = [one.subject for one in group_of(s)]
    passed = s.rows("internal", "out")
    passed = passed[passed["dst"].isin(ring)]
    got = s.rows("internal", "in")
    got = got[got["src"].isin(ring)]
    return bool(
        5 <= len(ring) <= 9 and len(passed) >= 4 and len(got) >= 4 and len(set(passed["dst"]) | set(got["src"])) == 2
        and 0.965 <= min(total(got), total(passed)) / max(total(got), total(passed)) <= 1
        and min(_back_after(one) for one in group_of(s)) < 48 * HOUR
    )  # fmt: skip


def _back_after(s: Story) -> float:
    """Seconds until something handed on inside the exchange came back."""
    return float(s.held_for(s.rows("internal", "out"), s.rows("internal", "in")).min())


def sold_dormant_account(s: Story) -> bool:
    past, now = s.before_and_after("fiat_in"), s.rows("fiat_in")
    past = past[past["epoch"] < s.since]
    if past.empty or now.empty:
        return False
    return bool(
        (s.since - past["epoch"].max()) / DAY >= 250 and 28 <= now["amount"].sum() / past["amount"].max() <= 102
        and not set(now["src"]) & set(past["src"]) and s.noted("security_change", "Phone number")
        and now["src"].nunique() >= 4 and not set(s.sessions["country"]) & {"SG"}
    )  # fmt: skip


def luxury_integration(s: Story) -> bool:
    came, out = s.rows("deposit"), s.rows("fiat_out")
    firms = out["memo"].str.contains("LLC|PTE LTD")
    fresh = [row.epoch - s.world.of(s.world.by_dst, row.src)["epoch"].min() < 30 * DAY for row in came.itertuples()]
    return bool(
        len(came) and 4e5 <= total(came) <= 2.1e6 and all(fresh) and firms.all() and s.income_sgd < 85_000
        and s.noted("information_reply", "do not match")
    )  # fmt: skip


def darknet_vendor(s: Story) -> bool:
    came = s.rows("deposit")
    if not 55 <= len(came) <= 200:
        return False
    marked = np.mean([s.world.within(src, {"darknet", "swap_service"}, 2) for src in came["src"]])
    hour, day = (came["epoch"] + 8 * HOUR) // HOUR % 24, ((came["epoch"] + 8 * HOUR) // DAY + 3) % 7
    return bool(marked >= 0.7 and ((hour >= 18) | (day >= 5)).mean() > 0.95 and came["usd"].between(28, 410).all())


def terror_crowdfunding(s: Story) -> bool:
    came, out = s.rows("deposit"), s.rows("withdrawal")
    return bool(
        30 <= len(came) <= 150 and came["usd"].between(4.9, 202).all() and came["epoch"].max() - s.since <= 10.5 * DAY
        and came["src"].nunique() == len(came) and 1 <= out["dst"].nunique() <= 2 and s.kyc["kind"] == "person"
    )  # fmt: skip


def account_farm(s: Story) -> bool:
    farm = group_of(s)
    devices = {device for one in farm for device in one.sessions["device"]}
    texts = [text for one in farm for text in one.notes.loc[one.notes["kind"] == "security_change", "text"]]
    return bool(
        len(farm) >= 8 and len(devices) <= 3 and len(set.union(*destinations(farm))) == 1
        and len(set(texts)) < len(texts)
    )  # fmt: skip


def it_worker(s: Story) -> bool:
    came, out = s.rows("deposit"), s.rows("withdrawal")
    if came.empty or out.empty:
        return False
    months = (s.until - s.since) / (30 * DAY)
    return bool(
        2 <= came["src"].nunique() <= 4 and set(came["asset"]) == {"USDC"} and (s.held_for(came, out) < DAY).all()
        and 2_700 <= total(came) / np.ceil(months) <= 8_500 and out["dst"].nunique() == 1
        and len(s.world.senders_to(out["dst"].iloc[0])) >= 3 and s.sessions["user_agent"].str.contains("remote").any()
    )  # fmt: skip


def ransomware(s: Story) -> bool:
    came = s.rows("deposit")
    if came.empty:
        return False
    split = [_splits(s.world, src, 6) for src in came["src"]]
    return all(split)


def _splits(world: World, address: str, hops: int) -> bool:
    """Whether some address on the way paid two others in the proportion 70 to 30 at the same second."""
    front = {address}
    for _ in range(hops):
        front = {src for one in front if one not in world.category for src in world.senders_to(one)} | {
            one for one in front if world.category.get(one) == "ransomware"
        }
        for one in front:
            parts = world.of(world.by_src, one)
            if len(parts) == 2 and parts["epoch"].nunique() == 1:
                return bool(0.65 <= parts["amount"].max() / parts["amount"].sum() <= 0.75)
    return False


def insider(s: Story) -> bool:
    group = group_of(s)
    lifted = s.notes[s.notes["kind"] == "staff_override"]
    lifted = lifted[lifted["text"].str.contains("no ticket")]
    if lifted.empty or len(group) < 3:
        return False
    at = int(lifted["epoch"].iloc[0])
    out = s.rows("withdrawal")
    soon = out[(out["epoch"] > at) & (out["epoch"] < at + 30 * MINUTE)]
    hour = (at + 8 * HOUR) // HOUR % 24
    return bool(len(soon) and (hour >= 22 or hour < 7) and len(set.union(*destinations(group))) == 1)


SIGNATURES: dict[str, Callable[[Story], bool]] = {
    "job-scam-mule": job_scam_mule, "mule-cell": mule_cell, "p2p-triangulation": p2p_triangulation,
    "unlicensed-dealer": unlicensed_dealer, "investment-scam-victim": investment_scam_victim,
    "safe-account-coercion": safe_account, "account-takeover": account_takeover, "structuring": structuring,
    "travel-rule-slicing": travel_rule_slicing, "hack-cash-out": hack_cash_out, "mixer-source": mixer_source,
    "peel-chain": peel_chain, "chain-hopping": chain_hopping, "nested-exchange": nested_exchange,
    "geo-evasion": geo_evasion, "mirror-banking": mirror_banking, "transfer-ring": transfer_ring,
    "sold-dormant-account": sold_dormant_account, "luxury-integration": luxury_integration,
    "darknet-vendor": darknet_vendor, "terror-crowdfunding": terror_crowdfunding, "account-farm": account_farm,
    "it-worker-proxy": it_worker, "ransomware-cash-out": ransomware, "insider": insider,
}  # fmt: skip


def test_every_pair_has_a_signature_that_is_tested() -> None:
    assert {module.PAIR.name for module in modules()} == set(SIGNATURES)


@pytest.mark.parametrize("name", SIGNATURES)
def test_the_planted_bear_the_signature_and_the_look_alikes_do_not(world: World, name: str) -> None:
    lines = world.truth[world.truth["scenario"] == name]
    read = {(r.subject, r.side): SIGNATURES[name](story_of(world, r)) for r in lines.itertuples()}
    missed = [subject for (subject, side), holds in read.items() if side == "typology" and not holds]
    alike = [subject for (subject, side), holds in read.items() if side == "look_alike" and holds]
    assert not missed, f"{len(missed)} planted of {len(lines)} lack the signature: {missed[:4]}"
    assert not alike, f"look-alikes with the signature: {alike[:4]}"
    assert sum(side == "typology" for _, side in read) >= 10
    assert sum(side == "look_alike" for _, side in read) >= 10
