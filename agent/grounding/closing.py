"""Whether a text closes: sums it writes out, parts of a whole, rates that follow from amounts, balances, periods."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from casewright.agent.grounding.context import Context
from casewright.agent.grounding.facts import Index
from casewright.agent.grounding.figures import Figure
from casewright.agent.grounding.parties import Problem
from casewright.agent.grounding.reading import Reading

_RATE_SLACK = Decimal("0.01")  # fees stand between the amounts and the price
_REST = {"remain", "remains", "remained", "remaining", "other", "others", "rest"}


def equations(reading: Reading) -> list[list[Figure]]:
    """Runs of figures joined by plus, minus and an equals sign, the result last."""
    found: list[list[Figure]] = []
    run: list[Figure] = []
    for figure in reading.figures:
        if figure.kind not in {"amount", "number", "count"}:
            continue
        if run and _joined(reading, run[-1], figure):
            run.append(figure)
        else:
            run = [figure]
        if len(run) > 2 and reading.words[run[-1].first - 1] == "=":
            found.append(run)
            run = []
    return found


def _joined(reading: Reading, left: Figure, right: Figure) -> bool:
    between = reading.words[left.last + (1 if left.noun_text else 0) : right.first]
    return len(between) == 1 and between[0] in {"+", "-", "="}


def closes(reading: Reading, run: Sequence[Figure]) -> bool:
    """Whether the sum of a written equation is right, to the last digit shown."""
    total = run[0].value
    for figure in run[1:-1]:
        total += figure.value if reading.words[figure.first - 1] == "+" else -figure.value
    return abs(total - run[-1].value) <= run[-1].step / 2


def problems(reading: Reading, contexts: dict[int, Context], index: Index) -> Iterator[tuple[Figure, Problem]]:
    """Everything in a sentence that does not close."""
    for run in equations(reading):
        if not closes(reading, run):
            yield run[-1], Problem("is not what the sum before it makes")
    yield from _partitions(reading)
    yield from _rates(reading)
    yield from _percents(reading)
    for context in contexts.values():
        if context.whens and context.period and context.period[0] > context.period[1]:
            yield context.whens[0].figure, Problem(f"begins a period that ends before it, on {context.period[1]}")
    yield from _balances(reading, index)


def _partitions(reading: Reading) -> Iterator[tuple[Figure, Problem]]:
    """`29 of the 31 credits ..., and 2 credits remain`: the parts make the whole."""
    figures = reading.figures
    for place, part in enumerate(figures[:-1]):
        whole = figures[place + 1]
        if not part.part or not whole.whole or whole.kind not in {"count", "number"}:
            continue
        for rest in figures[place + 2 :]:
            same = rest.kind in {"count", "number"} and rest.whole and not rest.part
            near = set(reading.words[max(0, rest.first - 2) : rest.first]) | set(
                reading.words[rest.last : rest.last + 6]
            )
            if (
                same
                and near & _REST
                and (rest.noun is None or rest.noun == whole.noun)
                and part.value + rest.value != whole.value
            ):
                yield rest, Problem(f"does not add up: {part.text} and {rest.text} are not {whole.text}")
                break


def _rates(reading: Reading) -> Iterator[tuple[Figure, Problem]]:
    """A price told with both amounts must follow from them, and lie within a range told with it."""
    for rate in (figure for figure in reading.figures if figure.kind == "rate"):
        unit, _, asset = rate.unit.partition("/")
        earlier = [f for f in reading.figures if f.kind == "amount" and f.first < rate.first]
        money = [f for f in earlier if f.unit == unit]
        native = [f for f in earlier if f.unit == asset or (not asset and f.unit != unit)]
        pairs = [(m, n) for m in money for n in native if n.value]
        if pairs and rate.value and not any(abs(m.value / n.value / rate.value - 1) <= _RATE_SLACK for m, n in pairs):
            yield rate, Problem("is not the price that the amounts before it make")
        yield from _range(reading, rate)


def rate_closes(rate: Figure, reading: Reading) -> bool:
    """Whether a price is what two amounts before it make, to the last digit shown."""
    unit = rate.unit.partition("/")[0]
    earlier = [f for f in reading.figures if f.kind == "amount" and f.first < rate.first]
    return any(
        abs(money.value / native.value - rate.value) <= rate.step / 2
        for money in earlier
        for native in earlier
        if money.unit == unit and native.unit != unit and native.value
    )


def _range(reading: Reading, rate: Figure) -> Iterator[tuple[Figure, Problem]]:
    behind = [f for f in reading.figures if f.first >= rate.last][:2]
    words = reading.words[rate.last : behind[0].first] if len(behind) == 2 else []
    if "range" in words and behind[0].step < 1 and not behind[0].value <= rate.value <= behind[1].value:
        yield rate, Problem(f"does not lie within {behind[0].text} to {behind[1].text}")


def share_closes(figure: Figure, reading: Reading) -> bool:
    """Whether a percentage follows from a part and a whole told in the same sentence."""
    shown = figure.step / 2
    figures = [f for f in reading.figures if f.kind in {"amount", "count", "number"}]
    for place, part in enumerate(figures[:-1]):
        whole = figures[place + 1]
        if (
            whole.value
            and "of" in reading.words[part.last : whole.first]
            and abs(100 * part.value / whole.value - figure.value) <= shown
        ):
            return True
    return False


def _percents(reading: Reading) -> Iterator[tuple[Figure, Problem]]:
    """`SGD 240.00 of 86,450.00 (0.3%)`: the bracket must follow."""
    for figure in reading.figures:
        if figure.kind == "percent" and reading.words[figure.first - 1 : figure.first] == ["("]:
            before = [
                f for f in reading.figures if f.last <= figure.first - 1 and f.kind in {"amount", "count", "number"}
            ][-2:]
            told = (
                len(before) == 2
                and "of" in reading.words[before[0].last : before[1].first]
                and before[1].last >= figure.first - 3
            )
            if told and not share_closes(figure, reading):
                yield figure, Problem(f"does not follow from {before[0].text} of {before[1].text}")


_PLUS = ("opening", "received", "traded_in")
_MINUS = ("sent", "fees", "traded_out", "closing")


def _balances(reading: Reading, index: Index) -> Iterator[tuple[Figure, Problem]]:
    """A closing balance that is told must be what its own row makes of opening, in and out."""
    for line in index.lines:
        if line.tool != "balances" or not any(isinstance(line.row.get(name), Decimal) for name in _PLUS):
            continue
        total = sum((_cell(line.row.get(name)) for name in _PLUS), Decimal(0)) - sum(
            (_cell(line.row.get(n)) for n in _MINUS), Decimal(0)
        )
        if total:
            told = [
                f
                for f in reading.figures
                if f.kind == "amount" and f.value == _cell(line.row.get("closing")) and f.unit == line.value("asset")
            ]
            if told:
                yield (
                    told[0],
                    Problem(f"is a balance that does not close: {abs(total)} {line.value('asset')} are unexplained"),
                )


def _cell(value: object) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(0)
