"""AMLTRIX's techniques in a workspace: a pack of its own under `packs/amltrix/`, with the licence that it comes with.

AMLTRIX (framework.amltrix.com) is published by AMLYZE under its own licence, which asks to be named and to stay with
what is taken over. So its words are never mixed into typologies: those name techniques by id, the pack tells names.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

import yaml

from casewright.agent.settings import Workspace
from casewright.knowledge.errors import CasewrightError, DataError, join_errors
from casewright.knowledge.records import Record
from casewright.knowledge.yamlfile import read_yaml

FROM = "AMLTRIX by AMLYZE, https://framework.amltrix.com"
_TABLE = "amltrix-ml-techniques-*.csv"
_LICENCE, _NOTICE, _PACK, _TECHNIQUES = "LICENSE.txt", "NOTICE.txt", "pack.yaml", "techniques.csv"
_NEEDED = {"External ID": "id", "Technique Name": "name", "URL": "url"}
_TAKEN = {**_NEEDED, "Aliases": "aliases", "Short Description": "description"}
_ID = re.compile(r"T\d{4}(\.\d{3})?")
_URL = re.compile(r"https?://[^\s<>\"]{1,280}")
_LONGEST = 2_000
_MAX_BYTES = 20_000_000


class Technique(Record):
    """A technique of the framework: its id, its name there, and where it is described."""

    id: str
    name: str
    url: str
    aliases: str = ""
    description: str = ""


class Pack(Record):
    """What `pack.yaml` says of the pack: whose it is, under which licence, what was taken and what was changed."""

    name: str
    source: str
    licence: str
    file: str
    changes: str
    techniques: int


def packed(folder: Path, into: Path) -> tuple[tuple[Technique, ...], dict[Path, bytes]]:
    """The techniques in a folder of AMLTRIX's CSV exports, and the files of the pack in INTO.

    Raises DataError with every line that is wrong, or where the licence is not beside the table.
    """
    table = _table(folder)
    licence = folder / _LICENCE
    if not licence.is_file():
        raise DataError("the licence is not beside the table, and must stay with it", licence, hint="copy it there")
    techniques = _read(table)
    pack = Pack(
        name="amltrix",
        source=FROM,
        licence=_LICENCE,
        file=table.name,
        changes="only ids, names, links, other names and short descriptions were taken; texts are in one line",
        techniques=len(techniques),
    )
    files = {
        into / _TECHNIQUES: _csv(techniques),
        into / _PACK: yaml.safe_dump(pack.model_dump(), sort_keys=False, width=118).encode(),
        into / _LICENCE: licence.read_bytes(),
    }
    if (folder / _NOTICE).is_file():
        files[into / _NOTICE] = (folder / _NOTICE).read_bytes()
    return techniques, files


def folder_of(workspace: Workspace) -> Path:
    """Where the pack stands."""
    return workspace.folder / "packs" / "amltrix"


def techniques_of(workspace: Workspace) -> dict[str, tuple[Technique, ...]]:
    """The pack's techniques by id, none where there is no pack. Raises DataError for a pack that cannot be read.

    An id may stand for several: AMLTRIX 1.0 beta calls both Loan Schemes and Service Contract Manipulation T0098.
    """
    folder = folder_of(workspace)
    if not (folder / _PACK).is_file():
        return {}
    read_yaml(folder / _PACK, Pack)
    found: dict[str, tuple[Technique, ...]] = {}
    for technique in _read(folder / _TECHNIQUES):
        found[technique.id] = (*found.get(technique.id, ()), technique)
    return found


def told(techniques: Mapping[str, Sequence[Technique]], ids: Iterable[str]) -> dict[str, str]:
    """Names for people by id: `T0070.002 Peel Chain, https://...`; without a pack there are none."""
    return {
        name: f"{name} {' or '.join(one.name for one in techniques[name])}, {techniques[name][0].url}"
        if name in techniques
        else f"{name} (not in the pack {FROM})"
        for name in (ids if techniques else ())
    }


def _table(folder: Path) -> Path:
    found = sorted(folder.glob(_TABLE))
    latest = [path for path in found if path.stem.endswith("latest")]
    if not found:
        raise DataError(f"there is no {_TABLE}", folder, hint="github.com/amltrix has it as CSV")
    if len(found) > 1 and len(latest) != 1:
        raise DataError(f"{len(found)} tables of techniques, expected one", folder, hint="leave the newest there")
    return latest[0] if latest else found[0]


def _read(path: Path) -> tuple[Technique, ...]:
    """The techniques of a table, ours or AMLTRIX's, by id in order."""
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise DataError(f"the file has more than {_MAX_BYTES:,} bytes", path)
        reader = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""), strict=True)
        names = _TAKEN if "External ID" in (reader.fieldnames or ()) else {key: key for key in _TAKEN.values()}
        needed = _NEEDED if names is _TAKEN else {key: key for key in _NEEDED.values()}
        if missing := [name for name in needed if name not in (reader.fieldnames or ())]:
            raise DataError(f"columns are missing: {', '.join(missing)}", path, 1)
        rows = [(reader.line_num, {ours: row.get(theirs) or "" for theirs, ours in names.items()}) for row in reader]
    except OSError as error:
        raise DataError(f"cannot be read ({error.strerror})", path) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"is not a CSV table in UTF-8 ({error})", path) from error
    found: dict[tuple[str, str], Technique] = {}
    errors: list[CasewrightError] = []
    for line, row in rows:
        if wrong := _wrong(row, found):
            errors.append(DataError(wrong, path, line))
            continue
        found[row["id"], _plain(row["name"])] = Technique(**{key: _plain(value) for key, value in row.items()})
    if errors:
        raise join_errors(errors)
    if not found:
        raise DataError("holds no technique", path)
    return tuple(found[name] for name in sorted(found))


def _wrong(row: dict[str, str], found: Collection[tuple[str, str]]) -> str:
    if not _ID.fullmatch(row["id"]):
        return f"the id is {row['id'][:40]!r}, expected one such as T0070.002"
    if (row["id"], _plain(row["name"])) in found:
        return f"the technique {row['id']} is here twice by that name"
    if not _plain(row["name"]):
        return f"{row['id']} has no name"
    return "" if _URL.fullmatch(row["url"]) else f"{row['id']} has no link that begins with https://"


def _plain(text: str) -> str:
    """One line of visible text, not longer than we read; it is an outsider's."""
    seen = "".join(c for c in " ".join(text.split()) if unicodedata.category(c) not in {"Cc", "Cf", "Co", "Cs", "Cn"})
    return seen if len(seen) <= _LONGEST else f"{seen[: _LONGEST - 4]} ..."


def _csv(techniques: Iterable[Technique]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(Technique.model_fields), lineterminator="\n")
    writer.writeheader()
    writer.writerows(technique.model_dump() for technique in techniques)
    return out.getvalue().encode()
