"""Following value from account to account, in time: which transfers it can have taken, how far, and why no further.

From a subject every transfer in its window is followed. From an account that was reached, every transfer at or after
its arrival there (equal seconds in any order), the arrival being the earliest that the hops so far allow; so a later
hop that arrives earlier opens what lay before. A transfer's hop is the fewest in which it is reached in time. Backward
is the same with time turned round. Trades and fees are not followed, nor anything that was not completed. A trace ends
at a label whose bearer mixes what it gets; through a bridge value goes on within one transaction, and no further.

This is an upper bound, not an attribution: all value that passed through an account on the way counts.
"""

from collections.abc import Iterator

from casewright.knowledge.errors import UsageError
from casewright.knowledge.records import Subjects
from casewright.tools.adjacency import Adjacency, Progress
from casewright.tools.labels import PASSING, Labels, ending, in_words
from casewright.tools.onward import FOLLOWED, LegsMet, Onward
from casewright.tools.steps import ALWAYS, Ends, Steps
from casewright.tools.traced import Caps, Walk
from casewright.tools.warehouse import Ledger

_SUBJECTS_AT_ONCE = 500  # bounds the memory of a batch


def walks(
    ledger: Ledger, subjects: Subjects, caps: Caps, *, backward: bool = False, progress: Progress | None = None
) -> Iterator[Walk]:
    """Trace every subject within its own window, some hundreds at a time; legs read once serve all.

    Many subjects are traced along the ledger's `Adjacency`; PROGRESS gets the share done where it must be made first.
    Where nothing can be written beside the ledger they are traced along the ledger itself: the same, but slower.
    """
    if not subjects:
        return
    onward: Onward
    if Adjacency.pays(ledger, len(subjects)):
        onward = Adjacency.open(ledger, backward=backward, progress=progress)
    else:
        since = min(-ALWAYS if s.since is None else s.since for s in subjects)
        until = max(ALWAYS if s.until is None else s.until for s in subjects)
        onward = LegsMet(ledger, backward=backward, since=since, until=until, valued=caps.min_usd > 0)
    yield from along(onward, ledger, subjects, caps, backward=backward)


def along(onward: Onward, ledger: Ledger, subjects: Subjects, caps: Caps, *, backward: bool = False) -> Iterator[Walk]:
    """The same along this ONWARD, which must run the same way."""
    labels = Labels(ledger)
    ends = Ends(onward, labels)
    for first in range(0, len(subjects), _SUBJECTS_AT_ONCE):
        some = subjects[first : first + _SUBJECTS_AT_ONCE]
        yield Steps(some, onward, ends, caps, backward=backward).all(labels)


def each_once(subjects: Subjects) -> None:
    """Raise UsageError where a subject stands there with two windows: rows could not tell them apart."""
    seen: set[str] = set()
    for subject in subjects:
        if subject.id in seen:
            raise UsageError(f"{subject.id!r} is asked about twice", hint="ask about each subject once, in one window")
        seen.add(subject.id)


def statement(caps: Caps, *, backward: bool = False) -> str:
    """The trace of the table `asked` as one SQL statement, for people: the same transfers, without the fan-out cap."""
    near, far = ('"to"', '"from"') if backward else ('"from"', '"to"')
    least = f" and l.usd >= {caps.min_usd:f}" if caps.min_usd > 0 else ""
    what = f"l.direction = '{'in' if backward else 'out'}' and {FOLLOWED} and l.counterparty <> l.account{least}"
    leg = f"l.account as {near}, l.counterparty as {far}, l.epoch, l.transfer, l.usd, t.hash"
    in_time = "l.epoch <= w.epoch and l.epoch >= s.since" if backward else "l.epoch >= w.epoch and l.epoch < s.until"
    ends = "select 1 from labels b where b.id = w.{} and b.category in {}"
    closed = ends.format(far, in_words(tuple(name for name in ending() if name not in PASSING)))
    passing = ends.format(far, in_words(PASSING))
    return f"""with recursive walk as (
    select s.nr, 1 as hop, {leg}
    from asked s join legs l on l.key = s.key and l.account = s.id and l.epoch >= s.since and l.epoch < s.until
        join transfers t on t.id = l.transfer and t.epoch = l.epoch
    where {what}
    union
    select w.nr, w.hop + 1, {leg}
    from walk w join asked s on s.nr = w.nr
        join legs l on l.key = hash(w.{far}) and l.account = w.{far} and {in_time}
        join transfers t on t.id = l.transfer and t.epoch = l.epoch
    where w.hop < {caps.hops} and {what}
        and (w.{far} = s.id or not exists ({closed})
            and (not exists ({passing}) or l.epoch = w.epoch and t.hash = w.hash))
)
select s.id as subject, min(w.hop) as hop, w."from", w."to", w.epoch, w.transfer, w.usd
from walk w join asked s on s.nr = w.nr
group by w.nr, s.id, w."from", w."to", w.epoch, w.transfer, w.usd
order by w.nr, hop, w.epoch, w.transfer"""
