"""How a model's draft ended: for the log, for machines and for people."""

from dataclasses import asdict
from typing import Any

from pydantic import JsonValue

from casewright.agent.drafting.write import Written
from casewright.tools.store import Store
from casewright.tools.store.audit import digest

_IN_WORDS = ("asked", "declined", "struck", "remarks")


def record(store: Store, written: Written, who: str) -> None:
    """Put the run of a model into the log: who, which model and prompts, its calls, what was struck, how it ended.

    What it tells of the case in words stands beside the entry, so that it is deleted with the case.
    """
    if written.by_model:
        told = _told(written)
        particulars = {name: told.pop(name) for name in _IN_WORDS}
        calls: list[JsonValue] = [asdict(call) for call in written.calls]
        memo = digest(written.case.narrative.model_dump_json())
        payload = {**told, "calls": calls, "narrative_sha256": memo}
        store.record(who, "case drafted by a model", written.case.id, payload, particulars)


def payload(written: Written) -> dict[str, Any]:
    """The same for machines, under `drafting`; nothing where no model was asked."""
    return {"drafting": _told(written)} if written.by_model else {}


def _told(written: Written) -> dict[str, JsonValue]:
    usage = written.usage
    return {
        "writer": written.author,
        "kept_because": written.kept_because,
        "asked": list(written.asked),
        "declined": list(written.declined),
        "revisions": written.revisions,
        "struck": [{"sentence": s.sentence, "why": s.why} for s in written.struck],
        "restored": written.restored,
        "remarks": list(written.remarks),
        "usage": {"tokens_in": usage.tokens_in, "tokens_out": usage.tokens_out, "usd": usage.usd},
    }


def struck(written: Written) -> list[str]:
    """What was struck; a model's sentences with the reasons."""
    told = written.by_model and not written.kept_because
    return [f"    - {s.sentence}" + (f"\n      {s.why}" if told else "") for s in written.struck]


def text(written: Written) -> list[str]:
    """How a model's run went, for people."""
    if not written.by_model:
        return []
    usage = written.usage
    cost = "price not known" if usage.usd is None else f"USD {usage.usd:.4f}"
    spent = f"{usage.tokens_in:,} tokens in, {usage.tokens_out:,} out, {cost}"
    if written.kept_because:
        return [f"  the embedded writer's draft, not one by {written.author}: {written.kept_because}", f"  {spent}"]
    asked = f"; asked {', '.join(written.asked)}" if written.asked else ""
    back = f", {written.restored} sentence(s) that it left out put back" if written.restored else ""
    lines = [f"  worded by {written.author}{asked}; sent back {written.revisions} time(s){back}", f"  {spent}"]
    lines += [f"  not asked: {line}" for line in written.declined]
    return [*lines, *(f"  {line}" for line in written.remarks)]
