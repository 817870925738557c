"""The customers and the people around them: names from parts, KYC as declared, and its later versions."""

from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import yaml

from casewright.tools.simulate.market import CODE, Ints, Market
from casewright.tools.simulate.plan import DAY, Plan

WORDS: dict[str, Any] = yaml.safe_load(
    (resources.files("casewright.tools.simulate") / "people.yaml").read_text(encoding="utf-8")
)
OCCUPATIONS = [entry["name"] for entry in WORDS["occupations"]]
COUNTRIES = list(WORDS["countries"])
PURPOSES = list(WORDS["purposes"])
TIERS = ("basic", "standard", "plus")
RISKS = ("low", "medium", "high")
_COMPANY = len(WORDS["cultures"])
_COMPANIES = 0.016
_TRUNCATED = 0.04
REFERENCED = 0.3  # of bank payments carry a reference

Bools = npt.NDArray[np.bool_]


def _shares(rng: np.random.Generator, shares: list[float], size: int) -> Ints:
    weights = np.array(shares) / sum(shares)
    return rng.choice(len(weights), size, p=weights).astype(np.int64)


class People:
    """KYC by customer number, one array a field; names reach on to outsiders (payers, employers) who are none of ours.

    Scenarios may set fields of the customers that they cast. `income` and `turnover` are SGD a year.
    """

    def __init__(self, plan: Plan, market: Market, *, outsiders: int) -> None:
        rng = np.random.default_rng([plan.seed, 103])
        n = self.customers = plan.customers
        self.plan, self.market, self.outsiders = plan, market, outsiders
        self.company: Bools = rng.random(n) < _COMPANIES
        culture = _shares(rng, [c["share"] for c in WORDS["cultures"]], n + outsiders)
        self.culture = np.where(np.r_[self.company, rng.random(outsiders) < 0.06], _COMPANY, culture)
        self.name_parts = rng.random((3, n + outsiders))
        self.truncated: Bools = rng.random(n + outsiders) < _TRUNCATED
        self.reordered: Bools = rng.random(n + outsiders) < 0.10
        self.literals: list[str] = []  # names that scenarios make up beyond the outsiders
        since = plan.history + 40 * DAY
        growth = np.sqrt(rng.random(n))  # more customers join each year
        self.opened: Ints = (since + growth * (plan.until - 20 * DAY - since)).astype(np.int64)
        self.opened -= np.where(rng.random(n) < 0.25, rng.integers(0, 900, n) * DAY, 0)  # some are older still
        self.verified = rng.integers(120, 36 * 3600, n)
        self._work(rng)
        self.country = _shares(rng, list(WORDS["countries"].values()), n)
        self.purpose = _shares(rng, list(WORDS["purposes"].values()), n)
        self.tier = _shares(rng, [0.38, 0.5, 0.12], n)
        self.tier[self.company] = 2
        self.risk = _shares(rng, [0.82, 0.15, 0.03], n)
        self.turnover = np.round(self.income * rng.lognormal(-1.2, 0.8, n), -2)
        self.turnover[self.company] = self.income[self.company] * rng.uniform(0.5, 1.5, int(self.company.sum()))
        self.licence = np.full(n, "", dtype=object)
        self.versions: list[tuple[int, int, dict[str, Any]]] = []

    def _work(self, rng: np.random.Generator) -> None:
        n, entries = self.customers, WORDS["occupations"]
        self.occupation = _shares(rng, [entry["share"] for entry in entries], n)
        low, high = np.array([entry["ages"] for entry in entries]).T
        age = low[self.occupation] + (high - low)[self.occupation] * rng.beta(1.3, 2.2, n)
        self.born: Ints = (self.plan.since // DAY - age * 365.25).astype(np.int64)
        least, most = np.array([entry["income"] for entry in entries]).T
        spread = rng.beta(1.6, 2.6, n)
        self.income = np.round(least[self.occupation] + (most - least)[self.occupation] * spread, -2)
        self.income[self.company] = np.round(rng.lognormal(13.6, 0.9, int(self.company.sum())), -2)

    def revise(self, customer: int, known: int, **fields: Any) -> None:
        """A later version of somebody's KYC, known from then on; earlier ones stay."""
        self.versions.append((customer, known, fields))

    def literal(self, name: str) -> int:
        """A name made up by a scenario; returns its number as a holder."""
        self.literals.append(name)
        return self.customers + self.outsiders + len(self.literals) - 1

    def relative(self, customer: int, draw: tuple[float, float]) -> int:
        """Somebody with the customer's family name, as a holder."""
        culture = int(self.culture[customer])
        if culture == _COMPANY:
            culture = 0
        entry = WORDS["cultures"][culture]
        draws = [draw[0], draw[1], float(self.name_parts[2, customer])]
        draws[entry["family"]] = float(self.name_parts[entry["family"], customer])
        parts = [WORDS["parts"][part] for part in entry["parts"]]
        return self.literal(" ".join(p[int(d * len(p))] for p, d in zip(parts, draws, strict=False)))

    def share_family_name(self, customer: int, relative: int) -> None:
        """The relative bears the customer's family name from birth."""
        self.culture[relative] = self.culture[customer]
        part = WORDS["cultures"][int(self.culture[customer])]["family"]
        self.name_parts[part, relative] = self.name_parts[part, customer]

    def name_of(self, holder: int, *, bank: bool = False) -> str:
        """One holder's name, as its owner or (BANK) as a bank statement writes it."""
        drawn = self.customers + self.outsiders
        if holder >= drawn:
            name = self.literals[holder - drawn]
            return name.upper() if bank else name
        culture = int(self.culture[holder])
        keys = ["first", "second", "last"] if culture == _COMPANY else WORDS["cultures"][culture]["parts"]
        lists = WORDS["companies" if culture == _COMPANY else "parts"]
        draws = self.name_parts[:, holder].tolist()
        words = [lists[key][int(draw * len(lists[key]))] for key, draw in zip(keys, draws, strict=False)]
        if bank:
            words = [words[-1], *words[:-1]] if self.reordered[holder] and culture != _COMPANY else words
            words = [word.upper() for word in words]
        name = " ".join(words)
        return name[:10].rstrip() if bank and self.truncated[holder] else name

    def names(self) -> pa.Array:
        """Every name as its owner writes it: customers, outsiders, then the scenarios' own."""
        parts, order = [], []
        for number, culture in enumerate([*WORDS["cultures"], None]):
            rows = np.flatnonzero(self.culture == number)
            if culture is None:
                lists = [WORDS["companies"][part] for part in ("first", "second", "last")]
            else:
                lists = [WORDS["parts"][part] for part in culture["parts"]]
            chosen = [
                pa.array(words).take(pa.array((self.name_parts[at, rows] * len(words)).astype(np.int64)))
                for at, words in enumerate(lists)
            ]
            parts.append(pc.binary_join_element_wise(*chosen, " "))
            order.append(rows)
        back = np.empty(self.customers + self.outsiders, dtype=np.int64)
        back[np.concatenate(order)] = np.arange(len(back))
        drawn = pa.chunked_array(parts).combine_chunks().take(pa.array(back))
        return pa.concat_arrays([drawn, pa.array(self.literals, pa.string())])

    def as_banks_write(self, names: pa.Array) -> pa.Array:
        """The names in capitals, some with the last word first, some cut off, as statements carry them."""
        upper = pc.utf8_upper(names)
        known = self.customers + self.outsiders
        reorder = np.r_[self.reordered & (self.culture != _COMPANY), np.zeros(len(names) - known, dtype=bool)]
        turned = pc.replace_substring_regex(upper, pattern=r"^(.*) ([^ ]+)$", replacement=r"\2 \1")
        written = pc.if_else(pa.array(reorder), turned, upper)
        cut = np.r_[self.truncated, np.zeros(len(names) - known, dtype=bool)]
        kept = pc.utf8_rtrim_whitespace(pc.utf8_slice_codeunits(written, 0, 10))
        return pc.if_else(pa.array(cut), kept, written)

    def usd(self, sgd: npt.NDArray[np.float64], known: Ints) -> npt.NDArray[np.float64]:
        """A declared yearly sum in US dollars, at the rate of the day on which it was declared."""
        units = (np.asarray(sgd, dtype=np.float64) * 100).astype(np.int64) * 10**6
        found: npt.NDArray[np.float64] = self.market.usd_cents(CODE["SGD"], units, known) / 100
        return found
