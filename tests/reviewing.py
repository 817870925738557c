"""Many reviews at once on one store, and what must be so afterwards."""

import random
import threading
from collections import Counter
from collections.abc import Callable

from casewright.knowledge.case import Case
from casewright.knowledge.errors import PolicyError
from casewright.tools.store import Store, reviews
from casewright.tools.store.standing import Does, Particulars


def decide_at_once(url: str, make_case: Callable[..., Case], *, cases: int, threads: int) -> Counter[str]:
    """An act on each of so many CASES by each of so many people at once, each in an order of their own.

    Every third case was drafted by the first person. Tells how many acts of each kind were kept, and refused.
    """
    with Store.open(url) as store:
        for nr in range(cases):
            case = make_case(f"CASE-{nr}").model_copy(update={"recommendation": "escalate"})
            store.save_case(case, "person 0" if nr % 3 == 0 else "night batch")
    kept: list[str] = []
    failures: list[BaseException] = []

    def work(number: int) -> None:
        dice, mine = random.Random(number), list(range(cases))
        dice.shuffle(mine)
        try:
            with Store.open(url) as store:
                for nr in mine:
                    does: Does = dice.choice(("escalated", "approved", "returned", "approved"))
                    try:
                        reviews.act(store, f"CASE-{nr}", does, f"person {number}", Particulars(reason="read it all"))
                        kept.append(does)
                    except PolicyError:
                        kept.append("refused")
        except BaseException as error:  # noqa: BLE001 - a thread's failure is told by the test that started it
            failures.append(error)

    workers = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if failures:
        raise failures[0]
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
