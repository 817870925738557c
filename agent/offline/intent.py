"""What a turn of the conversation asks for: a plan, and all that is said, with what earlier turns told."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from casewright.agent.offline.data import table
from casewright.agent.offline.dates import NOWHERE, Window
from casewright.agent.offline.meaning import LEAST, Meant, meant
from casewright.agent.offline.said import Said, said
from casewright.agent.offline.shifts import moved
from casewright.agent.offline.talk import Talk

_BACK = re.compile(r"\b(?:he|she|him|her|hers|his|they|them|their|it|its|(?:this|that|same) "
                   r"(?:account|customer|user|address|one|person|client|wallet))\b", re.IGNORECASE)  # fmt: skip
_GOES_ON = re.compile(r"^\W*(?:and|also|then|but|plus)\b", re.IGNORECASE)
_BEFORE = re.compile(r"\b(?:before (?:that|then|this|it)|earlier|previously|prior to that)\b", re.IGNORECASE)
_BEFORE_THAT = re.compile(r"\b(?:before|after|prior to|since) (?:that|then|this)\b", re.IGNORECASE)
_THOSE = re.compile(  # what the question before told of, not only whom
    r"\b(?:of (?:those|these|them|that)|(?:were|are|was) there\W*$|(?:those|these|that)\W*$)"
    r"|^\W*(?:is|was|are|were) (?:that|this|those|these)\b", re.IGNORECASE,
)  # fmt: skip
_KEPT = ("asset", "network", "status", "kind", "direction")
_PARTS = re.compile(
    r"(?<=[?;!])\s+(?=\w)|(?<=[a-z]\.)\s+(?=[A-Z])|,?\s+(?=(?:and|but|also) (?:who|whom|whose|which|what|when|where|why"
    r"|how|is|are|was|were|did|does|do|has|have|list|show|give|tell|draft|any)\b)", re.IGNORECASE,
)  # fmt: skip
_DECIDED, _STANDS_OUT = 0.25, 0.1  # a weight, and how much more than any other plan's (ours, from tuning questions)
_TURNS = 40  # of a long conversation the last: each costs some milliseconds to understand again
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
    def sure(self) -> bool:
        """Whether a cue leaves little doubt."""
        return bool(self.near) and self.near[0].sure

    @property
    def decided(self) -> bool:
        """Whether one plan stands out: only then is a part of a question taken for a question of its own."""
        if not self.near:
            return False
        first, *rest = self.near
        return first.weight >= _DECIDED and first.weight - max((one.weight for one in rest), default=0) >= _STANDS_OUT

    @property
    def clear(self) -> bool:
        """Whether the question is like enough to one that is known."""
        return not self.near or max(one.likeness for one in self.near) >= LEAST


def intents(talk: Talk, plans: Collection[str], docs: Mapping[str, str]) -> tuple[Intent, ...]:
    """What the last question asks for: one thing, or several where it holds several questions."""
    before: Intent | None = None  # the last that was understood: a follow-up goes on from it
    found: tuple[Intent, ...] = ()
    for turn in talk.turns[-_TURNS:]:
        found = _asked(turn.question, before, talk, plans, docs)
        before = next((one for one in reversed(found) if one.clear and one.plan), before)
    assert found, "a model is asked something"
    return found


def _asked(
    question: str, before: Intent | None, talk: Talk, plans: Collection[str], docs: Mapping[str, str]
) -> tuple[Intent, ...]:
    """What one turn asks for; its parts where each is clear by itself and they ask for different things."""
    whole = _meant(_said(question, talk), before, talk, plans, docs)
    parts = [] if whole.said.bare or whole.said.quoted else [_said(part, talk) for part in _PARTS.split(question)]
    if len(parts) < 2 or whole.sure:
        return (whole,)
    found: list[Intent] = []
    for part in parts:
        shared = replace(part, ids={**whole.said.ids, **part.ids}, window=part.window or whole.said.window)
        one = _meant(shared, found[-1] if found else before, talk, plans, docs)
        if not (one.clear and one.decided):
            return (whole,)
        found.append(one)
    different = {(one.plan, one.said.window, one.said.parties): one for one in reversed(found)}
    return tuple(one for one in found if one in different.values()) if len(different) > 1 else (whole,)


def _said(text: str, talk: Talk) -> Said:
    return said(text, talk.today, talk.currency, talk.case.until if talk.case else "")


def _meant(own: Said, before: Intent | None, talk: Talk, plans: Collection[str], docs: Mapping[str, str]) -> Intent:
    return _goes_on(own, before, talk) if own.bare and before else _afresh(own, before, talk, plans, docs)


def _afresh(own: Said, before: Intent | None, talk: Talk, plans: Collection[str], docs: Mapping[str, str]) -> Intent:
    named, nothing = bool(own.parties), False
    if before and not own.parties and not own.named("hash", "alert"):
        whom = {kind: names for kind, names in before.said.ids.items() if kind in {"account", "address", "bank"}}
        back = before.named and (_BACK.search(own.text) or _GOES_ON.match(own.text) or _THOSE.search(own.text))
        if whom and (talk.case is None or back):
            own = replace(own, ids={**whom, **own.ids})
        then, window = before.said, own.window
        if own.step or _BEFORE_THAT.search(own.text):
            window, nothing = _moved(own, before, talk)
        elif not window and (_GOES_ON.match(own.text) or _THOSE.search(own.text)):
            window = then.window
        own = replace(own, window=window)
        if _THOSE.search(own.text):
            kept = {name: value for name, value in then.options.items() if name in _KEPT}
            own = replace(_bounded(own, then), options={**kept, **own.options})
    near = tuple(meant(own, [plan for plan in plans if _can_be(plan, own, talk)], docs)[:4])
    return Intent(near[0].plan if near else "", own, near, nothing, named=named)


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
    window, nothing = _moved(own, before, talk)
    bounded = _bounded(own, then)
    merged = replace(
        then,
        text=own.text,
        ids={**then.ids, **own.ids} if not own.parties else dict(own.ids),
        window=window,
        least=bounded.least,
        most=bounded.most,
        within=own.within or then.within,
        options={**then.options, **own.options},
        bare=True,
    )
    return Intent(before.plan, merged, before.near, nothing, named=before.named or bool(own.parties))


def _bounded(own: Said, then: Said) -> Said:
    """OWN with the bounds of THEN that it does not name itself, where they are in one currency with its own."""
    units = {unit for _, unit in own.sums}
    least, most = (bound if bound and units <= {bound[1]} else None for bound in (then.least, then.most))
    return replace(own, least=own.least or least, most=own.most or most)


def _moved(own: Said, before: Intent, talk: Talk) -> tuple[Window, bool]:
    """The period that is meant, told from that of the question before, and whether there is none in that direction."""
    then, case = before.said, talk.case
    around = then.window or (Window(case.since, case.until) if case and not then.parties else NOWHERE)
    if own.step:
        found = moved(around, own.step)
        return found or own.window, not (found or own.window)
    if own.window:
        return own.window, False
    if _BEFORE.search(own.text):
        return Window("", around.since), not around.since
    if _AFTER.search(own.text):
        return Window(around.until, ""), not around.until
    return then.window, False
