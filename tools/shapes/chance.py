"""What chance gives: how many payers and payees an ordinary account has, and how alike two amounts are."""

from functools import cache
from math import lgamma

import numpy as np

from casewright.tools.onward import Ints
from casewright.tools.shapes.window import Floats

LEAST_FAN = 3  # payers or payees that make a fan
LEAST = 2  # that make one side of a gather-scatter, or the middle of a scatter-gather
LEAST_HOPS = 3  # of a chain or cycle
IN_ORDER = 0.93  # of passing on happens after its receipt (AMLworld's attempts: 9 of 10 and more)
GOES_ON = 0.85  # a chain or cycle of so many hops has one more
_EVEN = 20.0  # how evenly ordinary transfers come and go: the weight of a beta prior around one half
_STEEP = 2.0  # how fast the chance of more counterparties than is usual falls: a lognormal's tail
_ALIKE, _KEPT = 0.12, 0.85  # amounts passed on: spread of the logarithm, and how many are passed on whole
STEPS = 25  # of the logarithm of amounts, for counting how common they are
_RAREST = 0.02  # of all amounts at least so many are thought to be like any other
# How likely each shape is beforehand, as logarithms: what is soon met by chance in dense surroundings must show more.
BEFOREHAND = {"fan-in": -0.75, "fan-out": -0.75, "gather-scatter": -1.25, "scatter-gather": -3.0, "bipartite": -3.0,
              "cycle": 0.5, "chain": 1.5}  # fmt: skip
_SIZES = 1_000  # the largest shape that is thought of


def ordinary(came: Floats, went: Floats, usual: Floats | float) -> Floats:
    """The logarithm of the chance that an ordinary account has so many payers and payees.

    USUAL is how many transfers each way the accounts around it have.
    """
    total = came + went
    split = (
        _log_gamma(total + 1) - _log_gamma(came + 1) - _log_gamma(went + 1)
        + _log_gamma(came + _EVEN) + _log_gamma(went + _EVEN) - _log_gamma(total + 2 * _EVEN)
        + lgamma(2 * _EVEN) - 2 * lgamma(_EVEN)
    )  # fmt: skip
    weight: Floats = split - _STEEP * np.log1p(total / (2 * np.asarray(usual) + 2)) ** 2
    return weight


@cache
def _table() -> Floats:
    return np.array([lgamma(nr / 2) if nr else 0.0 for nr in range(4 * (_SIZES + 64) * 2)])


def _log_gamma(values: Floats) -> Floats:
    found: Floats = _table()[np.rint(np.asarray(values) * 2).astype(np.int64)]
    return found


def sizes(least: int, most: int) -> tuple[Floats, Floats]:
    """Sizes that a shape may have, and the logarithm of each one's chance beforehand, all alike.

    Every size up to 32, beyond them ever wider steps that stand for all between.
    """
    steps = [float(size) for size in range(least, min(most, 32) + 1)]
    while steps and steps[-1] * 1.15 < most and most > 32:
        steps.append(float(int(steps[-1] * 1.15)))
    found = np.array(steps, np.float64)
    width = np.diff(found, append=found[-1] + 1) if len(found) else found
    return found, np.log(np.maximum(width, 1) / (most - least + 1)) if len(found) else found


def choices(of: Floats, taken: Floats) -> Floats:
    """The logarithm of the number of ways to choose."""
    return _log_gamma(of + 1) - _log_gamma(taken + 1) - _log_gamma(of - taken + 1)


def total(weights: Floats) -> float:
    """The logarithm of the sum of likelihoods given as logarithms."""
    top = float(weights.max()) if len(weights) else -np.inf
    return top if top == -np.inf else top + float(np.log(np.exp(weights - top).sum()))


class Amounts:
    """How common amounts are: what two amounts that are alike say depends on how many others are alike as well."""

    def __init__(self, buckets: Ints, counts: Ints) -> None:
        """Of the amounts in each bucket: the logarithm of cents, in steps of 1 / STEPS."""
        wide = int(6 * _ALIKE * STEPS)
        low, high = (int(buckets.min()), int(buckets.max())) if len(buckets) else (0, 0)
        self._low = low - wide
        shares = np.zeros(high - low + 1 + 2 * wide)
        np.add.at(shares, buckets - self._low, counts / max(counts.sum(), 1))
        kernel = np.exp(-np.abs(np.arange(-wide, wide + 1)) / (STEPS * _ALIKE))
        self._common = np.maximum(np.convolve(shares, kernel, "same"), _RAREST)

    def alike(self, one: Ints, other: Ints) -> Floats:
        """The logarithm of how much likelier OTHER is as ONE passed on than as any amount; 0 where one is unknown."""
        known = (one > 0) & (other > 0)
        logs = np.log(np.maximum(one, 1))
        apart = np.abs(logs - np.log(np.maximum(other, 1)))
        at = np.clip((logs * STEPS).astype(np.int64) - self._low, 0, len(self._common) - 1)
        return np.where(known, np.log(1 - _KEPT + _KEPT * np.exp(-apart / _ALIKE) / self._common[at]), 0.0)
