"""Numbers in words: thirty-one, two hundred and five, a dozen, twice."""

from collections.abc import Sequence
from decimal import Decimal

_SMALL = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
    "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_SCALES = {"hundred": 100, "thousand": 1000, "million": 1000000, "billion": 1000000000}
MULTIPLIERS = {"k": 3, "thousand": 3, "m": 6, "mn": 6, "mio": 6, "million": 6, "bn": 9, "b": 9, "billion": 9}
DOZENS = {"dozen": 12, "dozens": 12, "pair": 2, "couple": 2, "score": 20}
TIMES = {"once": 1, "twice": 2, "thrice": 3, "double": 2, "doubled": 2, "triple": 3, "tripled": 3, "tenfold": 10,
         "twofold": 2, "threefold": 3, "fourfold": 4, "fivefold": 5, "sixfold": 6, "hundredfold": 100}  # fmt: skip
FRACTIONS = {"half": Decimal("0.5"), "third": Decimal(1) / 3, "quarter": Decimal("0.25"), "fifth": Decimal("0.2")}


def _parts(word: str) -> list[str] | None:
    parts = word.split("-")
    return parts if all(part in _SMALL or part in _SCALES or part == "and" for part in parts) else None


def spelled(words: Sequence[str], start: int) -> tuple[int, int] | None:
    """The number that begins at word START, as (value, words taken); None where none does.

    >>> spelled(["thirty-one", "payers"], 0)
    (31, 1)
    """
    total = current = taken = 0
    seen = False
    for index in range(start, min(len(words), start + 8)):
        word = words[index]
        if word == "and" and seen and index + 1 < len(words) and current >= 100 and _parts(words[index + 1]):
            continue
        parts = _parts(word)
        if parts is None or word == "and":
            break
        for part in parts:
            if part in _SMALL:
                if seen and current % 10 and current % 100:  # "six seven": two numbers
                    return (total + current, taken)
                current += _SMALL[part]
            elif part == "hundred":
                current = max(current, 1) * 100
            elif part in _SCALES:
                total, current = total + max(current, 1) * _SCALES[part], 0
        seen, taken = True, index + 1 - start
    return (total + current, taken) if seen else None
