"""Placeholder until the network joining lands: one case for each subject."""

from collections.abc import Sequence
from dataclasses import dataclass

from casewright.agent.investigate import Target
from casewright.tools.warehouse import Ledger


@dataclass(frozen=True)
class Network:
    """Targets that make one case, the leading one first."""

    targets: tuple[Target, ...]
    alerts: tuple[str, ...]

    @property
    def case_id(self) -> str:
        """The case's id."""
        return self.targets[0].case_id


def networks(ledger: Ledger, targets: Sequence[Target]) -> tuple[Network, ...]:
    """The targets by subject."""
    by: dict[str, list[Target]] = {}
    for target in targets:
        by.setdefault(target.subject.id, []).append(target)
    return tuple(Network((found[-1],), tuple(t.alert.id for t in found if t.alert)) for found in by.values())
