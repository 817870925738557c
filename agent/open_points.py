"""What was not looked at: what is still to do, with the command that does it, and what cannot be known here."""

from collections.abc import Callable, Iterator

from casewright.agent.memo.dossier import Dossier
from casewright.knowledge.case import NotLookedAt

_OTHERS_TOLD = 3


def open_points(dossier: Dossier) -> tuple[NotLookedAt, ...]:
    """Every open point, to do before a decision first."""
    points = [point for read in READERS for point in read(dossier)]
    return tuple(sorted(dict.fromkeys(points), key=lambda p: p.kind == "unknowable"))


def _todo(what: str, command: str, evidence: tuple[str, ...]) -> NotLookedAt:
    return NotLookedAt(what=what, kind="todo", command=f"casewright {command}", evidence=evidence)


def failures(dossier: Dossier) -> Iterator[NotLookedAt]:
    """Questions that failed."""
    for evidence in dossier.evidence:
        if evidence.status == "failed":
            command = f"query {evidence.tool} {dossier.subject.id}"
            yield _todo(f"Ask again what failed ({evidence.tool})", command, (evidence.id,))


def cut_traces(dossier: Dossier) -> Iterator[NotLookedAt]:
    """Traces that a cap stopped."""
    for evidence in dossier.by_tool.get("trace", ()):
        direction = str(evidence.arguments.get("direction"))
        if evidence.truncated:
            command = f"query trace {dossier.subject.id} --direction {direction} --hops 10"
            where = "onward" if direction == "forward" else "back"
            yield _todo(f"Follow the value further {where}; the trace was cut", command, (evidence.id,))


def unresolved_ends(dossier: Dossier) -> Iterator[NotLookedAt]:
    """Ends without a label, and movements beyond the ledger."""
    trace = dossier.of("trace", "forward")
    if trace and any(row.get("label") in (None, "") for row in trace.table("ends").rows):
        yield NotLookedAt(
            what="Who holds the ends of the trace that bear no label; this ledger knows no name for them",
            kind="unknowable",
            evidence=(trace.id,),
        )


def shared_wallets(dossier: Dossier) -> Iterator[NotLookedAt]:
    """Other customers at the same destination: their own case."""
    if not dossier.is_customer:
        return
    others = list(dict.fromkeys(str(row["id"]) for row in dossier.rows("co_users")))
    cited = dossier.id_of("co_users")
    for other in others[:_OTHERS_TOLD]:
        yield _todo(f"Look at {other}, who sends to the same address", f"investigate {other}", cited)
    if len(others) > _OTHERS_TOLD:
        number = dossier.count("co_users", "co_users", "other account")
        yield _todo(f"See the rest of the {number} at its destinations", f"query co_users {dossier.subject.id}", cited)


def behind_ours(dossier: Dossier) -> Iterator[NotLookedAt]:
    """Whose value went over an address of our own."""
    strong = any(f.speaks == "for" and f.strength == "strong" for f in dossier.findings)
    if dossier.is_ours and strong:
        what = (
            "See whose value it was that speaks for suspicion; the address is our own, and a customer of ours is behind"
        )
        yield _todo(what, f"query transfers {dossier.subject.id}", dossier.id_of("labels"))


def device_mates(dossier: Dossier) -> Iterator[NotLookedAt]:
    """Other customers on the same device."""
    if any(int(row.get("others") or 0) for row in dossier.rows("logins")):
        command = f"query logins {dossier.subject.id}"
        yield _todo("See who else uses the device", command, dossier.id_of("logins"))


def questions(dossier: Dossier) -> Iterator[NotLookedAt]:
    """What the experts would ask the customer, without saying why."""
    for cells in dossier.cells("typology"):
        if cells.text("part") == "question to the customer" and dossier.is_customer:
            command = f"typology show {cells.text('typology')}"
            yield _todo(f'Ask the customer "{cells.text("text")}"', command, (cells.evidence,))


def origin(dossier: Dossier) -> Iterator[NotLookedAt]:
    """Value that went out of nowhere."""
    if dossier.number("account_profile", "transfers_out") and not dossier.number("account_profile", "transfers_in"):
        yield NotLookedAt(
            what="Where the value that it sent came from; no transfer into it was found in the period",
            kind="unknowable",
            evidence=dossier.id_of("account_profile"),
        )


def missing_records(dossier: Dossier) -> Iterator[NotLookedAt]:
    """Records that this ledger does not hold on the subject."""
    for tool, what in _MISSING.items():
        evidence = dossier.of(tool)
        if evidence and evidence.status == "empty":
            yield NotLookedAt(what=what, kind="unknowable", evidence=(evidence.id,))


_MISSING = {
    "customer": "No customer record of this id was found as of the period, so that the holder is not known",
    "logins": "No log-ins of this account were found in the period, so that its devices are not known",
    "scores": "No scores of our own models were found in the period",
}

READERS: tuple[Callable[[Dossier], Iterator[NotLookedAt]], ...] = (
    failures,
    shared_wallets,
    behind_ours,
    device_mates,
    questions,
    cut_traces,
    unresolved_ends,
    origin,
    missing_records,
)
