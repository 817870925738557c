"""A table that fits the screen: what is the same in every row is said once, then columns give way from the right."""

from collections.abc import Collection, Sequence
from textwrap import wrap

from prompt_toolkit.utils import get_cwidth

from casewright.agent.cli.evidence_text import cell, heading, worth_showing
from casewright.knowledge import clock
from casewright.knowledge.evidence import Evidence, Table

ROWS = 12  # of a table below an answer
SHOWN = 200  # by /show
_FEWEST = 2  # columns that stay, however narrow the screen is
_KEPT = {"at", "subject", "direction", "counterparty", "amount"}  # worth more than their place in the row says


def below(evidence: Evidence, zone: str, width: int) -> str:
    """The first rows of its tables, and where the rest is; an empty text where it has no row."""
    shown = [table for table in evidence.tables if table.rows]
    blocks = [_titled(table, evidence, zone, width, titled=len(shown) > 1) for table in shown]
    return "\n\n".join(blocks)


def _titled(table: Table, evidence: Evidence, zone: str, width: int, *, titled: bool) -> str:
    columns = worth_showing(table)
    names = [heading(column) for column in columns]
    rows = [[cell(column, row, zone) for column in columns] for row in table.rows[:ROWS]]
    money = [heading(column) for column in columns if column.kind == "money"]
    local = next((name for name in money if name.isupper() and name != "USD"), "USD")
    names, rows, same, left_out = fitted(names, rows, width, _KEPT | {local})
    head = [f"{table.name}"] if titled else []
    about = [f"{name} {value}" for name, value in same if value]
    if any(column.kind == "time" for column in columns):
        about.append(f"times {clock.zone_name(zone)}")
    lines = [*head, *(wrap(f"({', '.join(about)})", width) if about else []), *aligned(names, rows)]
    more = len(table.rows) - ROWS
    rest = [f"{more:,} more row{'' if more == 1 else 's'}"] if more > 0 else []
    rest += [f"left out: {', '.join(left_out)}"] if left_out else []
    return "\n".join([*lines, *(wrap(f"... {'; '.join(rest)}; /show {evidence.id}", width) if rest else [])])


def whole(evidence: Evidence, zone: str, width: int) -> str:
    """Every row that evidence shows to people; a table that is wider than the screen goes on below itself."""
    shown = [table for table in evidence.tables if table.rows]
    return "\n\n".join(_all_of(table, zone, width, titled=len(shown) > 1) for table in shown)


def _all_of(table: Table, zone: str, width: int, *, titled: bool) -> str:
    columns = worth_showing(table)
    names = [heading(column) for column in columns]
    rows = [[cell(column, row, zone) for column in columns] for row in table.rows[:SHOWN]]
    numbers = [str(number) for number in range(1, len(rows) + 1)]
    parts = []
    for group in _groups([max(map(get_cwidth, column)) for column in zip(names, *rows, strict=True)], width):
        lead = [] if len(group) == len(names) else [("#", numbers)]
        held = [*lead, *((names[i], [row[i] for row in rows]) for i in group)]
        parts.append("\n".join(aligned([n for n, _ in held], list(zip(*(c for _, c in held), strict=True)))))
    zoned = any(column.kind == "time" for column in columns)
    head = ", ".join([*([table.name] if titled else []), *([f"times {clock.zone_name(zone)}"] if zoned else [])])
    more = len(table.rows) - SHOWN
    rest = [f"... and {more:,} more rows; casewright query --json gives them all"] if more > 0 else []
    return "\n".join([*([head] if head else []), "\n\n".join(parts), *rest])


def _groups(widths: Sequence[int], width: int) -> list[list[int]]:
    """Columns in groups that each fit beside a row's number; the first group alone if all fit without."""
    if sum(widths) + 2 * (len(widths) - 1) <= width:
        return [list(range(len(widths)))]
    groups: list[list[int]] = [[]]
    left = width - 4
    for i, wide in enumerate(widths):
        if groups[-1] and wide + 2 > left:
            groups.append([])
            left = width - 4
        groups[-1].append(i)
        left -= wide + 2
    return groups


def fitted(
    names: Sequence[str], rows: Sequence[Sequence[str]], width: int, worth: Collection[str] = ()
) -> tuple[list[str], list[list[str]], list[tuple[str, str]], list[str]]:
    """The headings and rows that fit into WIDTH, what every row says alike, and the headings that were left out.

    Nothing is taken out of a table that fits; columns that are WORTH more than others go last.
    """
    kept = list(range(len(names)))
    same: list[tuple[str, str]] = []
    left_out: list[int] = []

    def wide() -> int:
        return sum(max(get_cwidth(text) for text in (names[i], *(row[i] for row in rows))) + 2 for i in kept) - 2

    if wide() > width and len(rows) > 1:
        for i in list(kept):
            if len({row[i] for row in rows}) == 1 and len(kept) > _FEWEST:
                kept.remove(i)
                same.append((names[i], rows[0][i]))
    for i in sorted(kept, key=lambda i: (names[i] in worth, -i)):
        if wide() > width and len(kept) > _FEWEST:
            kept.remove(i)
            left_out.append(i)
    out = [names[i] for i in sorted(left_out)]
    return [names[i] for i in kept], [[row[i] for i in kept] for row in rows], same, out


def aligned(names: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """The lines of a table: numbers to the right, by how wide a terminal shows them."""
    lines = [list(names), *(list(row) for row in rows)]
    widths = [max(get_cwidth(line[i]) for line in lines) for i in range(len(names))]
    right = [all(_numeric(row[i]) for row in rows) for i in range(len(names))]
    return ["  ".join(_put(text, w, r) for text, w, r in zip(line, widths, right, strict=True)).rstrip()
            for line in lines]  # fmt: skip


def _put(text: str, width: int, right: bool) -> str:
    space = " " * (width - get_cwidth(text))
    return space + text if right else text + space


def _numeric(text: str) -> bool:
    return text.replace(",", "").replace(".", "", 1).lstrip("-").isdigit() or not text
