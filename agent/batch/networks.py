"""Placeholder until the network joining lands."""

from collections.abc import Sequence
from dataclasses import dataclass

from casewright.agent.investigate import Target
from casewright.tools.warehouse import Ledger


@dataclass(frozen=True)
class Network:
    targets: tuple[Target, ...]
    alerts: tuple[str, ...]

    @property
    def case_id(self) -> str:
        return self.targets[0].case_id


def networks(ledger: Ledger, targets: Sequence[Target]) -> tuple[Network, ...]:
    by = {}
    for t in targets:
        by.setdefault(t.subject.id, []).append(t)
    return tuple(Network((ts[-1],), tuple(t.alert.id for t in ts)) for ts in by.values())
