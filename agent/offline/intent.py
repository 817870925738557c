"""What a turn of the conversation asks for: a plan, and all that is said, with what earlier turns told."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from casewright.agent.offline.data import table
from casewright.agent.offline.dates import Window
from casewright.agent.offline.meaning import LEAST, Meant, meant
from casewright.agent.offline.said import Said, said
from casewright.agent.offline.talk import Talk

_BACK = re.compile(r"\b(?:he|she|him|her|hers|his|they|them|their|it|its|(?:this|that|same) "
                   r"(?:account|customer|user|address|one|person|client|wallet))\b", re.IGNORECASE)  # fmt: skip
_GOES_ON = re.compile(r"^\W*(?:and|also|then|but|plus)\b", re.IGNORECASE)
_BEFORE = re.compile(r"\b(?:before (?:that|then|this|it)|earlier|previously|prior to that)\b", re.IGNORECASE)
_TRANSFER = re.compile(r"\b(?:the|that|this|which) (?:tx|transaction|payment|transfer|memo)\b", re.IGNORECASE)
_SEVERAL = re.compile(r"\b(?:accounts|customers|users|both|two|three|these|they|them)\b", re.IGNORECASE)
_AFTER = re.compile(r"\b(?:after (?:that|then|this|it)|afterwards?|later|since then)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Intent:
    """A plan and what fills it; `nothing_before` where a follow-up leaves no time to ask about."""

    plan: str
    said: Said
    near: tuple[Meant, ...] = ()
    nothing_before: bool = False
    named: bool = False  # the question itself, or the one that it goes on from, names whom it is about

    @property
    def clear(self) -> bool:
        """Whether the question is like enough to one that is known."""
        return not self.near or max(one.likeness for one in self.near) >= LEAST


def intent(talk: Talk, plans: Collection[str], docs: Mapping[str, str]) -> Intent:
    """What the last question asks for."""
    before: Intent | None = None  # the last that was understood: a follow-up goes on from it
    found: Intent | None = None
    day = talk.case.until[:10] if talk.case else ""
    for turn in talk.turns[-6:]:
        own = said(turn.question, talk.today, talk.currency, day)
        found = _goes_on(own, before, talk) if own.bare and before else _afresh(own, before, talk, plans, docs)
        before = found if found.clear and found.plan else before
    assert found is not None, "a model is asked something"
    return found


def _afresh(own: Said, before: Intent | None, talk: Talk, plans: Collection[str], docs: Mapping[str, str]) -> Intent:
    named = bool(own.parties)
    if before and not own.parties and not own.named("hash", "alert"):
        whom = {kind: names for kind, names in before.said.ids.items() if kind in {"account", "address", "bank"}}
        back = before.named and (_BACK.search(own.text) or _GOES_ON.match(own.text))
        if whom and (talk.case is None or back):
            own = replace(own, ids={**whom, **own.ids})
        if _GOES_ON.match(own.text) and not own.window:
            own = replace(own, window=before.said.window)
    near = tuple(meant(own, [plan for plan in plans if _can_be(plan, own, talk)], docs)[:4])
    return Intent(near[0].plan if near else "", own, near, named=named)


def _can_be(plan: str, own: Said, talk: Talk) -> bool:
    """Whether a question can mean it: of a transfer or of several accounts one has to be told which."""
    needs = table("plans").get(plan, {}).get("needs")
    if needs == "transfer":
        return bool(own.named("hash")) or bool(_TRANSFER.search(own.text))
    if needs == "several":
        several = len(own.parties) > 1 or (talk.case is not None and len(talk.case.subjects) > 1)
        return several or bool(_SEVERAL.search(own.text))
    return True


def _goes_on(own: Said, before: Intent, talk: Talk) -> Intent:
    """The plan of the turn before with what is said now in place of what was said then."""
    then = before.said
    window, nothing = own.window or then.window, False
    case = talk.case
    around = then.window or (Window(case.since, case.until) if case and not then.parties else Window())
    if not own.window and _BEFORE.search(own.text):
        window, nothing = Window("", around.since), not around.since
    elif not own.window and _AFTER.search(own.text):
        window, nothing = Window(around.until, ""), not around.until
    merged = replace(
        then,
        text=own.text,
        ids={**then.ids, **own.ids} if not own.parties else dict(own.ids),
        window=window,
        least=own.least or then.least,
        most=own.most or then.most,
        within=own.within or then.within,
        options={**then.options, **own.options},
        bare=True,
    )
    return Intent(before.plan, merged, before.near, nothing, named=before.named or bool(own.parties))
