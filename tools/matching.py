"""Matching a case to typologies by measurement: a score that says what it is made of.

A flag is read from evidence that is there (`tools/flags.py`); nothing is asked here. `requests` says what to ask the
tool `indicators`. The score weighs the flags that fired against those that were measured and stayed silent, and
against doubt:

    score = fired weight / (fired weight + number of silent flags + 4)

A flag that is telling adds 2 or 3 when it fires and takes away no more than another when it is silent: that a rare sign
is missing says little. The 4 stands for what nobody measured, so that one common sign never looks like a fit. A
typology that has defining flags matches only where one of them fired; since any will do, the silence of the others
takes nothing away. A ceiling (`at_most`: few destinations, few payers) is met by an idle account too; it counts only
beside a flag that fired on something that happened.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from casewright.knowledge.case import TypologyMatch
from casewright.knowledge.evidence import Evidence
from casewright.knowledge.indicator import Request
from casewright.knowledge.typology import Typology
from casewright.tools import flags
from casewright.tools.flags import Known, Outcome, Reading

_DOUBT = 4  # weight of fired flags at which the score is a half with none silent (ours)
HOPS = 6  # how far value is followed to labels: thefts and ransoms lie further than the tools go by default (ours)
FITS = 0.5  # from here on a text may speak of a fit: what fired weighs as much as all that is open (ours)


@dataclass(frozen=True)
class Weighed:
    """A typology that matches: its red flags as they were read, and what its score is made of."""

    typology: Typology
    readings: tuple[Reading, ...]

    def of(self, outcome: Outcome) -> tuple[Reading, ...]:
        """The flags that ended so."""
        return tuple(one for one in self.readings if one.outcome == outcome)

    @property
    def fired_weight(self) -> int:
        """The weight of the flags that fired."""
        return sum(one.flag.weight for one in self.of("fired"))

    @property
    def silence(self) -> int:
        """How many silent flags take something away."""
        return sum(not one.flag.defining for one in self.of("silent"))

    @property
    def score(self) -> float:
        """How well it fits, 0..1."""
        return round(self.fired_weight / (self.fired_weight + self.silence + _DOUBT), 3)

    @property
    def made_of(self) -> str:
        """The score in words."""
        fired, silent = self.fired_weight, self.silence
        return f"weight fired {fired} / ({fired} + {silent} silent + {_DOUBT} for what nobody measured)"


def requests(typologies: Iterable[Typology]) -> tuple[Request, ...]:
    """The readings of indicators that the approved ones' red flags need, each once, in a fixed order."""
    return flags.requests(in_force(typologies))


def match(typologies: Iterable[Typology], evidence: Sequence[Evidence], subject: str = "") -> tuple[TypologyMatch, ...]:
    """The approved typologies of which a red flag fired on the SUBJECT, best first; equal scores by id.

    Without a subject, the one that the evidence of `indicators`, `exposure` or `customer` was first asked about.
    """
    return tuple(_told(one) for one in weighed(in_force(typologies), flags.known(evidence, subject)))


def weighed(typologies: Iterable[Typology], known: Known) -> tuple[Weighed, ...]:
    """Those of the typologies that match what is known of a subject, whatever their status, best first."""
    all_ = (Weighed(typology, flags.read(typology, known)) for typology in typologies)
    return tuple(sorted((one for one in all_ if _matches(one)), key=lambda one: (-one.score, one.typology.id)))


def in_force(typologies: Iterable[Typology]) -> Iterator[Typology]:
    """The approved ones: drafts, proposals and retired ones match nothing."""
    return (typology for typology in typologies if typology.status == "approved")


def _matches(one: Weighed) -> bool:
    fired = [reading.flag for reading in one.of("fired") if reading.flag.at_most is None]
    needs_one = any(flag.defining for flag in one.typology.red_flags)
    return bool(fired) and (not needs_one or any(flag.defining for flag in fired))


def _told(one: Weighed) -> TypologyMatch:
    seen, silent, unmeasured = (
        tuple(f"{reading.flag.see} ({reading.told})" for reading in one.of(outcome))
        for outcome in ("fired", "silent", "unmeasured")
    )
    return TypologyMatch(
        id=one.typology.id,
        name=one.typology.name,
        score=one.score,
        seen=seen,
        silent=silent,
        unmeasured=unmeasured,
        evidence=tuple(dict.fromkeys(reading.evidence for reading in one.of("fired") if reading.evidence)),
    )
