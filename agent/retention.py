"""What keeping, deleting and sharing a case means for a workspace: the store, and the files that stand beside it."""

import contextlib
import getpass
import hashlib
import json
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from casewright.agent.asking.kept import kept_in
from casewright.agent.drafting.hidden import meet
from casewright.agent.memo.page import markdown
from casewright.agent.privacy import leaks
from casewright.agent.privacy.of_workspace import pseudonyms_of
from casewright.agent.privacy.outgoing import redacted
from casewright.agent.settings import Workspace
from casewright.knowledge.case import Case
from casewright.tools.store import Store, retention
from casewright.tools.store.retention import Deleted


@dataclass(frozen=True)
class Gone:
    """What was deleted of a case: in the store, its files, the conversations about it."""

    deleted: Deleted
    files: tuple[Path, ...]
    conversations: tuple[str, ...]


def delete(workspace: Workspace, store: Store, case: str, who: str, reason: str) -> Gone:
    """Delete a case that is old enough and not held, with its files and conversations on this machine.

    Raises NotFound, PolicyError for one that is held or kept longer or for who may not, UsageError without a reason.
    """
    who = workspace.house.acting(who, "delete a case")
    years = workspace.settings.keep_years
    alert = next((row.alert for row in store.cases() if row.id == case), "")
    done = retention.delete(store, case, who, reason, years=years, now=int(time.time()))
    files: list[Path] = []
    threads: list[str] = []
    if (workspace.out / case).is_dir():
        shutil.rmtree(workspace.out / case)
        files.append(workspace.out / case)
    if (workspace.machine / "sessions.db").is_file():
        with kept_in(workspace.machine / "sessions.db") as conversations:
            threads = conversations.forget(case, alert)
    return Gone(done, tuple(files), tuple(threads))


def redact(workspace: Workspace, store: Store, case: Case, folder: Path, who: str) -> tuple[Path, ...]:
    """Write a copy of a case for sharing: its memo and the whole case, with tokens for names, ids and addresses.

    The tokens are those of the case: whoever may open this workspace can tell what they stand for, nobody else can. The
    log tells who made the copy, and its hash. Raises Leak, and writes nothing, where one was overlooked.
    """
    with contextlib.closing(pseudonyms_of(workspace, case.id)) as pseudonyms:
        meet(case, pseudonyms)
        whole = json.dumps(redacted(case.model_dump(mode="json"), pseudonyms), ensure_ascii=False, indent=1)
        memo = "\n".join(pseudonyms.hide(line) for line in markdown(case).splitlines())
        leaks.check({"narrative": memo, "case": json.loads(whole)}, pseudonyms, to="people outside", reports=False)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in (("narrative.md", f"{memo}\n"), ("case.json", f"{whole}\n")):
        (folder / name).write_text(text, encoding="utf-8")
        written.append(folder / name)
    hashes = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in written}
    store.record(who or getpass.getuser(), "redacted copy made", case.id, {"sha256": {**hashes}})
    return tuple(written)
