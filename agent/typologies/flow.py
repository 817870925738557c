"""The picture of a typology's flow, derived from a fixture that fits: who sends what to whom, as a mermaid diagram."""

from collections.abc import Iterable
from decimal import Decimal

from casewright.knowledge.fixture import SELF, Fixture, Move
from casewright.knowledge.typology import Typology

_CALLED = {
    "fiat_in": "bank payments in",
    "fiat_out": "bank payments out",
    "deposit": "deposits",
    "withdrawal": "withdrawals",
    "transfer": "transfers",
    "internal": "internal transfers",
    "p2p": "P2P payments",
    "fee": "fees",
    "reward": "rewards",
}


def pictured(typology: Typology) -> Fixture | None:
    """The fixture that its picture shows: the first that fits; None where it has none."""
    return next((fixture for fixture in typology.fixtures if fixture.fits), None)


def mermaid(fixture: Fixture) -> str:
    """The fixture's moves, those between the same parties in one arrow: `payer-1..8 -->|8 x USD 900| the customer`."""
    arrows: dict[tuple[str, str, str, str], list[Move]] = {}
    for move in fixture.moves:
        # A trade names no other side: it is drawn as an arrow of the account to itself.
        key = (_party(move.from_, move), _party(move.to, move), _what(move), move.status)
        arrows.setdefault(key, []).append(move)
    parties = dict.fromkeys(party for from_, to, _, _ in arrows for party in (from_, to))
    nodes = {party: f"p{nr}" for nr, party in enumerate(parties)}
    lines = ["flowchart LR"]
    lines += [
        f'    {node}(["{party}"])' if party == _SELF else f'    {node}["{party}"]' for party, node in nodes.items()
    ]
    for (from_, to, what, status), moves in arrows.items():
        ended = "" if status == "completed" else f", {status.replace('_', ' ')}"
        lines.append(f'    {nodes[from_]} -->|"{_sums(moves)}<br/>{what}{ended}"| {nodes[to]}')
    return "\n".join(lines)


_SELF = "the customer"


def _party(name: str, move: Move) -> str:
    if name == SELF:
        return _SELF
    return name.replace("{n}", f"1..{move.times}" if move.times > 1 else "1")


def _what(move: Move) -> str:
    if move.kind == "trade":
        return f"trades {move.asset or 'USDT'} to {move.asset_in}"
    return f"{_CALLED[move.kind]}{f', {move.asset}' if move.asset else ''}"


def _sums(moves: Iterable[Move]) -> str:
    count, values = 0, list[Decimal]()
    for move in moves:
        count += move.times
        values += move.usd if isinstance(move.usd, tuple) else (move.usd,)
    low, high = min(values), max(values)
    told = f"USD {_usd(low)}" if low == high else f"USD {_usd(low)} to {_usd(high)}"
    return told if count == 1 else f"{count} x {told}"


def _usd(value: Decimal) -> str:
    return f"{value:,.0f}" if value == value.to_integral_value() else f"{value:,.2f}"
