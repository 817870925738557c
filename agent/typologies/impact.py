"""What a proposal would change if it were approved: past cases, alerts, fixtures, and what a search finds."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from casewright.agent.investigate import resolve
from casewright.agent.ledgers import open_ledger
from casewright.agent.settings import Workspace
from casewright.agent.typologies.found import Sought, sought
from casewright.agent.typologies.known import library_of
from casewright.knowledge.errors import NotFound
from casewright.knowledge.evidence import Evidence
from casewright.knowledge.library import Library
from casewright.knowledge.records import Record
from casewright.knowledge.typology import Typology
from casewright.tools import alerts, fixtures, flags, matching
from casewright.tools.signs import signs
from casewright.tools.store import Store

Progress = Callable[[float], None]
Typologies = Mapping[str, Typology]


class Moved(Record):
    """A case, alert or fixture whose match changes: the typology's score, and the best match, before and after."""

    id: str
    subject: str = ""
    score_before: float = 0
    score_after: float = 0
    best_before: str = ""
    best_after: str = ""

    def told(self) -> str:
        """The change in words."""
        if self.score_before == self.score_after:
            return "as before"
        if not self.score_before:
            return f"matches now ({self.score_after})"
        return f"{self.score_before} -> {self.score_after}" if self.score_after else "matches no longer"


class Looked(Record):
    """How many were looked at, of how many, and those that move; `remark` tells what could not be known."""

    looked_at: int
    of: int
    moved: tuple[Moved, ...] = ()
    remark: str = ""


class Impact(Record):
    """What approving a version would do."""

    typology: str
    version: int
    status: str
    cases: Looked
    alerts: Looked
    fixtures: Looked
    search: Sought


def impact(
    workspace: Workspace,
    name: str,
    *,
    most_alerts: int = 200,
    questions: Path | None = None,
    api_key: str = "",
    progress: Progress = lambda share: None,
) -> Impact:
    """Compare the library in force with the one that the proposal of NAME would make. Nothing is changed.

    The newest MOST_ALERTS alerts are measured again, all in one pass. QUESTIONS is a file of searches, one a line,
    else the workspace's `questions.txt`, else what typologies say of themselves. Raises NotFound without a proposal.
    """
    known = library_of(workspace)
    new = _proposal(known, name.removesuffix("@proposed"))
    before = {typology.id: typology for typology in known.approved}
    after = {**before, new.id: new.model_copy(update={"status": "approved"})}
    progress(0.05)
    cases = _cases(workspace, before, after, new.id)
    progress(0.2)
    again = _alerts(workspace, before, after, new.id, most_alerts)
    progress(0.5)
    played = _fixtures(before, after, new.id)
    progress(0.7)
    found = sought(workspace, before, after, new.id, questions, api_key)
    progress(1)
    return Impact(
        typology=new.id,
        version=new.version,
        status=new.status,
        cases=cases,
        alerts=again,
        fixtures=played,
        search=found,
    )


def _proposal(known: Library, name: str) -> Typology:
    found = known.proposals.get(name) or known.typology(name)
    if found.status == "approved":
        raise NotFound(f"nothing of {name} is proposed or drafted", hint=f"casewright typology edit {name}")
    return found


def _cases(workspace: Workspace, before: Typologies, after: Typologies, name: str) -> Looked:
    """Past cases, matched again by the evidence that they keep: what was not asked then is unmeasured."""
    if not Store.exists(workspace.cases):
        return Looked(looked_at=0, of=0)
    moved, unasked = [], 0
    wanted = {(request.indicator, request.settings) for request in flags.requests([after[name]])}
    with Store.open(workspace.cases) as store:
        rows = store.cases()
        for row in rows:
            case = store.load_case(row.id)
            subject = case.subjects[0].id
            read = flags.known(case.evidence, subject)
            unasked += bool(wanted - {*read.peaks, *read.reasons})
            if change := _compared(row.id, subject, case.evidence, before, after, name):
                moved.append(change)
    remark = f"in {unasked} of them a measure of the proposal was not asked for" if unasked else ""
    return Looked(looked_at=len(rows), of=len(rows), moved=tuple(moved), remark=remark)


def _alerts(workspace: Workspace, before: Typologies, after: Typologies, name: str, most: int) -> Looked:
    """The newest alerts, measured again over their look-back, in one pass a tool."""
    if not workspace.ledger.exists():
        return Looked(looked_at=0, of=0, remark="there is no ledger here")
    with open_ledger(workspace) as ledger:
        total = int(ledger.value("select count(*) from alerts"))
        ids = [row["id"] for row in alerts.listed(ledger, limit=most, newest=True)]
        targets = {id_: resolve(ledger, id_).subject for id_ in ids}
        subjects = tuple(dict.fromkeys(targets.values()))
        found = signs(ledger, subjects, [*before.values(), after[name]]) if subjects else {}
    changes = (_compared(id_, s.id, found[s], before, after, name) for id_, s in targets.items())
    remark = f"the newest {len(ids)} of {total:,}; --alerts N takes more" if len(ids) < total else ""
    return Looked(looked_at=len(ids), of=total, moved=tuple(change for change in changes if change), remark=remark)


def _compared(
    id_: str, subject: str, evidence: Sequence[Evidence], before: Typologies, after: Typologies, name: str
) -> Moved | None:
    read = flags.known(evidence, subject)
    (was, first), (now, then) = (_standing(library.values(), read, name) for library in (before, after))
    if (was, first) == (now, then):
        return None
    return Moved(id=id_, subject=subject, score_before=was, score_after=now, best_before=first, best_after=then)


def _standing(typologies: Iterable[Typology], read: flags.Known, name: str) -> tuple[float, str]:
    """The typology's score, 0 without a match, and the id of the best match."""
    matches = matching.weighed(typologies, read)
    score = next((one.score for one in matches if one.typology.id == name), 0.0)
    return score, matches[0].typology.id if matches else ""


def _fixtures(before: Typologies, after: Typologies, name: str) -> Looked:
    """The fixtures of the typology, and of those it may be taken for, played with both libraries."""
    near = {other.typology for other in after[name].look_alikes if other.typology}
    near |= {t.id for t in before.values() if any(other.typology == name for other in t.look_alikes)}
    verdicts = []
    for library in (before, after):
        names = [one for one in sorted({name, *near}) if one in library and library[one].fixtures]
        verdicts.append({(v.typology, v.name): v for v in fixtures.run(library, names)} if names else {})
    was, now = verdicts
    moved = tuple(_verdicts(was, now, name))
    return Looked(
        looked_at=len({*was, *now}),
        of=len({*was, *now}),
        moved=moved,
        remark=f"of {name} and {len(near)} look-alikes; casewright typology test plays all",
    )


def _verdicts(
    was: Mapping[tuple[str, str], fixtures.Verdict], now: Mapping[tuple[str, str], fixtures.Verdict], name: str
) -> Iterator[Moved]:
    for key in dict.fromkeys((*was, *now)):
        old, new = was.get(key), now.get(key)
        if old and new and (old.passed, old.score, old.best) == (new.passed, new.score, new.best):
            continue
        yield Moved(
            id=f"{key[0]}: {key[1]}",
            subject=_passed(old, new),
            score_before=old.score if old else 0,
            score_after=new.score if new else 0,
            best_before=old.best if old else "",
            best_after=new.best if new else "",
        )


def _passed(old: fixtures.Verdict | None, new: fixtures.Verdict | None) -> str:
    was, now = ("absent" if v is None else "passed" if v.passed else "failed" for v in (old, new))
    return was if was == now else f"{was}, then {now}"
