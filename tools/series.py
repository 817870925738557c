"""Things that happened to many accounts, in numpy: found by account and time, and the peak of a value in any window."""

from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pyarrow as pa

Numbers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

# A place in time of an account is one number: 40 bits hold every second of some 17,000 years before and after 1970.
_SPAN = 2**40
_LIMIT = _SPAN // 2 - 1


class Moments:
    """The moments of accounts that bear numbers, as `places` in order; `order` sorts what lies beside them likewise."""

    def __init__(self, accounts: Numbers, epochs: Numbers) -> None:
        places = _place(accounts, epochs)
        self.order: Numbers = np.argsort(places, kind="stable")
        self.places = places[self.order]

    def before(self, accounts: Numbers, epoch: Numbers | int) -> Numbers:
        """The place, in this order, of the first moment of each account at or after EPOCH."""
        return np.searchsorted(self.places, _place(accounts, epoch))

    def first(self, accounts: Numbers) -> Numbers:
        """The place of each account's first moment."""
        return self.before(accounts, -_LIMIT - 1)

    def epochs(self, accounts: Numbers) -> Numbers:
        """The second of each account's first moment; for one without any, a second after everything."""
        at = self.first(accounts)
        found = (at < len(self.places)) & (at < self.before(accounts, _LIMIT))
        place = self.places[np.minimum(at, len(self.places) - 1)] if len(self.places) else np.zeros_like(at)
        return np.where(found, place % _SPAN - _LIMIT - 1, _LIMIT)


class Series:
    """The values of one indicator at the events of many accounts."""

    def __init__(self, names: list[str], rows: "pa.Table") -> None:
        """ROWS as `indicators.values` gives them; NAMES are the accounts, whose place among them is their number."""
        import pyarrow as pa
        import pyarrow.compute as pc

        accounts = pc.index_in(rows["account"], value_set=pa.array(names, pa.string())).to_numpy().astype(np.int64)
        epochs = rows["epoch"].to_numpy().astype(np.int64)
        values = np.round(pc.cast(rows["value"], pa.float64()).to_numpy(zero_copy_only=False), 6)
        self.events = Moments(accounts, epochs)
        told = ~np.isnan(values)
        self._valued = Moments(accounts[told], epochs[told])
        self._values: Floats = values[told][self._valued.order]
        self._epochs: Numbers = epochs[told][self._valued.order]

    def peaks(self, accounts: Numbers, since: Numbers | int, until: Numbers | int, *, highest: bool = True) -> Floats:
        """The highest (or lowest) value of each account in its window, nan where it has none there."""
        first, end = self._valued.before(accounts, since), self._valued.before(accounts, until)
        found = end > first
        peaks = np.full(len(first), np.nan)
        if found.any():
            sign = 1 if highest else -1
            padded = np.append(sign * self._values, -np.inf)  # an end may lie behind the last value
            asked = np.flatnonzero(found)
            asked = asked[np.argsort(first[asked])]  # in order, so that what lies between two windows is read once
            edges = np.column_stack((first[asked], end[asked])).ravel()
            peaks[asked] = sign * np.maximum.reduceat(padded, edges)[::2]
        return peaks

    def last(self, account: int, until: int | None) -> tuple[Decimal | None, int]:
        """The value at an account's last event before UNTIL, None where it has none there, and the second of it.

        Raises IndexError where there is no event.
        """
        one, limit = np.array([account]), _LIMIT if until is None else until
        event = int(self.events.places[int(self.events.before(one, limit)[0]) - 1]) % _SPAN - _LIMIT - 1
        at = int(self._valued.before(one, limit)[0]) - 1
        return (exact(self._values[at]) if at >= 0 and self._epochs[at] == event else None), event

    def reached(self, account: int, since: int, until: int, value: float) -> int:
        """The second at which an account's value in a window was first that; it must be one of its values there."""
        one = np.array([account])
        first, end = int(self._valued.before(one, since)[0]), int(self._valued.before(one, until)[0])
        return int(self._epochs[first + int(np.flatnonzero(self._values[first:end] == value)[0])])


def exact(value: float) -> Decimal:
    """A value as it is compared, with six decimals."""
    return Decimal(f"{value:.6f}")


def _place(accounts: Numbers, epochs: Numbers | int) -> Numbers:
    clipped = np.clip(np.asarray(epochs, np.int64), -_LIMIT - 1, _LIMIT)
    return np.asarray(accounts, np.int64) * _SPAN + clipped + _LIMIT + 1
