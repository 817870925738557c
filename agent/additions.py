"""What people add to a case from a conversation: their notes and the answers they pinned, told as theirs.

They stand in a section of their own at the end of the memo. A note is evidence of what its writer wrote, quoted word
for word; a pinned answer is evidence like any other, with the checked sentences that rest on it. A case that is
drafted again keeps them.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from casewright.agent import grounding
from casewright.knowledge import clock
from casewright.knowledge.case import Case, Section, Sentence
from casewright.knowledge.errors import UsageError
from casewright.knowledge.evidence import Column, Evidence, Fact, Table
from casewright.knowledge.records import Record
from casewright.tools.store import Store

TITLE = "Added by people"
NOTE = "note"  # the tool's name of a note
LONGEST = 2_000  # characters of a note


class Addition(Record):
    """One thing that a person adds: evidence (a note is evidence too), and the sentences that rest on it."""

    evidence: tuple[Evidence, ...]
    sentences: tuple[Sentence, ...] = ()


@dataclass(frozen=True)
class Added:
    """The case with what was added, the ids that it bears there, and the sentences that the check did not let in."""

    case: Case
    ids: tuple[str, ...]
    struck: tuple[Sentence, ...] = ()


def note(text: str, who: str, at: int, zone: str, about: str = "") -> Addition:
    """A person's note, AT epoch seconds, about a party. Raises UsageError for an empty or an endless one."""
    quoted = " ".join(text.replace('"', "'").split())
    if not quoted or len(quoted) > LONGEST:
        raise UsageError(f"a note holds 1 to {LONGEST:,} characters, this one {len(quoted):,}")
    day = clock.date_text(at, zone)
    columns = (
        Column(name="author", kind="word", unit="person"),
        Column(name="at", kind="time", means="when it was written"),
        Column(name="text", kind="text", means="what it says"),
    )
    facts = (
        Fact(name="text", value=quoted, kind="text", means="what a person wrote", about=about),
        Fact(name="author", value=who, kind="word", unit="person", about=about),
        Fact(name="written_on", value=day, kind="date", about=about),
    )
    evidence = Evidence(
        tool=NOTE,
        arguments={"who": who, "at": at},
        query="/note in casewright chat",
        tables=(Table(columns=columns, rows=({"author": who, "at": clock.iso(at), "text": text.strip()},)),),
        facts=facts,
        status="found",
        searched=f"what {who} wrote on {day}",
    )
    said = Sentence(text=f'A person noted: "{quoted}"', evidence=("N",))
    return Addition(evidence=(evidence.with_id("N"),), sentences=(said,))


def pinned(evidence: Iterable[Evidence], sentences: Iterable[Sentence]) -> Addition:
    """Answers that a person pinned, under the ids of the conversation, with the checked sentences that rest on them."""
    kept, said = tuple(evidence), list(sentences)
    cited = {name for sentence in said for name in sentence.evidence}
    for one in kept:
        if one.id not in cited:
            said.append(Sentence(text="A person added this answer to the case.", evidence=(one.id,)))
    return Addition(evidence=kept, sentences=tuple(said))


def add(case: Case, additions: Sequence[Addition], taken: Collection[str] = ()) -> Added:
    """The case with these additions: evidence that it holds already is cited, other evidence gets the next ids.

    An id of the conversation is kept where the case has none of that name; no other id gets one of TAKEN, which mean
    something else there. A sentence that the case's evidence does not hold is left out and told.
    """
    evidence, said = list(case.evidence), [*_said(case)]
    ids: list[str] = []
    for addition in additions:
        names = {}
        for one in addition.evidence:
            names[one.id] = _placed(one, evidence, taken)
        ids += names.values()
        for sentence in addition.sentences:
            cited = tuple(dict.fromkeys(names.get(name, name) for name in sentence.evidence))
            fresh = Sentence(text=sentence.text, evidence=cited)
            if fresh not in said:
                said.append(fresh)
    whole = case.model_copy(update={"evidence": tuple(evidence)})
    bad = {found.sentence for found in grounding.check(said, whole).unsupported}
    kept = tuple(sentence for sentence in said if sentence.text not in bad)
    struck = tuple(sentence for sentence in said if sentence.text in bad)
    sections = tuple(section for section in case.narrative.sections if section.title != TITLE)
    if kept:
        sections += (Section(title=TITLE, sentences=kept),)
    narrative = case.narrative.model_copy(update={"sections": sections})
    return Added(whole.model_copy(update={"narrative": narrative}), tuple(dict.fromkeys(ids)), struck)


def additions_of(case: Case) -> tuple[Addition, ...]:
    """What people added to the case before, to be added to its next draft."""
    said = _said(case)
    cited = dict.fromkeys(name for sentence in said for name in sentence.evidence)
    held = tuple(one for one in case.evidence if one.id in cited)
    return (Addition(evidence=held, sentences=said),) if said else ()


def kept_version(store: Store, case: Case) -> Case | None:
    """The newest version of the case in the store, None where it has none."""
    return store.load_case(case.id) if store.version_of(case.id) else None


def with_earlier(store: Store, case: Case) -> Case:
    """A fresh draft of the case with what people added to the version before it."""
    before = kept_version(store, case)
    earlier = additions_of(before) if before else ()
    return add(case, earlier).case if earlier else case


def _said(case: Case) -> tuple[Sentence, ...]:
    return next((section.sentences for section in case.narrative.sections if section.title == TITLE), ())


def _placed(one: Evidence, evidence: list[Evidence], taken: Collection[str]) -> str:
    """The id under which the evidence stands in the list, which it joins where it is new."""
    for held in evidence:
        if (held.tool, held.arguments) == (one.tool, one.arguments) and held.facts == one.facts:
            return held.id
    ids = {held.id for held in evidence}
    number = max((int(name[1:]) for name in (*ids, *taken) if name[1:].isdigit()), default=0) + 1
    name = one.id if one.id.startswith("E") and one.id not in ids else f"E{number}"
    evidence.append(one.with_id(name))
    return name
