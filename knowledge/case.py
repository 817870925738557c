"""The case: all that an investigation made, one JSON."""

from typing import Literal

from casewright.knowledge.evidence import Evidence
from casewright.knowledge.records import Record, Subject

Role = Literal["subject", "victim", "mule", "related", "unknown"]
Recommendation = Literal["escalate", "close", "more information needed"]
Strength = Literal["noted", "weak", "moderate", "strong"]  # what is noted is told, and weighs nothing


class Alert(Record):
    """Why somebody looks: raised by a rule, a model, a person or an authority. Times are epoch seconds, UTC."""

    id: str
    subject: str
    at: int
    title: str = ""
    rule: str = ""
    since: int | None = None  # where the alert's own look-back begins
    source: str = ""
    reason: str = ""


class Finding(Record):
    """What the evidence says for or against suspicion. `typology` where it is a sign of one; `about` whom."""

    statement: str
    evidence: tuple[str, ...]
    speaks: Literal["for", "against"]
    strength: Strength = "moderate"
    typology: str = ""
    about: str = ""
    category: str = ""  # a kind of service or offence that the finding establishes (mixer, sanctioned ...)


class TypologyMatch(Record):
    """How well a typology fits: a score in 0..1, what of it was seen, what was not, what could not be measured."""

    id: str
    name: str
    score: float
    seen: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    unmeasured: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()


class Sentence(Record):
    """One sentence and the ids of the evidence that it rests on."""

    text: str
    evidence: tuple[str, ...] = ()
    opens: bool = False  # a new paragraph

    def cited(self) -> str:
        """As `narrative.md` holds it: the sentence, a blank, its citations."""
        return f"{self.text} {''.join(f'[{name}]' for name in self.evidence)}".rstrip()


class Section(Record):
    """A heading (no figures in it) and its sentences."""

    title: str
    sentences: tuple[Sentence, ...]


class Narrative(Record):
    """The case memo. Only a person's command makes it `approved`."""

    sections: tuple[Section, ...]
    status: Literal["draft", "approved"] = "draft"

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """All sentences in order."""
        return tuple(sentence for section in self.sections for sentence in section.sentences)


class NotLookedAt(Record):
    """A question left open: `todo` with the command that answers it, or `unknowable` here."""

    what: str
    kind: Literal["todo", "unknowable"]
    command: str = ""
    evidence: tuple[str, ...] = ()


class Versions(Record):
    """What made this case, so that it can be made again: program, writer, data, and the settings of the texts.

    What is empty was not told yet when the case was made.
    """

    casewright: str
    writer: str
    model: str = ""  # embedded, openai:NAME or NAME@HOST
    prompts: str = ""  # fingerprint of those that the model was given, none where it was given none
    ledger: str  # fingerprint of the imports
    imports: int = 0  # the number of the newest import: with the fingerprint the snapshot of the data
    typologies: str  # fingerprint of the approved ones
    rules: str = ""  # fingerprint of the live ones
    indicators: str = ""  # fingerprint of their files
    made_at: str
    timezone: str = "UTC"
    currency: str = "USD"


class Case(Record):
    """All that an investigation made."""

    id: str
    alert: Alert | None = None
    subjects: tuple[Subject, ...]
    role: Role = "unknown"  # of the first subject; a person sets it
    evidence: tuple[Evidence, ...]
    findings: tuple[Finding, ...] = ()
    typologies: tuple[TypologyMatch, ...] = ()
    narrative: Narrative
    not_looked_at: tuple[NotLookedAt, ...] = ()
    recommendation: Recommendation = "more information needed"
    versions: Versions
