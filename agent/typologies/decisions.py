"""What people do with a typology's text: propose, approve, return, retire it, roll back to an earlier one.

The case store keeps the versions and says what is in force. The site's file follows where it holds that very text: its
lines `version` and `status` are brought up to date, and nothing else in it.
"""

import re
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Literal, NamedTuple

from casewright.agent.review.people import TYPOLOGY
from casewright.agent.settings import Workspace
from casewright.agent.typologies.known import folder_of, library_of
from casewright.knowledge import library
from casewright.knowledge.errors import KnowledgeError, NotFound, PolicyError, UsageError, join_errors
from casewright.knowledge.in_force import read_kept
from casewright.knowledge.library import Filed, Files, meaning
from casewright.knowledge.typology import REVIEW, Status, Typology
from casewright.tools.indicators import catalogue
from casewright.tools.store import Store
from casewright.tools.store import typologies as kept
from casewright.tools.store.typologies import Shipped, TypologyVersion


class Done(NamedTuple):
    """What became of a version, in one line, and what a person should know about the file beside it."""

    version: TypologyVersion
    told: str
    remark: str = ""


def propose(workspace: Workspace, name: str, who: str = "", why: str = "") -> Done:
    """Keep the text of the site's file as a version that waits for a second person.

    Raises KnowledgeError for a file that is wrong, NotFound where there is none, PolicyError where it says what is in
    force already, or still holds texts marked for review.
    """
    who = workspace.house.acting(who, TYPOLOGY)
    files = _files(workspace)
    file = own_file(files, workspace, name)
    text = file.lines.path.read_text(encoding="utf-8-sig")
    if unread := [nr for nr, line in enumerate(text.splitlines(), 1) if REVIEW in line and not line.startswith("#")]:
        lines = ", ".join(map(str, unread[:10])) + (" ..." if len(unread) > 10 else "")
        raise PolicyError(
            f"{len(unread)} texts are marked {REVIEW} (lines {lines})",
            file.lines.path,
            hint="read each, put it right and take the mark away",
        )
    base = library_of(workspace).typologies.get(name)
    if base is not None and base.status == "approved" and meaning(base) == meaning(file.typology):
        raise PolicyError(f"it says what is in force already, version {base.version}", file.lines.path)
    with Store.open(workspace.cases) as store:
        open_ = next((v for v in kept.versions(store, name) if v.state == "proposed"), None)
        if open_ is not None and _means(open_, file.typology):
            return Done(open_, f"{name} version {open_.version} waits already, proposed by {open_.who}")
        made = kept.propose(store, name, text, who, why, _shipped(files, name))
    remark = _follow(file, made.version, "proposed")
    return Done(made, f"{name} version {made.version} is proposed by {made.who}; a second person approves it", remark)


def decide(
    workspace: Workspace,
    name: str,
    decision: Literal["approved", "returned"],
    who: str = "",
    reason: str = "",
    version: int | None = None,
) -> Done:
    """Approve the open proposal, which puts it in force, or return it. Raises PolicyError or NotFound."""
    who = workspace.house.acting(who, TYPOLOGY)
    files = _files(workspace)
    if not Store.exists(workspace.cases):
        raise NotFound(f"nothing of {name} is proposed", hint=f"casewright typology propose {name}")
    with Store.open(workspace.cases) as store:
        waiting = next((v for v in kept.versions(store, name) if v.state == "proposed"), None)
        if decision == "approved" and waiting is not None:
            read_kept(waiting, catalogue())  # what cannot be read must not come into force
        made = kept.decide(store, name, decision, who, reason, version)
    remark = _follow_where_same(files, made, "approved" if decision == "approved" else "draft")
    told = "is approved and in force" if decision == "approved" else "is returned to its maker"
    return Done(made, f"{name} version {made.version} {told}", remark)


def retire(workspace: Workspace, name: str, who: str = "", reason: str = "") -> Done:
    """Take a typology out of force: it matches no case any more and stays to be read. Raises NotFound, PolicyError."""
    who = workspace.house.acting(who, TYPOLOGY)
    files = _files(workspace)
    library_of(workspace).typology(name)
    with Store.open(workspace.cases) as store:
        made = kept.retire(store, name, who, reason, _shipped(files, name))
    return Done(made, f"{name} version {made.version} is retired", _follow_where_same(files, made, "retired"))


def roll_back(workspace: Workspace, name: str, version: str, who: str = "", reason: str = "") -> Done:
    """Bring an earlier version, a number or `shipped`, back into force as a new one. Raises NotFound, PolicyError."""
    who = workspace.house.acting(who, TYPOLOGY)
    files = _files(workspace)
    library_of(workspace).typology(name)
    with Store.open(workspace.cases) as store:
        known = kept.versions(store, name)
        number = _number(version, name, known, files)
        made = kept.roll_back(store, name, number, who, reason, _shipped(files, name))
    before = next((v for v in known if v.state == "in force"), None)
    file, path = files.own.get(name), folder_of(workspace) / f"{name}.yaml"
    told = f"{name} version {made.version}, the text of version {number}, is in force"
    if path.exists() and not (file and before and _means(before, file.typology)):
        same = file is not None and _means(made, file.typology)
        left = f"{path} holds another text and was left as it is: casewright typology diff {name}"
        return Done(made, told, _follow(file, made.version, "approved") if file and same else left)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(marked(made.text, made.version, "approved"), encoding="utf-8")
    return Done(made, told)


def own_file(files: Files, workspace: Workspace, name: str) -> Filed:
    """The site's file of a typology. Raises KnowledgeError with what is wrong in it, NotFound where there is none."""
    if name in files.own:
        return files.own[name]
    path = folder_of(workspace) / f"{name}.yaml"
    wrong = [error for error in files.broken if str(error).startswith(f"{path}:")]
    if wrong:
        raise join_errors(wrong)
    hint = f"casewright typology edit {name}" if name in files.shipped else "casewright typology new"
    raise NotFound("the site has no such file", path, hint=hint)


def marked(text: str, version: int, status: Status) -> str:
    """The text of a file with these lines `version` and `status`, and nothing else changed."""
    for key, value in (("version", str(version)), ("status", status)):
        text = re.sub(rf"^{key}:[^\n#]*?(?=\s*(#|$))", f"{key}: {value}", text, count=1, flags=re.MULTILINE)
    return text


def _files(workspace: Workspace) -> Files:
    return library.files([folder_of(workspace)], catalogue())


def _shipped(files: Files, name: str) -> Shipped | None:
    """What is in force by the release: the site's history begins with it."""
    filed = files.shipped.get(name)
    if filed is None or filed.typology.status != "approved":
        return None
    text = filed.lines.path.read_text(encoding="utf-8")
    return Shipped(filed.typology.version, text, f"casewright {version_of('casewright')}")


def _number(version: str, name: str, known: list[TypologyVersion], files: Files) -> int:
    if version.isascii() and version.isdigit():
        return int(version)
    if version != "shipped":
        raise UsageError(f"{version!r} is no version", hint="a number, or shipped")
    if name not in files.shipped:
        raise NotFound(f"no typology {name!r} is shipped")
    ours = files.shipped[name].typology
    number = next((v.version for v in reversed(known) if v.was_in_force and _means(v, ours)), None)
    if number is None:
        raise PolicyError(
            f"the shipped {name} was not in force here since the site has its own", hint="edit the file and propose it"
        )
    return number


def _means(version: TypologyVersion, typology: Typology) -> bool:
    """Whether a version says the same; one that cannot be read any more says nothing."""
    try:
        return meaning(read_kept(version, catalogue())) == meaning(typology)
    except KnowledgeError:
        return False


def _follow_where_same(files: Files, made: TypologyVersion, status: Status) -> str:
    file = files.own.get(made.typology)
    if file is None:
        return ""
    if _means(made, file.typology):
        return _follow(file, made.version, status)
    return f"{file.lines.path} holds another text and was left as it is: casewright typology diff {made.typology}"


def _follow(file: Filed, version: int, status: Status) -> str:
    """Bring the file's lines up to date; where it cannot be written, what is kept counts all the same."""
    path: Path = file.lines.path
    text = path.read_text(encoding="utf-8-sig")
    try:
        path.write_text(marked(text, version, status), encoding="utf-8")
    except OSError as error:
        return f"{path} could not be written ({error.strerror}); the case store counts"
    return ""
