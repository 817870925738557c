"""What matches, for a person at a terminal: a line each, the best one sign by sign, then what else it could be."""

from collections.abc import Iterator, Sequence
from typing import Any

from casewright.agent.handbook import LAWFUL
from casewright.knowledge.fit import Alternative, Fit, Fitted, Sign

_SEED = "a tuning seed"


def payload(found: Sequence[Fitted]) -> dict[str, Any]:
    """The same for machines."""
    return {"results": [one.model_dump(mode="json") for one in found]}


def text(found: Sequence[Fitted]) -> str:
    """A block for each subject."""
    return "\n\n".join("\n".join(_lines(one)) for one in found)


def _lines(one: Fitted) -> Iterator[str]:
    yield f"{one.case} ({one.subject})" if one.case else one.subject
    if not one.matches:
        yield f"  {one.reason}"
    for place, fit in enumerate(one.matches):
        weak = "" if fit.fits else ", too little to speak of a fit"
        yield f"  {fit.score:.3f}  {fit.name} ({fit.id}){weak}"
        if place == 0:
            yield from _best(fit)


def _best(fit: Fit) -> Iterator[str]:
    yield f"         score: {fit.made_of}"
    for word, signs in (("fired", fit.fired), ("silent", fit.silent)):
        for sign in signs:
            yield f"         {word}: {_sign(sign)}"
    for gap in fit.unmeasured:
        yield f"         unmeasured: {gap.see}: {gap.why}"
    for other in fit.look_alikes:
        yield f"         could be: {_alternative(other)}"


def _sign(sign: Sign) -> str:
    threshold = f", threshold {sign.limit} ({_SEED if sign.seed else sign.basis})" if sign.limit else ""
    measured = f"{sign.measure}({sign.settings})" if sign.settings else sign.measure
    peers = sign.peers
    beside = f"; higher than {peers.higher_than:.0%} of {peers.peers:,} peers ({peers.group})" if peers else ""
    return f"{sign.see}: {sign.said} by {measured}{threshold}{beside} [{sign.evidence}]"


def _alternative(other: Alternative) -> str:
    seen = ""
    if other.typology:
        how = "does not match" if not other.score else f"{other.score:.3f}{', as well or better' * bool(other.as_well)}"
        seen = f" [{other.typology}: {how}]"
    return f"{other.name} ({LAWFUL[other.lawful]}){seen}: {other.tells_apart}"
