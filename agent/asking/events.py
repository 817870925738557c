"""What happens while a question is answered, as it happens: the chat shows it, `ask` keeps the last."""

from dataclasses import dataclass, field
from typing import Any

from casewright.knowledge.case import Sentence
from casewright.knowledge.evidence import Evidence


@dataclass(frozen=True)
class Usage:
    """Tokens sent and received, and their price in USD; None where the price table does not know the model."""

    tokens_in: int = 0
    tokens_out: int = 0
    usd: float | None = 0.0


@dataclass(frozen=True)
class ModelCall:
    """One call of a model: for which task, which model, the SHA-256 of what was sent, what it used, how it ended."""

    task: str
    model: str
    request: str
    tokens_in: int
    tokens_out: int
    usd: float | None
    state: str


@dataclass(frozen=True)
class Asked:
    """A tool is called, with these arguments."""

    tool: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class Told:
    """A tool answered: the evidence under its id, and how long it took in seconds."""

    evidence: Evidence
    seconds: float


@dataclass(frozen=True)
class Said:
    """A piece of the answer as the model words it; what is struck later is told by the Answer."""

    text: str


@dataclass(frozen=True)
class Struck:
    """A sentence that the evidence does not hold, and why; it is no part of the answer."""

    sentence: str
    why: str


@dataclass(frozen=True)
class Answer:
    """The checked answer to one question: sentences with the ids of the evidence that they rest on.

    `shown` are ids of evidence whose rows belong below the text as a table. `refused` says why nothing was done, empty
    where something was; `cut_off` which limit ended the turn; `failed` are ids of what was asked in vain: of a tool
    that is not there, with arguments that cannot be meant. `follow_ups` are questions that would be next, `notes` what
    a person should know of the model that answered: that another stood in, that its price is not known.
    """

    sentences: tuple[Sentence, ...]
    shown: tuple[str, ...] = ()
    struck: tuple[Struck, ...] = ()
    not_established: tuple[str, ...] = ()
    refused: str = ""
    cut_off: str = ""
    failed: tuple[str, ...] = ()
    follow_ups: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    usage: Usage = field(default_factory=Usage)


Event = Asked | Told | Said | Answer
