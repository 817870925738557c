"""Every row read ends stored, duplicate or rejected, whatever a file holds, and at its true line."""

import csv
import io
import tempfile
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from casewright.tools.importing import import_file
from casewright.tools.warehouse import Ledger

HEADER = ["id", "at", "src", "dst", "usd", "memo"]
_GOOD_TIMES = {"2025-03-04": 1741046400, "2025-03-04T05:06:07Z": 1741064767, "2025-03-04 13:06:07+08:00": 1741064767}

ids = st.sampled_from(["P-1", "P-2", "P-3", "P-4", ""])
times = st.sampled_from([*_GOOD_TIMES, *_GOOD_TIMES, "", "soon", "2025-13-01"])
parties = st.sampled_from(["C-1", "C-2", "C-3", ""])
values = st.sampled_from(["5", "5.00", "5.004", "7.995", "0", "", "-1", "much", "1e2"])
memos = st.one_of(
    st.just(""),
    st.text(st.characters(codec="utf-8", exclude_characters="\0\r", exclude_categories=("Cs", "Zl", "Zp", "Zs", "Cc"))),
    st.sampled_from(
        ["two\nlines", 'a "quote"', "semi;colon, comma", "'; drop table transfers; --", "=1+1", "m" * 2001]
    ),
)
rows = st.tuples(ids, times, parties, parties, values, memos).map(list)
odd = st.one_of(rows.map(lambda row: row[:3]), rows.map(lambda row: [*row, "more"]), st.just([]))
files = st.lists(st.one_of(rows, rows, rows, rows, odd), max_size=12)


def expected(file: list[list[str]]) -> tuple[list[str], dict[Any, tuple[Any, ...]]]:
    """What becomes of each row, worked out one by one; and the values stored by id."""
    ends, stored = [], {}
    for row in file:
        if not row:
            continue
        if len(row) != len(HEADER):
            ends.append("rejected")
            continue
        name, at, src, dst, usd, memo = (cell.strip(" ") for cell in row)
        good = at in _GOOD_TIMES and src and dst and usd not in {"", "-1", "much"} and len(memo) <= 2000
        if not good:
            ends.append("rejected")
            continue
        cents = Decimal(usd).quantize(Decimal("0.01"), ROUND_HALF_UP)
        told = (_GOOD_TIMES[at], src, dst, cents, memo or None)
        key: Any = name or told
        ends.append("stored" if key not in stored else "duplicate" if stored[key] == told else "rejected")
        stored.setdefault(key, told)
    return ends, stored


def written(file: list[list[str]], end: str) -> tuple[str, list[int]]:
    """The file as CSV, and the line where each row that is one begins."""
    text, lines = io.StringIO(newline=""), []
    writer = csv.writer(text, lineterminator=end)
    for row in [HEADER, *file]:
        lines.append(text.getvalue().count("\n") + 1)
        if row:
            writer.writerow(row)
        else:
            text.write(end)
    return text.getvalue(), [line for line, row in zip(lines[1:], file, strict=True) if row]


@settings(max_examples=20, deadline=None)
@given(files, st.sampled_from(["\n", "\r\n"]))
def test_stored_duplicates_and_rejects_add_up_to_the_rows_read(file: list[list[str]], end: str) -> None:
    text, lines = written(file, end)
    ends, stored = expected(file)
    with tempfile.TemporaryDirectory() as folder:
        path, ledger = Path(folder) / "export.csv", Path(folder) / "ws" / "ledger.duckdb"
        path.write_text(text, encoding="utf-8", newline="")
        report = import_file(ledger, "transfers", path, "table")
        assert (report.read, report.stored, report.duplicates, report.rejected) == (
            len(ends),
            ends.count("stored"),
            ends.count("duplicate"),
            ends.count("rejected"),
        )
        bad = [line for line, how in zip(lines, ends, strict=True) if how == "rejected"]
        assert [reject.line for reject in report.rejects] == bad
        again = import_file(ledger, "transfers", path, "table")
        assert (again.read, again.stored) == (report.read, 0)
        assert again.duplicates + again.rejected == again.read
        with Ledger.open(ledger) as opened:
            found = opened.rows("select epoch, src, dst, usd, memo, line from transfers")
            assert sorted(map(repr, (row[:5] for row in found))) == sorted(map(repr, stored.values()))
            kept = [line for line, how in zip(lines, ends, strict=True) if how == "stored"]
            assert sorted(row[5] for row in found) == kept
            sums = "select (select count(*) from legs), (select coalesce(sum(usd), 0) from legs where direction = 'in')"
            assert opened.rows(sums) == [(2 * len(stored), sum((told[3] for told in stored.values()), Decimal(0)))]
            assert opened.rows("select count(*) from rejects") == [(len(bad),)] or again.rejected > report.rejected
