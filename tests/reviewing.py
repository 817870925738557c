"""Many reviews at once on one store, and what must be so afterwards."""

import random
import threading
from collections import Counter
from collections.abc import Callable

from casewright.knowledge.case import Case, Narrative, Section, Sentence, Versions
from casewright.knowledge.errors import PolicyError
from casewright.knowledge.evidence import Evidence
from casewright.knowledge.records import Subject
from casewright.tools.store import Store, reviews
from casewright.tools.store.standing import Does, Particulars


def draft(nr: int) -> Case:
    """A small case that recommends a report."""
    said = Sentence(text=f"C-{nr} was paid.", evidence=("E1",))
    return Case(
        id=f"CASE-{nr}",
        subjects=(Subject(id=f"C-{nr}"),),
        evidence=(Evidence(id="E1", tool="account_profile", query="select 1", status="found"),),
        narrative=Narrative(sections=(Section(title="What happened", sentences=(said,)),)),
        recommendation="escalate",
        versions=Versions(
            casewright="1", writer="test", ledger="none", typologies="none", made_at="2025-03-02T00:00:00Z"
        ),
    )


def drafts(url: str, cases: int) -> None:
    """Keep so many of them, every third one drafted by the first person."""
    with Store.open(url) as store:
        for nr in range(cases):
            store.save_case(draft(nr), "person 0" if nr % 3 == 0 else "night batch")


def at_once(url: str, threads: int, work: Callable[[Store, int], None]) -> None:
    """Let so many people work at once, each with a store of their own; a failure of any is raised."""
    failures: list[BaseException] = []

    def one(number: int) -> None:
        try:
            with Store.open(url) as store:
                work(store, number)
        except BaseException as error:  # noqa: BLE001 - a thread's failure is told by the test that started it
            failures.append(error)

    workers = [threading.Thread(target=one, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if failures:
        raise failures[0]


def decide_at_once(url: str, *, cases: int, threads: int) -> Counter[str]:
    """An act on each of so many cases by each of so many people at once, each in an order of their own.

    Tells how many acts of each kind were kept, and refused.
    """
    kept: list[str] = []

    def work(store: Store, number: int) -> None:
        dice, mine = random.Random(number), list(range(cases))
        dice.shuffle(mine)
        for nr in mine:
            does: Does = dice.choice(("escalated", "approved", "returned", "approved"))
            try:
                reviews.act(store, f"CASE-{nr}", does, f"person {number}", Particulars(reason="read it all"))
                kept.append(does)
            except PolicyError:
                kept.append("refused")

    at_once(url, threads, work)
    return Counter(kept)


def wrong_after(url: str, told: Counter[str]) -> list[str]:
    """What is not as it must be: a chain that is broken, a decision lost or added, one about somebody's own work."""
    with Store.open(url) as store:
        broken = store.verify_audit()
        found = reviews.all_standings(store)
    wrong = [f"the log: {broken}"] if broken else []
    kept = Counter(act.act for one in found for act in one.acts)
    wrong += [f"{kept[does]} of {count} {does} are kept" for does, count in told.items() if kept[does] != count
              and does != "refused"]  # fmt: skip
    for one in found:
        own = {"person 0"} if int(one.case.removeprefix("CASE-")) % 3 == 0 else set()
        for act in one.acts:
            if act.act == "approved" and act.who in own:
                wrong.append(f"{act.who} approved {one.case}")
            own |= {act.who} if act.act == "escalated" else set()
    return wrong
