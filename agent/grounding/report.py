"""What a check found."""

from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Unsupported:
    """A figure or word that the evidence cited in its sentence does not hold, why, and the fact that comes nearest."""

    sentence: str
    figure: str
    why: str
    nearest: str = ""


@dataclass(frozen=True, slots=True)
class Moved:
    """A fact or cell that the ledger tells otherwise now; `was` is None where it appeared, `now` where it vanished."""

    evidence: str
    what: str
    was: str | None
    now: str | None

    @property
    def change(self) -> Literal["new", "missing", "changed"]:
        """Which kind of difference it is."""
        return "new" if self.was is None else "missing" if self.now is None else "changed"

    def told(self) -> str:
        """In one line."""
        if self.was is None:
            return f"{self.evidence}: {self.what} appeared: {self.now}"
        return f"{self.evidence}: {self.what} was {self.was}, {'is gone' if self.now is None else f'is {self.now}'}"


@dataclass(frozen=True, slots=True)
class Report:
    """How many sentences and figures were read, and what is unsupported in them."""

    sentences: int
    figures: int
    unsupported: tuple[Unsupported, ...]

    @property
    def clean(self) -> bool:
        """Whether everything is supported."""
        return not self.unsupported

    def payload(self) -> dict[str, Any]:
        """For machines."""
        found = [
            {"sentence": u.sentence, "figure": u.figure, "why": u.why, "nearest": u.nearest} for u in self.unsupported
        ]
        return {"sentences": self.sentences, "figures": self.figures, "unsupported": found}
