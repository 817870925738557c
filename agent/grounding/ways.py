"""Whether a fact went the way that the clause says: who sent, who received, and the side that a noun says."""

import re

from casewright.agent.grounding.claims import OTHER, UNKNOWN
from casewright.agent.grounding.context import Context
from casewright.agent.grounding.facts import Index, Known
from casewright.agent.grounding.figures import Figure
from casewright.agent.grounding.lexicon import lexicon

MOVING = {"money", "native", "count"}  # kinds of facts that tell of value, or of movements counted


def way(known: Known, figure: Figure | None, context: Context, index: Index) -> str:
    """The clause's sender and recipient must be the fact's."""
    claims, kind = context.claims, known.fact.kind
    looked: dict[str, str] = lexicon().raw["empty_ways"]
    if known.line is None and known.tool in looked and {"in", "out"} & set(claims.verbs) - {looked[known.tool]}:
        return f"the fact counts those on whose side value went {looked[known.tool]}"
    if claims.clash and kind in MOVING:
        return f"the clause contradicts itself about {claims.clash}"
    turned = claims.src is not None and claims.src == claims.dst  # "what came in left again"
    if not claims.told or turned:
        return _by_noun(known, figure)
    if kind not in MOVING and not (known.line and kind in {"time", "date"} and (known.src or known.dst)):
        sided = kind in {"share", "time", "date", "ratio", "duration"} and known.side and known.line is None
        return _sided(known, context, index) if sided else ""
    if not known.src and not known.dst:
        return "" if _sideless(known, context) else "the fact does not say which way the value went"
    for said, is_, end in ((claims.src, known.src, "sent"), (claims.dst, known.dst, "received")):
        if said is None or said == {UNKNOWN}:
            continue
        if said == {OTHER}:
            if is_ in index.subjects:
                return f"the fact says that {is_} {end} it"
        elif not is_:
            if said & index.subjects or not said & {UNKNOWN}:
                done = "received" if known.dst else "sent"
                return f"the fact says that {known.src or known.dst} {done} it, not who {end} it"
        elif is_ not in said and UNKNOWN not in said:
            return f"the fact says that {is_} {end} it"
    return ""


def _by_noun(known: Known, figure: Figure | None) -> str:
    """Without a verb, `31 credits` and `incoming` still say a side."""
    side = figure.noun.side if figure is not None and figure.noun else ""
    if side and known.side and known.side != side:
        return f"the fact counts what went {known.side}"
    return ""


def _sided(known: Known, context: Context, index: Index) -> str:
    """A first_in_at or a share of the inflow belongs to its side."""
    claims = context.claims
    if known.fact.kind in {"share", "ratio", "duration"}:
        return ""
    own = known.fact.about
    if claims.dst is not None and own in claims.dst and known.side == "out" and not (claims.src and own in claims.src):
        return "the fact is about what went out"
    if claims.src is not None and own in claims.src and known.side == "in" and not (claims.dst and own in claims.dst):
        return "the fact is about what came in"
    return ""


def _sideless(known: Known, context: Context) -> bool:
    """Facts that have no side by nature: income, balances, fees, trades; and counts of what does not move."""
    if any(re.search(measure.names, known.fact.name) and context.says(measure.words) for measure in lexicon().measures):
        return True
    loose = bool(context.claims.verbs) and not set(context.claims.verbs) - {"arrive", "leave", "there"}
    if known.line is not None and "direction" not in known.line.row and loose:
        return True  # an event's amount: "SGD 2,900.00 credited on ..."
    return known.fact.kind == "count" and known.fact.unit not in {"transfers", "counterparties"}


def noun_side(known: Known, figure: Figure | None, context: Context, index: Index) -> str:
    """`27 payers` are those who paid in, where the clause is about the subject."""
    if figure is None or figure.noun is None or not figure.noun.side or not known.side or known.fact.kind != "count":
        return ""
    subject = context.claims.subject
    if subject and not subject & index.subjects:
        return ""
    return f"the fact counts what went {known.side}" if known.side != figure.noun.side else ""
