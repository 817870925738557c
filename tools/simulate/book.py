"""The transfers as they are made: whole columns from the honest crowd, single rows from the planted stories."""

from typing import Any

import numpy as np
import numpy.typing as npt

from casewright.tools.simulate.market import Ints, Market

KINDS = (
    "deposit", "withdrawal", "trade", "internal", "p2p", "fiat_in", "fiat_out", "fee", "transfer", "reward",
)  # fmt: skip
STATUSES = ("completed", "attempted", "pending", "cancelled", "rejected", "reversed", "charged_back", "held")
NETWORKS = ("ethereum", "tron", "bitcoin", "solana", "internal", "paynow", "fast", "sepa", "card")
KIND = {name: code for code, name in enumerate(KINDS)}
STATUS = {name: code for code, name in enumerate(STATUSES)}
NETWORK = {name: code for code, name in enumerate(NETWORKS)}
CHAINS = 4  # the first networks are chains: their transfers have hashes

# Every column is a whole number: codes of the tuples above, units of 1e-8, US cents, seconds, -1 for none.
COLUMNS = (
    "epoch", "known", "src", "dst", "kind", "status", "network", "asset", "amount", "usd", "asset_in", "amount_in",
    "memo",
)  # fmt: skip
_DEFAULTS = {"status": 0, "asset_in": -1, "amount_in": 0, "memo": 0}

Row = tuple[int, ...]
Columns = dict[str, Ints]


class Texts:
    """The memos and references, each once; 0 is none."""

    def __init__(self) -> None:
        self.texts = [""]
        self._codes = {"": 0}

    def code(self, text: str) -> int:
        """The text's number."""
        found = self._codes.get(text)
        if found is None:
            found = self._codes[text] = len(self.texts)
            self.texts.append(text)
        return found

    def codes(self, texts: list[str]) -> Ints:
        """The numbers of several texts."""
        return np.array([self.code(text) for text in texts], dtype=np.int64)


class Book:
    """Rows in the order in which they were made; `columns` puts them into the order of time, ties as made."""

    def __init__(self, market: Market) -> None:
        self.market, self.texts = market, Texts()
        self.rows: list[Row] = []
        self._chunks: list[Columns] = []

    def __len__(self) -> int:
        return len(self.rows) + sum(len(chunk["epoch"]) for chunk in self._chunks)

    def add(self, *, where: npt.NDArray[np.bool_] | None = None, **columns: Any) -> None:
        """Add rows by column, those only WHERE true; scalars serve every row, usd is worked out unless given."""
        size = len(columns["epoch"])
        columns = {"known": columns["epoch"], **_DEFAULTS, **columns}
        full = {name: np.broadcast_to(np.asarray(value, dtype=np.int64), size) for name, value in columns.items()}
        if where is not None:
            full = {name: value[where] for name, value in full.items()}
        if "usd" not in full:
            full["usd"] = self.market.usd_cents(full["asset"], full["amount"], full["epoch"])
        self._chunks.append({name: full[name] for name in COLUMNS})

    def settle(self) -> None:
        """Turn the single rows into columns."""
        if self.rows:
            table = np.array(self.rows, dtype=np.int64)
            self._chunks.append({name: table[:, nr] for nr, name in enumerate(COLUMNS)})
            self.rows = []

    def joined(self) -> Columns:
        """Everything in the order in which it was made."""
        self.settle()
        joined = {name: np.concatenate([chunk[name] for chunk in self._chunks]) for name in COLUMNS}
        self._chunks = [joined]
        return joined

    def columns(self) -> Columns:
        """Everything in the order of time."""
        joined = self.joined()
        order = np.argsort(joined["epoch"], kind="stable")
        return {name: column[order] for name, column in joined.items()}
