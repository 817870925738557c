"""The recommendation: computed from findings and open points, with its reasons; a person decides."""

from typing import Literal

from casewright.agent.memo.dossier import Dossier

Recommendation = Literal["escalate", "close", "more information needed"]

# A weight for each strength, and the lines between the answers: ours, to be tuned on outcomes.
_WEIGHT = {"strong": 3, "moderate": 2, "weak": 1, "noted": 0}
_ESCALATE, _CLOSE = 4, 1


def balance(dossier: Dossier) -> int:
    """What speaks for less what speaks against, by strength."""
    return sum(_WEIGHT[f.strength] * (1 if f.speaks == "for" else -1) for f in dossier.findings)


def recommend(dossier: Dossier) -> Recommendation:
    """Escalate where the weight for suspicion is clear, close where there is next to none and nothing failed.

    An address of our own is never escalated: what is strong there is about customers, who must be looked at first.
    """
    weight = balance(dossier)
    if dossier.is_ours:
        strong = any(f.speaks == "for" and f.strength == "strong" for f in dossier.findings)
        failed = any(e.status == "failed" for e in dossier.evidence)
        return "more information needed" if strong or failed else "close"
    if weight >= _ESCALATE:
        return "escalate"
    failed = any(e.status == "failed" for e in dossier.evidence)
    moved = any(dossier.number("account_profile", f"transfers_{side}") for side in ("in", "out"))
    return "close" if weight <= _CLOSE and moved and not failed else "more information needed"
