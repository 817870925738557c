"""Which facts a figure could be: those of its value and unit, before anything else that the clause says is asked."""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from casewright.agent.grounding.facts import Index, Known
from casewright.agent.grounding.figures import Figure
from casewright.agent.grounding.lexicon import Noun

_DAY = Decimal(86400)


def candidates(figure: Figure, index: Index) -> list[Known]:
    """The facts whose value and unit are the figure's, rounded no coarser than it is shown."""
    half = figure.step / 2
    match figure.kind:
        case "amount":
            near = index.near(("money", "native", "rate"), figure.value, half)
            return [known for known in near if _of_unit(known, figure.unit)]
        case "rate":
            return [known for known in index.near(("rate",), figure.value, half) if _of_rate(known, figure.unit)]
        case "percent":
            return index.near(("share", "ratio"), figure.value / 100, half / 100)
        case "times":
            found = index.near(("ratio",), figure.value, half)
            return found + [k for k in index.near(("count",), figure.value, Decimal(0)) if k.fact.unit == "transfers"]
        case "duration":
            return _durations(figure, index)
        case "count":
            assert figure.noun is not None
            near = index.near(("count",), figure.value, Decimal(0))
            return [known for known in near if counts(known, figure.noun, figure.noun_text)]
        case "number":
            return index.near(("ratio", "share", "rate"), figure.value, half) if not figure.whole else []
        case _:
            return []


def _of_unit(known: Known, unit: str) -> bool:
    own = known.fact.unit
    return (
        own == unit
        or own.upper() == unit.upper()
        or (known.fact.kind == "rate" and own.upper().startswith(f"{unit.upper()}/"))
    )


def _of_rate(known: Known, unit: str) -> bool:
    return known.fact.unit.upper() == unit.upper() or known.fact.unit.upper().startswith(f"{unit.upper()}/")


def _durations(figure: Figure, index: Index) -> list[Known]:
    found = index.near(("duration",), figure.value, figure.step / 2)
    days, half = figure.value / _DAY, figure.step / _DAY / 2
    if figure.unit in {"days", "weeks", "week", "months", "month", "years", "year", "day"}:
        reach = Decimal(0) if figure.unit in {"days", "day"} else half
        found += [
            known for known in index.near(("count",), days, reach) if _last_word(known.fact.unit) in {"day", "days"}
        ]
    if figure.unit in {"years", "year", "months", "month", "weeks", "week"}:
        units = {figure.unit.rstrip("s"), f"{figure.unit.rstrip('s')}s"}
        shown = figure.value / (figure.step or 1)
        found += [known for known in index.near(("count",), shown, Decimal(0)) if known.fact.unit in units]
    return found


def counts(known: Known, noun: Noun, text: str) -> bool:
    """Whether a count is of what the noun says."""
    unit = known.fact.unit.lower()
    last = _last_word(unit)
    return unit in noun.units or last in noun.units or _singular(last) == _singular(text)


def _last_word(unit: str) -> str:
    return re.split(r"[ _]", unit)[-1] if unit else ""


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-2] if word.endswith(("sses", "xes")) else word.removesuffix("s")


def nearest(figure: Figure, index: Index) -> Known | None:
    """The fact that comes nearest to a figure, to tell a person."""
    match figure.kind:
        case "amount":
            return index.closest(("money", "native"), figure.value, _units(figure.unit))
        case "rate":
            return index.closest(("rate",), figure.value)
        case "percent":
            return index.closest(("share", "ratio"), figure.value / 100)
        case "times":
            return index.closest(("ratio", "count"), figure.value)
        case "duration":
            return index.closest(("duration",), figure.value)
        case "count":
            return index.closest(("count",), figure.value, figure.noun.units if figure.noun else ())
        case _:
            return index.closest(("count", "money", "ratio", "share"), figure.value)


def _units(unit: str) -> Iterable[str]:
    return (unit, unit.upper())


def parts(known: Iterable[Known], whole: Decimal) -> Iterator[Known]:
    """Those that count a part of this whole."""
    for one in known:
        if one.fact.of is not None and Decimal(one.fact.of) == whole:
            yield one
