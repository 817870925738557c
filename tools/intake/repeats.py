"""Which incoming rows are there already: in the ledger, or earlier in the same file.

A row that agrees with the stored one in every column compared is a duplicate; one that has its key and says something
else is rejected, since a silent choice between two truths would be nobody's.
"""

from casewright.tools.intake.columns import name
from casewright.tools.intake.kinds import Kind
from casewright.tools.warehouse import Ledger


def judge(ledger: Ledger, kind: Kind) -> None:
    """Make the temporary table `verdict(nr, fault)`: no fault is a duplicate. Needs `incoming`."""
    ledger.rows("create or replace temp table verdict (nr bigint, fault varchar)")
    if kind.name == "transfers":
        ledger.rows(
            "insert into verdict select nr, 'no usd value, and no rate for ''' || asset || ''': give usd, or a rate'"
            " from incoming where fault is null and usd is null"
        )
    if ledger.has(kind.name):
        _against_ledger(ledger, kind)
    _within_file(ledger, kind)


def fresh(ledger: Ledger) -> str:
    """The query of the rows to store."""
    judged = ledger.has("verdict")
    without = " and nr not in (select nr from verdict)" if judged else ""
    return f"select * from incoming where fault is null{without}"


def _against_ledger(ledger: Ledger, kind: Kind) -> None:
    hashed = f"hash({_listed(kind.key)})"
    columns = _listed((*kind.key, *kind.compared))
    ledger.rows(
        f"""create or replace temp table known as select {columns} from {kind.name}
        where {hashed} in (select {hashed} from incoming where fault is null)"""
    )
    if not ledger.has("known"):
        return
    same_key = " and ".join(f"i.{name(c)} is not distinct from k.{name(c)}" for c in kind.key)
    told = f"'{_told_key(kind)} is stored already with other values'"
    ledger.rows(
        f"""insert into verdict
        select nr, case when not bool_or({_agree(kind, "i", "k")}) then {told} end
        from incoming i join known k on {same_key}
        where i.fault is null and i.nr not in (select nr from verdict) group by nr"""
    )
    ledger.rows("drop table known")


def _within_file(ledger: Ledger, kind: Kind) -> None:
    hashed = f"hash({_listed(kind.key)})"
    left = "fault is null and nr not in (select nr from verdict)" if ledger.has("verdict") else "fault is null"
    ledger.rows(
        f"create or replace temp table again as select {hashed} as h from incoming where {left}"
        " group by 1 having count(*) > 1"
    )
    if not ledger.has("again"):
        return
    told = f"'{_told_key(kind)} stands in line ' || first_line || ' already, with other values'"
    firsts = ", ".join(f"first({name(c)} order by nr) as {name(c)}" for c in kind.compared)
    keys = _listed(kind.key)
    same_key = " and ".join(f"i.{name(c)} is not distinct from f.{name(c)}" for c in kind.key)
    ledger.rows(
        f"""insert into verdict
        with repeated as (select * from incoming where {left} and {hashed} in (select h from again)),
        firsts as (
            select {keys}, min(nr) as first_nr, first(line order by nr) as first_line{"," if firsts else ""} {firsts}
            from repeated group by {keys})
        select i.nr, case when not ({_agree(kind, "i", "f")}) then {told} end
        from repeated i join firsts f on {same_key} where i.nr > f.first_nr"""
    )
    ledger.rows("drop table again")


def _agree(kind: Kind, left: str, right: str) -> str:
    pairs = [f"{left}.{name(c)} is not distinct from {right}.{name(c)}" for c in kind.compared]
    return " and ".join(pairs) or "true"


def _told_key(kind: Kind) -> str:
    return "this id" if kind.key == ("id",) else f"this {' and '.join(kind.key)}".replace("_epoch", "_at")


def _listed(columns: tuple[str, ...]) -> str:
    return ", ".join(map(name, columns))
