"""A statement in DuckDB's SQL carried to another engine, by way of its syntax tree.

Most of it is sqlglot's work. What stands here is what sqlglot cannot know: arrays that are handed over with a question,
our key of an account, and the few functions whose plain translation would answer something else.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

import sqlglot
from sqlglot import exp

Dialect = Literal["clickhouse", "spark"]
GIVEN = "given_{}"  # the table of a question's arrays, by number
APART = "apart_{}"  # the table of what a question computes once
ROW = "row_nr"  # the column that stands where DuckDB has its own row number


@dataclass(frozen=True)
class Carried:
    """A statement in the engine's own words.

    `query` is what yields rows; of a statement that makes a temporary table it is what fills it, and `makes` names the
    table. `drops` names the table that the statement drops. `given` are tables of arrays that must be there first, then
    `first`, temporary tables and what fills them; both are gone afterwards.
    """

    query: str
    makes: str = ""
    drops: str = ""
    given: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    first: Sequence[tuple[str, str]] = ()


def carry(query: str, dialect: Dialect, parameters: Mapping[str, Any]) -> Carried:
    """The statement for that engine, PARAMETERS in it as literals, arrays as tables to be handed over.

    Raises ValueError for a statement that none of ours is: anything but a select, or a temporary table made or dropped.
    """
    tree = _parsed(query).copy()
    if isinstance(tree, exp.Drop):
        return Carried("", drops=tree.args["tables"][0].name)
    makes = ""
    if isinstance(tree, exp.Create):
        makes, tree = tree.this.name, tree.expression
    if not isinstance(tree, exp.Query):
        raise ValueError(f"no question: {query[:80]}")
    given = _hand_over(tree, parameters)
    for mark in list(tree.find_all(exp.Placeholder)):
        mark.replace(exp.convert(parameters[mark.name]))
    first = [(name, _words(part, dialect)) for name, part in _set_apart(tree)]
    return Carried(_words(tree, dialect), makes, "", given, first)


def _words(tree: exp.Expr, dialect: Dialect) -> str:
    for rule in (lambda node: _for_both(node, dialect), _RULES[dialect]):
        for node in reversed(list(tree.walk())):  # what is inside first: a rule may take it into words of its own
            said = rule(node)
            if node is tree:
                tree = said
            elif said is not node:
                node.replace(said)
    return tree.sql(dialect=dialect)


@lru_cache(maxsize=1024)
def _parsed(query: str) -> exp.Expr:
    return sqlglot.parse_one(query, read="duckdb")


def _hand_over(tree: exp.Expr, parameters: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Let each `select unnest($a) as x, unnest($b) as y` read a table with the columns a and b instead."""
    given: dict[str, Mapping[str, Any]] = {}
    for select in list(tree.find_all(exp.Select)):
        arrays = [array for array in select.find_all(exp.Explode) if array.parent_select is select]
        marks = [mark for array in arrays for mark in array.find_all(exp.Placeholder)]
        if select.args.get("from_") or not arrays or len(marks) != len(arrays):
            continue
        name = GIVEN.format(len(given))
        given[name] = {mark.name: parameters[mark.name] for mark in marks}
        for array, mark in zip(arrays, marks, strict=True):
            array.replace(exp.column(mark.name))
        select.from_(name, copy=False)
    return given


def _set_apart(tree: exp.Query) -> Iterator[tuple[str, exp.Query]]:
    """Each `with x as materialized (...)` as a table to be made before: engines would compute it at every mention.

    A table of that name in the ledger is another: it is what `main.x` means.
    """
    clause = tree.args.get("with_")
    if clause is None:
        return
    apart: dict[str, str] = {}
    stay: list[exp.CTE] = []
    for cte in clause.expressions:
        _rename(cte.this, apart)
        if cte.args.get("materialized"):
            apart[cte.alias] = APART.format(cte.alias)
            part = cte.this.copy()
            for earlier in stay:
                part.with_(earlier.alias, earlier.this.copy(), copy=False)
            yield apart[cte.alias], part
        else:
            stay.append(cte)
    clause.set("expressions", stay)
    if not stay:
        tree.set("with_", None)
    for cte in stay:
        cte.set("materialized", None)
    _rename(tree, apart)


def _rename(tree: exp.Expr, apart: Mapping[str, str]) -> None:
    for table in tree.find_all(exp.Table):
        if not table.db and table.name in apart:
            table.replace(exp.to_table(apart[table.name], alias=table.alias or table.name))


def _for_both(node: exp.Expr, dialect: Dialect) -> exp.Expr:
    """What neither engine has by DuckDB's name."""
    if isinstance(node, exp.Anonymous) and node.name.lower() == "hash":
        return _key(node.expressions[0], dialect)
    if isinstance(node, exp.Column) and node.name == "rowid":
        row = exp.column(ROW, node.table or None)
        return exp.alias_(row, "rowid") if isinstance(node.parent, exp.Select) else row
    if isinstance(node, exp.Table) and node.db == "main":
        return exp.to_table(node.name, alias=node.alias or None)
    return node


def _key(text: exp.Expr, dialect: Dialect) -> exp.Expr:
    """Our key of an account: no engine needs another's, but none may be negative, and Spark's hash is."""
    if dialect == "clickhouse":
        return _call("cityHash64", text)
    return _call("shiftrightunsigned", _call("xxhash64", text), exp.Literal.number(1))


def _call(name: str, *arguments: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this=name, expressions=list(arguments))


_MOMENT = "%Y-%m-%dT%H:%M:%SZ"  # how facts carry a time: see `_shape.utc`


def _for_clickhouse(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.Select):
        node.set("expressions", list(_named_apart(node.expressions)))
        _order_by_alias(node)
    if isinstance(node, exp.BitwiseRightShift):
        return _call("bitShiftRight", node.this, node.expression)
    if isinstance(node, exp.Upper):  # of letters beyond A to Z too
        return _call("upperUTF8", node.this)
    if isinstance(node, exp.RegexpReplace):
        every = "g" in getattr(node.args.get("modifiers"), "name", "")
        return _call(
            "replaceRegexpAll" if every else "replaceRegexpOne", node.this, node.expression, node.args["replacement"]
        )
    if isinstance(node, exp.Mod):  # of decimals it would take the whole units only
        times: exp.Expression = exp.Anonymous(
            this="trunc", expressions=[exp.Div(this=node.this.copy(), expression=node.expression.copy())]
        )
        whole = exp.Mul(this=times, expression=exp.Paren(this=node.expression))
        return exp.Paren(this=exp.Sub(this=exp.Paren(this=node.this), expression=whole))
    if isinstance(node, exp.Lead | exp.Lag):  # of a column that is never null it would answer 0 beyond the ends
        node.set("this", exp.Anonymous(this="toNullable", expressions=[node.this]))
    if isinstance(node, exp.Cast) and node.to.is_type("decimal") and isinstance(node.this, exp.Round):
        # A double is rounded half to even there, and cut off where it becomes a decimal.
        text = exp.Anonymous(this="toString", expressions=[node.this.this])
        exact = exp.Anonymous(this="toDecimal256", expressions=[text, exp.Literal.number(18)])
        node.this.set("this", exact)
    if isinstance(node, exp.Cast) and node.to.is_type(*exp.DataType.TEXT_TYPES) and node.this.name.endswith("usd"):
        return exp.Anonymous(this="toDecimalString", expressions=[node.this, exp.Literal.number(2)])
    if isinstance(node, exp.Length) and isinstance(node.this, exp.ArrayDistinct):
        return exp.Anonymous(this="length", expressions=[node.this])
    if isinstance(node, exp.TimeToStr) and node.args["format"].name == _MOMENT:
        return exp.Anonymous(this="formatDateTime", expressions=[node.this, exp.Literal.string("%Y-%m-%dT%H:%i:%SZ")])
    if isinstance(node, exp.PercentileDisc):
        return exp.Anonymous(this="quantileExactLow", expressions=[node.this])
    if isinstance(node, exp.Anonymous) and node.name.lower() == "timezone":
        zone, moment = node.expressions
        return exp.Anonymous(this="toTimeZone", expressions=[moment, zone])
    if isinstance(node, exp.SplitPart):
        part: exp.Expr = exp.func("coalesce", node.this, exp.Literal.string(""))
        parts = exp.Anonymous(this="splitByString", expressions=[node.args["delimiter"], part])
        return exp.Anonymous(this="arrayElement", expressions=[parts, node.args["part_index"]])
    if isinstance(node, exp.Trunc):  # keeps the scale there, and a sum of 20 digits before the point would not fit
        return exp.cast(exp.Anonymous(this="trunc", expressions=[node.this]), "decimal(38, 0)")
    return node


def _named_apart(columns: Sequence[exp.Expr]) -> Iterator[exp.Expr]:
    """The columns of a select, `l.x` named x: it would keep that whole name where both sides of a join have one.

    A name that comes again is numbered: no two columns may have one name there.
    """
    seen: dict[str, int] = {}
    for column in columns:
        if not isinstance(column, exp.Column) or not column.table or column.is_star:
            yield column
            continue
        seen[column.name] = seen.get(column.name, 0) + 1
        yield column.as_(column.name if seen[column.name] == 1 else f"{column.name}_{seen[column.name]}")


def _order_by_alias(select: exp.Select) -> None:
    """Let `order by x` mean what the select calls x, where a column of that name is there too."""
    told = {
        e.alias: e.this for e in select.expressions if isinstance(e, exp.Alias) and not isinstance(e.this, exp.Column)
    }
    order = select.args.get("order")
    for ordered in order.expressions if order else ():
        by = ordered.this
        if isinstance(by, exp.Column) and not by.table and by.name in told:
            by.replace(told[by.name].copy())


def _write_out_aliases(select: exp.Select) -> None:
    """Write out, within windows, what the select calls x: a window may not name it there."""
    told = {e.alias: e.this for e in select.expressions if isinstance(e, exp.Alias)}
    own = {name for name, this in told.items() if name not in {c.name for c in this.find_all(exp.Column)}}
    for window in [w for e in select.expressions for w in e.find_all(exp.Window)]:
        for column in list(window.find_all(exp.Column)):
            if not column.table and column.name in own:
                column.replace(told[column.name].copy())


def _for_spark(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.Select):
        _write_out_aliases(node)
    if isinstance(node, exp.TimeToStr) and node.args["format"].name == _MOMENT:
        return exp.Anonymous(
            this="date_format", expressions=[node.this, exp.Literal.string("yyyy-MM-dd'T'HH:mm:ss'Z'")]
        )
    if isinstance(node, exp.Trunc):
        floor, ceil = exp.func("floor", node.this), exp.func("ceil", node.this)
        return exp.case().when(exp.GTE(this=node.this.copy(), expression=exp.Literal.number(0)), floor).else_(ceil)
    if isinstance(node, exp.Anonymous) and node.name.lower() == "timezone":
        zone, moment = node.expressions
        return exp.Anonymous(this="from_utc_timestamp", expressions=[moment, zone])
    if isinstance(node, exp.Length) and isinstance(node.this, exp.ArrayDistinct):
        return exp.func("size", node.this)
    if isinstance(node, exp.DayOfWeekIso):  # sqlglot counts from Sunday there
        return exp.Paren(this=exp.Add(this=_call("weekday", node.this), expression=exp.Literal.number(1)))
    if isinstance(node, exp.PercentileDisc):
        return exp.cast(
            exp.WithinGroup(
                this=exp.PercentileDisc(this=node.expression.copy()),
                expression=exp.Order(expressions=[exp.Ordered(this=node.this.copy())]),
            ),
            "decimal(18, 2)",
        )
    return node


_RULES: Mapping[Dialect, Callable[[exp.Expr], exp.Expr]] = {
    "clickhouse": _for_clickhouse,
    "spark": _for_spark,
}
