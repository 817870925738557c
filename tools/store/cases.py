"""Cases kept in every version, each with the entry in the log that vouches for it, in one transaction."""

import difflib
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Literal, Self, cast

import sqlalchemy as sa
from pydantic import JsonValue, ValidationError

from casewright.knowledge import clock
from casewright.knowledge.case import Case
from casewright.knowledge.errors import DataError, NotFound
from casewright.knowledge.four_eyes import refuse_unread
from casewright.knowledge.records import Record, canonical_id
from casewright.tools.store import audit
from casewright.tools.store.engine import connect, exists, reading, shown, told, writing
from casewright.tools.store.exported import lines
from casewright.tools.store.standing import approved_in, standings
from casewright.tools.store.tables import audit as log
from casewright.tools.store.tables import case_subjects
from casewright.tools.store.tables import cases as cases_table
from casewright.tools.store.tables import particulars as beside
from casewright.tools.store.vouching import BrokenLink, Checked, check


class CaseRow(Record):
    """A case in one line: its newest version. Moments are seconds since 1970 UTC; `at` is its alert's, else its own."""

    id: str
    version: int
    at: int
    saved_at: int
    saved_by: str
    subjects: tuple[str, ...]
    alert: str = ""
    status: str
    recommendation: str


class Store:
    """An open case store, a context manager. Many may read and write at once; writers wait for one another."""

    def __init__(self, url: str, engine: sa.Engine) -> None:
        self.url = url
        self._engine = engine

    @classmethod
    def open(cls, url: str, *, create: bool = True) -> Self:
        """Open the store at a SQLAlchemy URL; it is made, or brought to the newest tables, where need be.

        Raises SettingsError for a URL that cannot be meant, DataError for a store that cannot be used; NotFound
        without CREATE where there is none.
        """
        if not create and not exists(url):
            raise NotFound("there is no case store here yet", shown(url), hint="casewright investigate ID makes it")
        return cls(url, connect(url))

    @staticmethod
    def exists(url: str) -> bool:
        """Whether there is a store at the URL already; a server's is taken to be there."""
        return exists(url)

    @property
    def place(self) -> str:
        """The file, or the server's URL without its password."""
        return shown(self.url)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._engine.dispose()

    def save_case(
        self,
        case: Case,
        who: str,
        *,
        after: int | None = None,
        also: Callable[[sa.Connection, int], None] = lambda connection, version: None,
    ) -> int:
        """Keep the case as its next version and tell that version; content that is kept already is not kept twice.

        With AFTER it must follow that version: PolicyError otherwise. ALSO acts in the same transaction.
        The log names its draft, and each tool's answer that it has not named for the case yet, by their hashes.
        A case made again later from the same data, with the same words, is the same content. All or nothing: a killed
        process leaves neither half a case nor an entry without its case.
        """
        case = with_status(case, "draft")
        with told(self.url), writing(self._engine) as connection:
            found = connection.execute(_newest(case.id)).first()
            refuse_unread(after, found.version if found else 0, case.id)
            if found is not None and _same(case, found.content):
                return int(found.version)
            version = found.version + 1 if found else 1
            content = case.model_dump_json()
            made_at = clock.epoch(case.versions.made_at)
            row = {
                "id": case.id,
                "version": version,
                "at": case.alert.at if case.alert else made_at,
                "saved_at": int(time.time()),
                "saved_by": who,
                "alert": case.alert.id if case.alert else None,
                "status": "draft",
                "recommendation": case.recommendation,
                "versions": case.versions.model_dump_json(),
                "content": content,
            }
            keys = {"case_id": case.id, "version": version}
            named = [{**keys, "nr": nr, "subject": subject.id} for nr, subject in enumerate(case.subjects)]
            rows = {cases_table: [row], case_subjects: named}
            told_before = _told_answers(connection, case.id)
            payload: dict[str, JsonValue] = {
                "version": version,
                "writer": case.versions.writer,
                "narrative": audit.digest(case.narrative.model_dump_json()),
                "evidence": [told for told in map(audit.answer_told, case.evidence) if told not in told_before],
            }
            audit.append(connection, who, "case saved", case.id, payload, rows)
            also(connection, version)
            return int(version)

    def load_case(self, case_id: str, version: int | None = None) -> Case:
        """The case in that version, else in its newest; `approved` where a second person approved that very version.

        Raises NotFound with the nearest ids.
        """
        query = _newest(case_id)
        with told(self.url), self._engine.connect() as connection:
            found = connection.execute(query if version is None else query.where(cases_table.c.version == version))
            row = found.first()
            if row is None:
                raise self._missing(connection, case_id, version)
            approved = approved_in(standings(connection, [case_id])[case_id], row.version)
        try:
            return with_status(Case.model_validate_json(row.content), "approved" if approved else "draft")
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise DataError(f"version {row.version} of case {case_id} cannot be read by this program"
                            f" ({where}: {first['msg']})", hint="casewright audit verify") from error  # fmt: skip

    def cases(
        self,
        subjects: Sequence[str] | None = None,
        *,
        before: int | None = None,
        leave_out: str = "",
        limit: int | None = None,
    ) -> list[CaseRow]:
        """The newest version of each case, the latest moment first: all, or those about any of these subjects.

        BEFORE (epoch seconds, exclusive) bounds the moment that a case is about; LEAVE_OUT is a case's id.
        """
        one = cases_table.alias("one")
        last = sa.select(sa.func.max(one.c.version)).where(one.c.id == cases_table.c.id).scalar_subquery()
        columns = [column for column in cases_table.c if column.name not in {"content", "versions", "audit"}]
        query = sa.select(*columns).where(cases_table.c.version == last, cases_table.c.id != leave_out)
        if before is not None:
            query = query.where(cases_table.c.at < before)
        if subjects is not None:
            query = query.where(_about(subjects))
        query = query.order_by(cases_table.c.at.desc(), cases_table.c.id).limit(limit)
        with told(self.url), self._engine.connect() as connection:
            rows = connection.execute(query).mappings().all()
            named = _subjects_of(connection, [(row["id"], row["version"]) for row in rows])
            stand = standings(connection, [row["id"] for row in rows])
        return [
            CaseRow(
                **row | {"alert": row["alert"] or "", "subjects": named[row["id"]], "status": stand[row["id"]].state}
            )
            for row in map(dict, rows)
        ]

    def version_of(self, case_id: str) -> int:
        """The newest version of a case, 0 where it has none."""
        with told(self.url), self._engine.connect() as connection:
            found = connection.execute(_newest(case_id)).first()
        return int(found.version) if found else 0

    @contextmanager
    def reads(self) -> Iterator[sa.Connection]:
        """A connection for questions of other files of this room."""
        with told(self.url), reading(self._engine) as connection:
            yield connection

    @contextmanager
    def writes(self) -> Iterator[sa.Connection]:
        """One transaction of another file of this room; it holds the write lock, so what it reads stays true."""
        with told(self.url), writing(self._engine) as connection:
            yield connection

    def record(
        self,
        who: str,
        what: str,
        about: str,
        payload: Mapping[str, JsonValue] | None = None,
        particulars: Mapping[str, JsonValue] | None = None,
    ) -> int:
        """Put into the log who did what about which case, alert or file; tells the entry's number.

        PARTICULARS are what there is to tell of persons: kept beside the entry, which vouches for them, and deleted
        with the case, while the entry with its PAYLOAD stays for good.
        """
        rows = {beside: [{"content": audit.written(particulars)}]} if particulars else {}
        with told(self.url), writing(self._engine) as connection:
            return audit.append(connection, who, what, about, payload or {}, rows)

    def particulars(self, entry: int) -> JsonValue:
        """What stands beside that entry of the log; None where nothing does, or no longer."""
        query = sa.select(beside.c.content).where(beside.c.audit == entry)
        with self.reads() as connection:
            content = connection.execute(query).scalar()
        return None if content is None else cast(JsonValue, json.loads(content))

    def entries(self, about: str = "", wanted: audit.Wanted | None = None) -> list[audit.Entry]:
        """The log in order: all of it, what is about one case, alert or file, or what is WANTED."""
        with self.reads() as connection:
            return list(audit.entries(connection, wanted or audit.Wanted(about=about)))

    def settle(self) -> None:
        """Let what was deleted leave the files of the database too, as far as that is for us to do."""
        if self._engine.dialect.name == "sqlite":
            with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("pragma wal_checkpoint(truncate)")

    def audit_lines(self) -> Iterator[str]:
        """The log as the lines of a file that can be checked without the store; the last one holds its head."""
        with self.reads() as connection:
            yield from lines(audit.entries(connection, audit.Wanted()))

    def check_audit(self, noted: str = "") -> Checked:
        """How many entries the log has, its head (the hash of the last one), and the first entry that does not hold.

        That is one that was changed, removed or moved, or that vouches for what was. NOTED was the head once.
        """
        with self.reads() as connection:
            return check(connection, noted)

    def verify_audit(self) -> BrokenLink | None:
        """The first entry that does not hold, None if the log is whole."""
        return self.check_audit().first_bad

    def revision(self) -> str:
        """The revision of the store's tables."""
        with told(self.url), self._engine.connect() as connection:
            return str(connection.execute(sa.text("select version_num from alembic_version")).scalar())

    def _missing(self, connection: sa.Connection, case_id: str, version: int | None) -> NotFound:
        ids = [row.id for row in connection.execute(sa.select(cases_table.c.id).distinct())]
        if case_id in ids:
            return NotFound(f"case {case_id} has no version {version}", hint="casewright cases list")
        close = difflib.get_close_matches(case_id, ids, 3, 0.5)
        hint = f"did you mean {' or '.join(close)}?" if close else "casewright cases list shows what is here"
        return NotFound(f"there is no case {case_id!r}", hint=hint)


def _newest(case_id: str) -> sa.Select[tuple[int, str]]:
    columns = (cases_table.c.version, cases_table.c.content)
    return sa.select(*columns).where(cases_table.c.id == case_id).order_by(cases_table.c.version.desc()).limit(1)


def _same(case: Case, content: str) -> bool:
    """Whether the content is this case, whenever it was made."""
    ours = json.loads(case.model_dump_json())
    try:
        kept = json.loads(content)
    except ValueError:  # damaged since: what is saved now becomes the next version
        return False
    made, was = _made_with(ours), _made_with(kept)
    told = made.keys() & was.keys()  # what older cases do not tell is no difference
    return bool(ours | {"versions": {}} == kept | {"versions": {}} and all(made[name] == was[name] for name in told))


def _told_answers(connection: sa.Connection, case_id: str) -> list[JsonValue]:
    """The tools' answers that the log has named for this case already."""
    saved = sa.select(log.c.payload).where(log.c.about == case_id, log.c.what == "case saved")
    payloads = connection.execute(saved).scalars()
    return [answer for payload in payloads for answer in json.loads(payload).get("evidence", ())]


def with_status(case: Case, status: Literal["draft", "approved"]) -> Case:
    """The case with its memo in that status. What is kept is a draft; approved is what people's acts make it."""
    return case.model_copy(update={"narrative": case.narrative.model_copy(update={"status": status})})


def _made_with(case: dict[str, Any]) -> dict[str, Any]:
    """The versions that made a case, as far as they are told, without the time."""
    return {name: version for name, version in case.get("versions", {}).items() if name != "made_at" and version}


def _about(subjects: Sequence[str]) -> sa.ColumnElement[bool]:
    named = sa.select(case_subjects.c.case_id).where(case_subjects.c.version == cases_table.c.version)
    return cases_table.c.id.in_(named.where(case_subjects.c.subject.in_([canonical_id(name) for name in subjects])))


def _subjects_of(connection: sa.Connection, keys: Sequence[tuple[str, int]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {case_id: () for case_id, _ in keys}
    for start in range(0, len(keys), 500):  # a statement takes a bounded number of values
        part = keys[start : start + 500]
        wanted = sa.tuple_(case_subjects.c.case_id, case_subjects.c.version).in_(part)
        query = sa.select(case_subjects.c.case_id, case_subjects.c.subject).where(wanted).order_by(case_subjects.c.nr)
        for row in connection.execute(query):
            found[row.case_id] += (row.subject,)
    return found
