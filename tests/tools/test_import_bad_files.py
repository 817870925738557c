"""Files that cannot be what they are said to be: one clear line, and the ledger untouched."""

import gzip
from pathlib import Path

import pytest

from casewright.knowledge.errors import DataError
from casewright.tools.importing import import_file

HEADER = b"id,at,src,dst,usd\n"
ROW = b"P-1,2025-03-04,A,B,5\n"


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("empty.csv", b"", "the file is empty"),
        ("blank.csv", b"\xef\xbb\xbf\n \r\n\n", "the file is empty"),
        (
            "other.csv",
            b"foo,bar\n1,2\n",
            "this is not table: expected the columns at, src, dst, usd (or amount with asset)",
        ),
        (
            "latin.csv",
            HEADER + ROW + b"P-2,2025-03-04,M\xfcller,B,5\n",
            "latin.csv:3: the file is not UTF-8 text (byte 0xfc)",
        ),
        ("cut.csv", HEADER + b"P-2,2025-03-04,A,B,5\xc3", "is not UTF-8 text"),
        ("wide.csv", (HEADER + ROW).decode().encode("utf-16"), "the file is UTF-16 text"),
        ("packed.csv", gzip.compress(HEADER + ROW), "the file is gzip-compressed"),
        ("book.xlsx", b"PK\x03\x04\x14\x00\x06\x00", "a zip archive or an Excel workbook"),
        ("image.csv", bytes(range(256)), "the file is binary"),
        ("zero.csv", HEADER + ROW * 60_000 + b"P-2,2025-03-04,A\0,B,5\n", "zero.csv:60002: a zero byte"),
        ("half.parquet", b"PAR1 and then nothing", "begins as Parquet but cannot be read"),
        ("array.json", b'[{"id": "P-1"}]', "the file holds a JSON array; write one object a line"),
        (
            "quote.csv",
            HEADER + ROW + b'P-2,2025-03-04,"A,B,5\n',
            "quote.csv:3: a quote is opened here and never closed",
        ),
        ("long.csv", b"x" * 2_000_000, "the first line is longer than"),
    ],
    ids=lambda value: value if isinstance(value, str) and "." in value and " " not in value else "",
)
def test_a_file_that_is_something_else_is_told_in_one_line(
    tmp_path: Path, name: str, content: bytes, told: str
) -> None:
    path, ledger = tmp_path / name, tmp_path / "ws" / "ledger.duckdb"
    path.write_bytes(content)
    with pytest.raises(DataError) as error:
        import_file(ledger, "transfers", path, "table")
    assert told in str(error.value)
    assert "\n" not in str(error.value)
    assert error.value.exit_code == 1
    assert not ledger.exists()


def test_a_folder_and_a_missing_file_are_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="this is a folder, expected a file"):
        import_file(tmp_path / "ledger.duckdb", "transfers", tmp_path, "table")
    with pytest.raises(DataError, match="there is no such file"):
        import_file(tmp_path / "ledger.duckdb", "transfers", tmp_path / "gone.csv", "table")


def test_a_pipe_is_told(tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(DataError, match="this is no regular file"):
        import_file(tmp_path / "ledger.duckdb", "transfers", tmp_path / "pipe.csv", "table")


def test_a_file_of_another_known_format_is_told_with_that_format(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text("Timestamp,Block,Tx_hash,From,From_label,To,To_label,Value_in_USD\n")
    for kind, name, hint in [
        ("transfers", "saml-d", "it looks like heist-csv: try --format heist-csv"),
        ("labels", "ofac-csv", "it looks like heist-csv: try import transfers PATH --format heist-csv"),
    ]:
        with pytest.raises(DataError) as error:
            import_file(tmp_path / "ledger.duckdb", kind, path, name)
        assert f"this is not {name}: expected the header" in str(error.value)
        assert hint in str(error.value)


def test_without_a_format_the_header_decides_where_it_can(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(HEADER + ROW)
    assert import_file(tmp_path / "ledger.duckdb", "transfers", path).format == "table"
    path.write_bytes(b"foo;bar\n")
    with pytest.raises(DataError, match="is of no known format: its header is 'foo;bar'"):
        import_file(tmp_path / "ledger.duckdb", "transfers", path)


@pytest.mark.parametrize("name", ["a[1].csv", "a*b?.csv", "it's.csv", "year=2024.csv", "über 10%.csv", "-x.csv"])
def test_names_of_files_mean_nothing_to_the_reader(tmp_path: Path, name: str) -> None:
    (tmp_path / "a1.csv").write_bytes(HEADER)
    path = tmp_path / name
    path.write_bytes(HEADER + ROW)
    assert import_file(tmp_path / "ws" / "ledger.duckdb", "transfers", path, "table").stored == 1


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + HEADER + ROW,
        (HEADER + ROW).replace(b"\n", b"\r\n"),
        (HEADER + ROW).replace(b"\n", b"\r"),
        (HEADER + ROW).replace(b",", b"\t"),
        (HEADER + ROW).replace(b",", b"|").rstrip(),
        b"\n\n" + HEADER + b"\n" + ROW + b"\n",
        b'"id","at","src","dst","usd"\n"P-1","2025-03-04","A","B","5"\n',
    ],
)
def test_the_ways_in_which_programs_write_csv_are_read(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(content)
    report = import_file(tmp_path / "ws" / "ledger.duckdb", "transfers", path, "table")
    assert (report.read, report.stored) == (1, 1)


def test_a_header_without_rows_is_an_empty_day(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(HEADER)
    report = import_file(tmp_path / "ws" / "ledger.duckdb", "transfers", path, "table")
    assert (report.read, report.useless) == (0, False)


def test_rows_of_monstrous_size_harm_nobody_but_themselves(tmp_path: Path) -> None:
    path, deep = tmp_path / "export.csv", tmp_path / "deep.jsonl"
    path.write_bytes(
        b"id,at,src,dst,usd,memo\nP-1,2025-03-04,A,B,5," + b"m" * 3_000_000 + b"\nP-2,2025-03-04,A,B,5,x\n"
    )
    report = import_file(tmp_path / "ws" / "ledger.duckdb", "transfers", path, "table")
    assert (report.read, report.stored) == (2, 1)
    assert report.rejects[0].reason == "memo has 3000000 characters, at most 2000 are taken"
    nested = "[" * 50_000 + "]" * 50_000
    row = '{"id": "P-3", "at": "2025-03-04", "src": "A", "dst": "B", "usd": 5'
    deep.write_text(f'{row}, "memo": {nested}}}\n{row}}}\n')
    report = import_file(tmp_path / "ws" / "ledger.duckdb", "transfers", deep, "table", map_path=_map(tmp_path))
    assert (report.read, report.stored, report.rejected) == (2, 1, 1)


def _map(tmp_path: Path) -> Path:
    path = tmp_path / "MAP.yaml"
    path.write_text("columns: {id: id, at: at, src: src, dst: dst, usd: usd, memo: memo}")
    return path
