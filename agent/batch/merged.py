"""One case of several subjects, made of the single investigations of a network's targets."""

from collections.abc import Sequence

from casewright.agent.batch.networks import Network
from casewright.knowledge.case import Case
from casewright.knowledge.evidence import Evidence


def merged(network: Network, cases: Sequence[Case], links: Evidence) -> Case:
    """The case of a network: CASES are those of its targets, in their order; LINKS is what joins them.

    Of one target alone that is its own case as it stands.
    """
    raise NotImplementedError
