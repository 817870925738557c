"""A new typology as a draft: from answers to a few questions, or from an advisory's text. What nobody said is marked.

Whatever a program put there begins with `REVIEW:`; such a file passes the check, matches no case, and cannot be
proposed before an expert has read every mark away.
"""

import getpass
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, get_args

import yaml

from casewright.agent.settings import Workspace
from casewright.agent.typologies.known import folder_of, library_of
from casewright.knowledge import library
from casewright.knowledge.errors import DataError, UsageError
from casewright.knowledge.typology import REVIEW, Stage
from casewright.tools.indicators import catalogue

NOWHERE = "https://review.invalid/"  # a reserved name: nobody can take it for a source
_HEAD = """\
# A draft. Read every text marked {mark} put it right and take the mark away; then give each red flag its measure
# (`casewright indicators list`): indicator with at_least or at_most, exposure, label, event, customer, or needs.
# `casewright typology show rapid-pass-through` is an example; `casewright typology check` tells what is wrong.
"""


class Question(NamedTuple):
    """A question to an expert: what it fills, its words, and what counts without an answer."""

    key: str
    words: str
    default: str = ""


QUESTIONS = (
    Question("name", "What would a report call it?"),
    Question("description", "What happens: who does what, and why?"),
    Question("said", "How do people put it? (several, with ; between them)"),
    Question("stage", f"Which stage? ({', '.join(get_args(Stage))})", "layering"),
    Question("predicate", "Which offence does the value stem from? (fraud, drugs ...)", "any"),
    Question("red_flags", "What would be seen? (several, with ; between them)"),
    Question("look_alike", "Which honest behaviour looks the same?"),
    Question("tells_apart", "And what tells that apart?"),
    Question("rules_out", "What would rule it out?"),
    Question("url", "Where is it written? (a URL)"),
)


@dataclass
class Draft:
    """What is known of a typology to be; what is missing becomes a text marked for review."""

    name: str
    description: str = ""
    aliases: Sequence[str] = ()
    said: Sequence[str] = ()
    stage: Sequence[str] = ("layering",)
    predicate: Sequence[str] = ("any",)
    red_flags: Sequence[Mapping[str, str]] = ()
    look_alikes: Sequence[Mapping[str, str]] = ()
    rules_out: Sequence[str] = ()
    source: Mapping[str, Any] = field(default_factory=dict)
    owner: str = ""
    remarks: Sequence[str] = ()

    def plain(self, name: str, today: str) -> dict[str, Any]:
        """The keys of the file."""
        missing = f"{REVIEW} what was seen"
        flags = [dict(flag) for flag in self.red_flags]
        flags += [{"see": f"{missing}, {nr}", "on": "deposit"} for nr in ("first", "second")[len(flags) :]]
        said = [
            *self.said,
            *(f"{REVIEW} how people put it, {nr}" for nr in ("first", "second", "third")[len(self.said) :]),
        ]
        apart = {
            "name": f"{REVIEW} an honest look-alike",
            "tells_apart": f"{REVIEW} what tells it apart",
            "lawful": "yes",
        }
        source = {
            "id": "S1",
            "title": f"{REVIEW} its title and number",
            "issuer": f"{REVIEW} who issued it",
            "year": int(today[:4]),
            "url": NOWHERE,
        }
        return {
            "id": name,
            "name": self.name,
            "aliases": list(self.aliases) or [f"{REVIEW} another name of it"],
            "said": said,
            "stage": list(self.stage),
            "predicate": list(self.predicate),
            "description": self.description or f"{REVIEW} what happens, who does what, and why",
            "red_flags": flags,
            "look_alikes": [dict(other) for other in self.look_alikes] or [apart],
            "questions": {"data": [f"{REVIEW} a question to the data"]},
            "rules_out": list(self.rules_out) or [f"{REVIEW} what would rule it out"],
            "sources": [source | dict(self.source)],
            "owner": self.owner or getpass.getuser(),
            "version": 1,
            "status": "draft",
            "reviewed": today,
        }


def asked(ask: Callable[[Question], str], name: str = "") -> Draft:
    """The draft of an expert's answers; ASK puts one question and tells the answer, empty for none.

    Raises UsageError where there is no name.
    """
    answers = {q.key: name if q.key == "name" and name else ask(q).strip() or q.default for q in QUESTIONS}
    if not answers["name"]:
        raise UsageError("a typology needs a name", hint='casewright typology new "Value in small parcels"')
    if unknown := [stage for stage in _parts(answers["stage"], ",;") if stage not in get_args(Stage)]:
        raise UsageError(f"unknown stage {unknown[0]!r}", hint=f"one of {', '.join(get_args(Stage))}")
    apart = {
        "name": answers["look_alike"],
        "tells_apart": answers["tells_apart"] or f"{REVIEW} what tells it apart",
        "lawful": "yes",
    }
    return Draft(
        name=answers["name"],
        description=answers["description"],
        said=_parts(answers["said"], ";"),
        stage=_parts(answers["stage"], ",;"),
        predicate=[slug(part) for part in _parts(answers["predicate"], ",;")],
        red_flags=[{"see": part, "on": "deposit"} for part in _parts(answers["red_flags"], ";")],
        look_alikes=[apart] if answers["look_alike"] else [],
        rules_out=_parts(answers["rules_out"], ";"),
        source={"url": answers["url"]} if answers["url"] else {},
    )


def write(workspace: Workspace, draft: Draft, name: str = "") -> Path:
    """Write the draft as a file of the site that passes the check, and tell where. Raises UsageError, KnowledgeError.

    NAME is its id, else made of what it is called. A file or typology of that id is never written over.
    """
    name = name or slug(draft.name.removeprefix(REVIEW))
    path = folder_of(workspace) / f"{name}.yaml"
    if name in library_of(workspace).typologies or path.exists():
        raise UsageError(f"there is a typology {name!r} already", hint=f"casewright typology edit {name}, or give --id")
    today = datetime.now(UTC).date().isoformat()
    plain = draft.plain(name, today)
    text = _HEAD.format(mark=REVIEW)
    text += yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=118, default_flow_style=False)
    library.parse(text, path, catalogue())
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise DataError(f"cannot be written ({error.strerror})", path) from error
    return path


def slug(text: str) -> str:
    """A text as an id: `value-in-small-parcels`. Raises UsageError where nothing of it can be one."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", plain)
    found = ""
    for word in words:
        if len(found) + len(word) >= 50:
            break
        found = f"{found}-{word}" if found else word
    if not found:
        raise UsageError(f"no id can be made of {text!r}", hint="--id some-words")
    return found


def _parts(text: str, marks: str) -> list[str]:
    return [part.strip() for part in re.split(f"[{marks}]", text) if part.strip()]
