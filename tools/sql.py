"""Free SQL, behind two walls: what may be said is listed here, and the connection it runs on can reach nothing else.

The first wall reads the statement: one SELECT, of the ledger's own tables, made of parts and functions that are listed;
what runs is written anew from what was understood. The second is `warehouse.locked`. What comes back has a limit of
rows, of time and of memory.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import duckdb
import sqlglot
from sqlglot import exp

from casewright.knowledge.clock import iso
from casewright.knowledge.errors import PolicyError, UsageError
from casewright.knowledge.evidence import Column, Evidence, Table
from casewright.tools.warehouse import SCHEMA, Ledger, locked

ROWS = 200  # a person's screenful or two; --limit asks for more
MOST_ROWS = 10_000
SECONDS = 10.0
_LONGEST = 10_000  # characters of a statement: people write some hundred
_DEEPEST = 60  # parts within parts
# Raw lines of rejected files, and the workspace's own settings, are nobody's question.
TABLES = frozenset(SCHEMA) - {"meta", "rejects"}

# The parts that a statement may be made of, by the names of the parser.
_PARTS = frozenset(
    """Select From Join Where Group Having Qualify Order Ordered Limit Offset With CTE TableAlias Table Subquery
    Union Except Intersect Column Identifier Star Literal Alias Paren And Or Not EQ NEQ GT GTE LT LTE Is Null
    NullSafeEQ NullSafeNEQ Boolean Between In Like ILike Add Sub Mul Div IntDiv Mod Neg DPipe Case If Cast TryCast
    DataType DataTypeParam Window WindowSpec Filter Distinct Interval Var Tuple Exists Values WithinGroup Cube Rollup
    GroupingSets Escape IgnoreNulls Array""".split()  # noqa: SIM905  read as a text, it is one list and not a column
)
# The functions, by the names of the parser or, where it knows none, by their own.
_FUNCTIONS = frozenset(
    """Abs ArgMax ArgMin Avg Ceil Coalesce Concat ConcatWs Contains Count CountIf DateDiff DateTrunc DayOfWeek DenseRank
    EndsWith Exp Extract FirstValue Floor Greatest GroupConcat Grouping Lag LastValue Lead Least Left Length Ln Log
    Lower Max Median Min NthValue Ntile Nullif PercentRank PercentileCont PercentileDisc Pow Quantile Rank RegexpLike
    Right Round RowNumber Sign SplitPart Sqrt StartsWith Stddev StddevPop StddevSamp StrPosition Substring Sum TimeToStr
    TimestampTrunc Trim Upper Variance VariancePop Year Month Day Quarter CumeDist ApproxDistinct Corr Replace
    TsOrDsToDate Hour Minute Date DateAdd MakeTimestamp UnixToTime LogicalAnd LogicalOr""".split()  # noqa: SIM905  as above
)
_BY_NAME = frozenset({"make_timestamp", "epoch_ms", "hash"})
_OWN_NAME = re.compile(r"[a-z_]\w*")  # of a statement's own tables: no path, and nothing with a dot

# What columns of the ledger hold, by their names.
_IDS = frozenset({"id", "src", "dst", "account", "counterparty", "subject"})
_HASHES = frozenset({"hash", "transfer"})
_EPOCHS = frozenset({"epoch", "known_epoch", "since_epoch", "opened_epoch"})
_UNITS = {"device": "device", "ip": "IP address"}


def understood(query: str) -> exp.Query:
    """The statement as the parser understands it, where all of it may be said.

    Raises PolicyError for what may not be said, UsageError for what is no SQL.
    """
    if len(query) > _LONGEST:
        raise UsageError(f"this statement has {len(query):,} characters, at most {_LONGEST:,} are read")
    try:
        statements = duckdb.extract_statements(query)
    except duckdb.Error as error:
        raise UsageError(f"no SQL that DuckDB understands: {_first_line(error)}") from error
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise PolicyError("only a single SELECT may be asked")
    try:
        parsed = sqlglot.parse_one(query, dialect="duckdb")
    except (sqlglot.errors.SqlglotError, RecursionError) as error:
        raise UsageError(f"no SQL that can be read here: {_first_line(error)}", hint="say it more simply") from error
    if not isinstance(parsed, exp.Query):
        raise PolicyError("only a single SELECT may be asked")
    _refuse(parsed)
    return parsed


def ask(ledger: Ledger, query: str, *, limit: int = ROWS, seconds: float = SECONDS) -> Evidence:
    """The answer to free SQL about the whole ledger, at most LIMIT rows of it, in at most SECONDS.

    Raises PolicyError for a statement that may not be asked, UsageError for one that is wrong or takes too long.
    """
    if not 1 <= limit <= MOST_ROWS:
        raise UsageError(f"--limit {limit}: between 1 and {MOST_ROWS:,} rows are shown")
    parsed = understood(query)
    kept = parsed.limit(limit + 1) if _limit_of(parsed) > limit else parsed
    text = kept.sql(dialect="duckdb", comments=False)
    with locked(ledger.path, seconds=seconds) as connection:
        _refuse_shadows(parsed, connection)
        try:
            cursor = connection.execute(text)
            head = [(str(column[0]), str(column[1])) for column in cursor.description or ()]
            rows = cursor.fetchmany(limit + 1)
        except duckdb.InterruptException as error:
            raise UsageError(f"this took longer than {seconds:g} seconds", hint="ask about a shorter time") from error
        except RuntimeError as error:  # how the binding tells of Ctrl-C in a query
            if "interrupted" not in str(error).lower():
                raise
            raise KeyboardInterrupt from error
        except duckdb.OutOfMemoryException as error:
            raise UsageError("this needs more memory than free SQL has", hint="ask about a shorter time") from error
        except duckdb.Error as error:
            raise UsageError(_first_line(error), hint="casewright data describe lists the tables") from error
    table = _table(head, rows[:limit], ledger.currency)
    return Evidence(
        tool="sql",
        arguments={"query": text, "limit": limit},
        query=text + ";",
        tables=(table,),
        status="found" if rows else "empty",
        searched=f"{', '.join(_tables(parsed)) or 'no table'} of the whole ledger, every account and all time",
        truncated=f"the first {limit:,} rows are shown" if len(rows) > limit else "",
    )


def _refuse(parsed: exp.Query) -> None:
    """Raise PolicyError for the first part, function or table that is not listed."""
    for node in parsed.walk():
        name = type(node).__name__
        if isinstance(node, exp.Anonymous):
            if str(node.this).lower() not in _BY_NAME:
                raise PolicyError(f"the function {str(node.this)[:40]!r} may not be asked")
        elif isinstance(node, exp.Func) and not isinstance(node, (exp.And, exp.Or, exp.Case, exp.If, exp.Cast)):
            if name not in _FUNCTIONS | _PARTS:
                raise PolicyError(f"the function {node.sql_name().lower()!r} may not be asked")
        elif name not in _PARTS:
            raise PolicyError(f"{_words(name)} may not be asked")
        if isinstance(node, exp.With) and node.args.get("recursive"):
            raise PolicyError("a recursive query may not be asked", hint="casewright query trace follows value")
        if node.depth > _DEEPEST:
            raise PolicyError(f"more than {_DEEPEST} parts within parts are not read")
    named = _ctes(parsed)
    if wrong := next((name for name in sorted(named) if not _OWN_NAME.fullmatch(name)), None):
        raise PolicyError(f"{wrong[:40]!r} is no name for a table of the statement's own", hint="letters, digits and _")
    for limit in parsed.find_all(exp.Limit):
        if not (isinstance(limit.expression, exp.Literal) and limit.expression.this.isdigit()):
            raise PolicyError("a limit is a plain number here", hint="limit 20")
    for table in parsed.find_all(exp.Table):
        plain = isinstance(table.this, exp.Identifier) and not table.args.get("db") and not table.args.get("catalog")
        if not plain or table.name.lower() not in TABLES | named:
            told = table.sql(dialect="duckdb")[:60]
            raise PolicyError(f"{told} may not be read", hint=f"there are {', '.join(sorted(TABLES))}")


def _refuse_shadows(parsed: exp.Query, connection: duckdb.DuckDBPyConnection) -> None:
    """Raise PolicyError where a name of the statement's own is one of the engine's, which could be read instead."""
    own = connection.execute("select lower(view_name) from duckdb_views() union select lower(table_name) from"
                             " duckdb_tables() union select lower(function_name) from duckdb_functions()"
                             " where function_type in ('table', 'pragma', 'table_macro')").fetchall()  # fmt: skip
    if shadowed := _ctes(parsed) & ({row[0] for row in own} - TABLES):
        raise PolicyError(f"{sorted(shadowed)[0]!r} is a name of the engine's", hint="call it otherwise")


def _ctes(parsed: exp.Query) -> frozenset[str]:
    return frozenset(cte.alias.lower() for cte in parsed.find_all(exp.CTE))


def _tables(parsed: exp.Query) -> list[str]:
    return sorted({table.name.lower() for table in parsed.find_all(exp.Table)} & TABLES)


def _limit_of(parsed: exp.Query) -> float:
    limit = parsed.args.get("limit")
    number = limit.expression if isinstance(limit, exp.Limit) else None
    return int(number.this) if isinstance(number, exp.Literal) and number.this.isdigit() else float("inf")


def _table(head: Sequence[tuple[str, str]], rows: Sequence[Sequence[Any]], currency: str) -> Table:
    names = _apart(name for name, _ in head)
    columns = tuple(
        _column(name, kind, currency).model_copy(update={"name": told})
        for (name, kind), told in zip(head, names, strict=True)
    )
    cells = ({c.name: _cell(c, value) for c, value in zip(columns, row, strict=True)} for row in rows)
    return Table(columns=columns, rows=tuple(cells))


def _apart(names: Iterator[str]) -> list[str]:
    """Names that are apart: a second `usd` is `usd_2`."""
    found: list[str] = []
    for name in names:
        number = 2
        told = name
        while told in found:
            told, number = f"{name}_{number}", number + 1
        found.append(told)
    return found


def _column(name: str, type_: str, currency: str) -> Column:
    """What a column holds, by its name in the ledger where its type agrees, else by its type alone."""
    bare = name.lower()
    number = type_.startswith(("DECIMAL", "DOUBLE", "FLOAT"))
    whole = type_.endswith(("INTEGER", "BIGINT", "SMALLINT", "TINYINT", "HUGEINT"))
    if number and re.search(r"(?:^|_)usd$", bare):
        return Column(name=name, kind="money", unit="USD")
    if number and re.search(r"(?:^|_)local$", bare):
        return Column(name=name, kind="money", unit=currency)
    if number and bare in ("amount", "amount_in"):
        return Column(name=name, kind="native")
    if whole:
        return Column(name=name, kind="time" if bare in _EPOCHS else "count")
    if number:
        return Column(name=name, kind="ratio")
    if bare in _IDS:
        return Column(name=name, kind="id")
    if bare in _UNITS:
        return Column(name=name, kind="word", unit=_UNITS[bare])
    kind = "hash" if bare in _HASHES else "date" if type_ == "DATE" else "text" if type_ != "VARCHAR" else ""
    if kind:
        return Column(name=name, kind=kind)  # type: ignore[arg-type]
    return Column(name=name, kind="text")  # a word or what a stranger wrote: it cannot be told apart here


def _cell(column: Column, value: Any) -> Any:
    if value is None:
        return None
    if column.kind == "time":
        return iso(int(value)) if -(2**36) < int(value) < 2**36 else str(value)
    if column.kind in ("ratio", "money", "native") and str(value) in ("nan", "inf", "-inf"):
        return None
    return value if column.kind in ("money", "native", "ratio", "count") else str(value)


def _words(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()


def _first_line(error: BaseException) -> str:
    told = str(error).strip() or type(error).__name__
    return re.sub(r"\x1b\[[0-9;]*m", "", told.splitlines()[0])[:200]
