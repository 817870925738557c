"""Spark: a session on a master, and the ledger's tables as Parquet files in a folder that all its workers reach."""

import json
import os
import re
import shutil
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from casewright.knowledge.errors import DataError, SettingsError
from casewright.tools.engines.translate import Dialect

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

_KEY = "shiftrightunsigned(xxhash64(account), 1) as key"
_SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",  # sums of native amounts keep their 18 decimals
    "spark.sql.constraintPropagation.enabled": "false",  # it fails on a union that is kept as a temporary view
    "spark.sql.autoBroadcastJoinThreshold": "64m",
}
_LOCAL = {
    "spark.sql.shuffle.partitions": "2",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.memory": "2g",
}
_PARTS = "parts.json"  # which files are the tables' now: written last, so that others see all of a change or nothing


class Spark:
    """An engine (`remote.Engine`) on a Spark session."""

    dialect: Dialect = "spark"

    def __init__(self, url: str, home: Path) -> None:
        """Open a session on the master URL (`local[2]`, `spark://HOST:7077`), or on `sc://HOST` (Spark Connect).

        The tables' files are in HOME. Raises SettingsError where Spark is missing, DataError where no session comes up.
        """
        self.place = f"{url or 'local[*]'} {home}"
        self._home = home
        self._spark = _session(url or "local[*]")
        self._kept: dict[str, DataFrame] = {}
        self._parts: dict[str, dict[str, Any]] = self._read_parts()
        for name in self._parts:
            self._show(name)

    def ask(self, query: str) -> "pa.Table":
        """The rows of a query."""
        try:
            return self._spark.sql(query).toArrow()
        except Exception as error:  # whatever the driver raises, a person reads one line
            raise DataError(f"Spark refuses ({str(error).strip().splitlines()[0][:300]})", self.place) from error

    def keep(self, name: str, query: str) -> None:
        """Keep a query's rows as a temporary view, computed once."""
        rows = self._spark.sql(query).localCheckpoint(eager=True)
        rows.createOrReplaceTempView(name)

    def hand_over(self, name: str, columns: "pa.Table") -> None:
        """Keep these rows as a temporary view: texts and whole numbers."""
        self._spark.createDataFrame(columns).createOrReplaceTempView(name)

    def forget(self, name: str) -> None:
        """Drop a temporary view."""
        self._spark.catalog.dropTempView(name)

    def replace(self, name: str, rows: Path, import_id: int | None = None) -> None:
        """Let a Parquet file's rows be a table of the ledger, or what one import gave to it."""
        self._home.mkdir(parents=True, exist_ok=True)
        part = f"{name}-{'all' if import_id is None else import_id}-{uuid.uuid4().hex[:8]}.parquet"
        shutil.copyfile(rows, self._home / part)
        files = {} if import_id is None else dict(self._parts.get(name, {}).get("files", {}))
        old = files.get(str(import_id)) if import_id is not None else self._parts.get(name, {}).get("files", {}).get("")
        files["" if import_id is None else str(import_id)] = part
        self._write_parts({**self._parts, name: {"files": files}})
        self._show(name)
        if old:
            (self._home / old).unlink(missing_ok=True)

    def view(self, name: str, query: str) -> None:
        """Let the ledger's table NAME be what a query over tables that are there already finds."""
        self._home.mkdir(parents=True, exist_ok=True)
        self._write_parts({**self._parts, name: {"query": query}})
        self._show(name)

    def as_ours(self, words: str, kind: str, *, needed: bool) -> str:
        """An expression over a table that is there already, cast to our type KIND."""
        if scale := re.fullmatch(r"decimal\(\d+,(\d+)\)", kind):
            words = f"round(cast({words} as decimal(38, 18)), {scale[1]})"
        return f"cast({words} as {'string' if kind == 'varchar' else kind})"

    def drop(self, name: str) -> None:
        """Drop a table or view of the ledger, if it is there."""
        parts = dict(self._parts)
        files = parts.pop(name, {}).get("files", {})
        self._write_parts(parts)
        self._spark.catalog.dropTempView(name)
        for file in files.values():
            (self._home / file).unlink(missing_ok=True)

    def tables(self) -> frozenset[str]:
        """The tables and views of the ledger."""
        return frozenset(self._parts)

    def close(self) -> None:
        """Forget the views; the session goes on for the next question of this process."""
        for name in self._parts:
            self._spark.catalog.dropTempView(name)

    def _show(self, name: str) -> None:
        """The table's view, as its parts say."""
        told = self._parts[name]
        if "query" in told:
            self._spark.sql(told["query"]).createOrReplaceTempView(name)
            return
        rows = self._spark.read.parquet(*(str((self._home / file).absolute()) for file in told["files"].values()))
        (rows.selectExpr(_KEY, "*") if name == "legs" else rows).createOrReplaceTempView(name)

    def _read_parts(self) -> dict[str, dict[str, Any]]:
        try:
            return dict(json.loads((self._home / _PARTS).read_text("utf-8")))
        except FileNotFoundError:
            return {}
        except ValueError as error:
            hint = "remove the folder and send the ledger again: casewright data push"
            raise DataError("the list of this engine's files is damaged", self._home / _PARTS, hint=hint) from error

    def _write_parts(self, parts: dict[str, dict[str, Any]]) -> None:
        unfinished = self._home / f"{_PARTS}.{os.getpid()}"
        unfinished.write_text(json.dumps(parts), "utf-8")
        unfinished.replace(self._home / _PARTS)
        self._parts = parts


def _session(url: str) -> "SparkSession":
    from pyspark.sql import SparkSession

    if not re.match(r"(local\[|spark://|sc://|k8s://|yarn$)", url):
        raise SettingsError("engine_url is no master of a Spark", hint="local[4], spark://HOST:7077 or sc://HOST:15002")
    builder = SparkSession.builder.appName("casewright")
    builder = builder.remote(url) if url.startswith("sc://") else builder.master(url)
    for name, value in {**_SETTINGS, **(_LOCAL if url.startswith("local") else {})}.items():
        builder = builder.config(name, value)
    try:
        session = builder.getOrCreate()
    except Exception as error:  # whatever the driver raises, a person reads one line
        told = str(error).strip().splitlines()[0][:300] if str(error).strip() else type(error).__name__
        raise DataError(f"no Spark session comes up ({told})", url, hint="is Java 17 or newer installed?") from error
    if not url.startswith("sc://"):
        session.sparkContext.setLogLevel("ERROR")
    return session
