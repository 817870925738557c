"""What review adds up to: states, decisions by person, clocks, the sample, and what people change in drafts."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from statistics import median
from typing import Any

from casewright.agent.review.clocks import Clock, Clocks
from casewright.agent.settings import Workspace
from casewright.tools.store import Store, reviews
from casewright.tools.store.standing import DECIDES, OPEN, Act, Standing


def stats(workspace: Workspace, store: Store, since: int | None = None, until: int | None = None) -> dict[str, Any]:
    """The figures, of all cases or of the acts in a period (epoch seconds, until exclusive). States are today's."""
    found = reviews.all_standings(store)
    acts = [act for one in found for act in one.acts if (since or 0) <= act.at and (until is None or act.at < until)]
    clocks = Clocks(workspace, store)
    times = [(one, clocks.of(one)) for one in found]
    return {
        "cases": len(found),
        "states": dict(sorted(Counter(one.state for one in found).items())),
        "by_person": _by_person(acts),
        "clocks": _clocks(times),
        "sample": _sample(found),
        "edits": _edits(found, acts),
    }


def _by_person(acts: Iterable[Act]) -> list[dict[str, Any]]:
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for act in acts:
        found[act.who][act.act] += 1
    columns = (*DECIDES, "edited")
    return [{"person": who, **{does: counts[does] for does in columns}} for who, counts in sorted(found.items())]


def _clocks(times: list[tuple[Standing, Clock]]) -> dict[str, Any]:
    """Calendar days between the steps: how many cases, the median and the longest; what is late, filed or not."""
    gaps: dict[str, list[int]] = defaultdict(list)
    for _, one in times:
        for name, days in one.gaps().items():
            gaps[name].append(days)
    late_filed = sum(days > 0 for days in gaps.pop("filed after due", []))
    left = [one.days_left for _, one in times]
    return {
        "gaps": [
            {"gap": name, "cases": len(days), "median_days": median(days), "longest_days": max(days)}
            for name, days in sorted(gaps.items())
        ],
        "filed_late": late_filed,
        "overdue": sum(days is not None and days < 0 for days in left),
        "filed_unapproved": sum(bool(one.filed) and found.state != "approved" for found, one in times),
    }


def _sample(found: Iterable[Standing]) -> dict[str, int]:
    """Of what was closed alone: how many, how many were drawn for a check, and what the checks came to."""
    counts: Counter[str] = Counter()
    for one in found:
        drawn = False
        for act in one.acts:
            if act.act == "closed" and act.what.alone:
                counts["closed_alone"] += 1
                drawn = act.what.sampled
                counts["drawn"] += drawn
            elif drawn and act.act in ("approved", "returned"):
                counts["agreed" if act.act == "approved" else "returned"] += 1
                drawn = False
    names = ("closed_alone", "drawn", "agreed", "returned")
    return {name: counts[name] for name in names} | {"waiting": sum(one.state == "sampled" for one in found)}


def _edits(found: list[Standing], acts: Iterable[Act]) -> dict[str, Any]:
    """What was changed, by its kind; for each typology and each writer: drafts edited, and changes of each kind."""
    edited = [act for act in acts if act.act == "edited"]
    by_typology = _counted((act.what.typology or "(none fits)", act) for act in edited)
    by_writer = _counted((act.what.made_with.writer if act.what.made_with else "(unknown)", act) for act in edited)
    kinds = Counter(change.kind for act in edited for change in act.what.changes)
    untouched = sum(one.state not in OPEN and not any(act.act == "edited" for act in one.acts) for one in found)
    return {
        "kinds": dict(sorted(kinds.items())),
        "decided_unedited": untouched,
        "by_typology": [{"typology": name, **row} for name, row in by_typology.items()],
        "by_writer": [{"writer": name, **row} for name, row in by_writer.items()],
    }


_KINDS = ("figure", "wording", "citation", "added", "struck", "moved")


def _counted(pairs: Iterable[tuple[str, Act]]) -> dict[str, dict[str, int]]:
    cases: dict[str, set[str]] = defaultdict(set)
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    for name, act in pairs:
        cases[name].add(act.about)
        kinds[name].update(change.kind for change in act.what.changes)
    return {name: {"cases": len(cases[name]), **{k: kinds[name][k] for k in _KINDS}} for name in sorted(cases)}


def told(found: dict[str, Any], table: Callable[[list[dict[str, Any]]], str]) -> str:
    """The figures for people."""
    sample, clocks, edits = found["sample"], found["clocks"], found["edits"]
    states = ", ".join(f"{count} {state}" for state, count in found["states"].items())
    share = f"{sample['drawn']} drawn for a check: {sample['agreed']} agreed, {sample['returned']} returned"
    late = f"{clocks['overdue']} overdue, {clocks['filed_late']} filed late"
    blocks = [
        f"{found['cases']} cases: {states or 'none'}",
        f"closed alone {sample['closed_alone']}, {share}, {sample['waiting']} waiting",
        f"clocks: {late}, {clocks['filed_unapproved']} filed without an approval here",
        *([table(clocks["gaps"])] if clocks["gaps"] else []),
        *(["decisions by person", table(found["by_person"])] if found["by_person"] else []),
        f"{edits['decided_unedited']} decided without an edit; edits by the typology that fits best, and by writer",
        *(table(edits[key]) for key in ("by_typology", "by_writer") if edits[key]),
    ]
    return "\n\n".join(blocks)
