"""A file's rows as one temporary view of typed rows, `incoming`: those that cannot be used bear their reason.

`incoming` has the ledger's columns of its kind, `x_...` extras, `fault` (the reason; NULL of a good row), `fault_text`
(a bad row as it stands), `line`, where the row is in its file, and `nr`, which counts rows in the file's order.
"""

from pathlib import Path

import duckdb

from casewright.knowledge.errors import DataError
from casewright.tools.intake.columns import staging_query
from casewright.tools.intake.files import Scan, SourceFile
from casewright.tools.intake.kinds import Kind
from casewright.tools.intake.reading import Raw, Reading
from casewright.tools.intake.rows import by_hand, by_machine, raw_rows, rows_by_hand, texts_by_hand
from casewright.tools.warehouse import Ledger, literal

# What DuckDB says of a file that it cannot take apart: too many cells, an open quote. A full disk is none of these.
_MALFORMED = (duckdb.InvalidInputException, duckdb.ConversionException)


def stage(ledger: Ledger, file: SourceFile, kind: Kind, reading: Reading, found: Scan, at: Path) -> None:
    """Read the file into the view `incoming`; AT is the file under a name without wildcards.

    Raises DataError for a file that cannot be read at all.
    """
    _set_times(ledger, reading)
    if reading.rows is None and _by_machine(ledger, file, kind, reading, found, at):
        return
    if reading.rows is not None:
        columns, rows = reading.columns, reading.rows
    elif file.container == "json":
        columns, rows = (), texts_by_hand(file)
    else:
        columns, rows = file.columns, rows_by_hand(file)
    by_hand(ledger.connection, rows, columns)
    _create(ledger, kind, reading, raw_rows(file, reading.columns, columns))
    ledger.rows("drop table raw_rows")


def _by_machine(ledger: Ledger, file: SourceFile, kind: Kind, reading: Reading, found: Scan, at: Path) -> bool:
    """Whether DuckDB read the file itself, and a row was a line throughout, so that lines can be counted."""
    raw = by_machine(file, reading.columns, at)
    try:
        _create(ledger, kind, reading, raw)
    except _MALFORMED as error:
        if file.container == "parquet":
            raise DataError(f"the file cannot be read ({str(error).splitlines()[0]})", file.path) from error
        return False
    if file.container == "parquet":
        return True
    rows = int(ledger.value("select count(*) from staged"))
    return rows == found.lines + 1 - raw.first_line and not found.odd_ends


def _create(ledger: Ledger, kind: Kind, reading: Reading, raw: Raw) -> None:
    ledger.connection.execute("drop view if exists incoming")
    ledger.connection.execute(f"create or replace temp table staged as {staging_query(kind, reading, raw)}")
    line = "" if raw.numbered else f", rowid + {raw.first_line} as line"
    local = ", usd as local" if kind.name == "transfers" else ""
    ledger.connection.execute(f"create temp view incoming as select *{line}, rowid as nr{local} from staged")


def _set_times(ledger: Ledger, reading: Reading) -> None:
    """Times without an offset are of the reading's zone; its time format must be one that DuckDB reads."""
    ledger.rows(f"set timezone = {literal(reading.zone)}")
    if "%" in reading.time_format:
        try:
            ledger.rows(f"select try_strptime('', {literal(reading.time_format)})::varchar")
        except duckdb.Error as error:
            told = str(error).splitlines()[0].partition(": ")[2]
            raise DataError(f"time_format {reading.time_format!r} cannot be read ({told})", "MAP.yaml") from error
