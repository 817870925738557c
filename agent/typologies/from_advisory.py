"""A draft from an advisory's text, found by words alone: title, sources, other names, sentences that tell of signs.

Nothing of it is taken on trust: every text that comes from the file is marked for review, its measures are left to the
expert, and what it resembles among the known typologies is told, because extending one is often better than a new one.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, get_args

from casewright.agent.typologies.advisory import Advisory, Line
from casewright.agent.typologies.drafting import Draft
from casewright.knowledge.typology import REVIEW, Domain, Stage, Typology

_MOST_FLAGS = 20
_LONGEST = 400  # characters of a sentence that is a sign; longer ones argue
_CUES = re.compile(
    r"\b(?:customers?|accounts?|wallets?|address(?:es)?|transactions?|transfers?|deposits?|withdraw\w*|payments?|funds"
    r"|senders?|recipients?|beneficiar\w+|payees?|payers?|devices?|IP|log-?ins?|documents?|identit\w+|mixers?|tokens?)\b",
    re.IGNORECASE,
)
_SIGNS = re.compile(
    r"\b(?:multiple|several|numerous|frequent\w*|repeated\w*|rapid\w*|quick\w*|immediate\w*|shortly|soon|same day"
    r"|within|unusual\w*|inconsistent|unrelated|unknown|no (?:apparent|clear|economic|lawful)|just (?:below|under)"
    r"|below the|round|large|small|high[- ](?:value|risk|volume)|new(?:ly)?|dormant|sudden\w*|third[- ]part\w+|same"
    r"|shared|refus\w*|unable|reluctant|structur\w*|split\w*|convert\w*|exceed\w*|without|anonym\w*|obscur\w*|layer\w*)\b",
    re.IGNORECASE,
)
_DOMAINS: tuple[tuple[Domain, str], ...] = (
    ("device", r"\bdevices?|\bIP\b|log-?in|browser|VPN|phone number"),
    ("kyc", r"\bKYC\b|identif|identity|document|selfie|verification|occupation|declared"),
    ("onchain", r"mixer|tumbler|darknet|blockchain|on-chain|wallet|smart contract|bridge|privacy coin|hops?\b"),
    ("withdrawal", r"withdraw|cash(?:ed|es|ing)?[- ]out|outgoing|sent? (?:out|to)"),
    ("p2p", r"\bP2P\b|peer[- ]to[- ]peer"),
    ("trade", r"\btrad(?:e|es|ing)\b|conver[ts]|swap|order book"),
    ("fiat", r"\bbank|wire|cash\b|fiat|card|remitt"),
    ("deposit", r"deposit|incoming|credit"),
    ("support", r"customer service|support|call(?:er|s)\b|complain"),
)
_ISSUER = re.compile(
    r"\b(?:FATF|FinCEN|AUSTRAC|FINTRAC|Europol|Interpol|UNODC|MAS|FCA|NCA|OFAC|HKMA|BaFin|TRACFIN|Egmont Group"
    r"|Wolfsberg Group|APG|MONEYVAL|JAFIC|AMLC|EBA|AMLA|SEC|CFTC|FBI)\b"
)
_URL = re.compile(r"https?://[^\s<>\"')\]]+[^\s<>\"')\].,;:]")
_YEAR = re.compile(r"(?<![\d-])(?:19[89]\d|20[0-4]\d)(?!\d)")


def drafted(advisory: Advisory, known: Iterable[Typology], name: str = "") -> Draft:
    """The draft of what the words of the text show; each text in it is marked, but a NAME that a person gave."""
    typologies = list(known)
    text = advisory.text
    names = {typology.id: _named_in(text, typology) for typology in typologies}
    near = [t for t in sorted(typologies, key=lambda t: -len(names[t.id])) if names[t.id]][:3]
    title = advisory.title or "an advisory"
    signs = [line for line in advisory.sentences if _is_sign(line)]
    remarks = [*advisory.remarks]
    if len(signs) > _MOST_FLAGS:
        remarks.append(f"{len(signs)} sentences look like red flags; the first {_MOST_FLAGS} are in the draft")
    if near:
        remarks.append(f"it speaks of what is known: {', '.join(t.id for t in near)}; is a new typology needed?")
    return Draft(
        name=name or _marked(title),
        description=_marked(_lead(advisory.sentences)) if advisory.sentences else "",
        aliases=[_marked(name) for name in dict.fromkeys(name for t in near for name in names[t.id])][:8],
        stage=[stage for stage in get_args(Stage) if stage in text.lower()] or ["layering"],
        predicate=_predicates(text, typologies),
        red_flags=[{"see": _marked(line.text), "on": _domain(line.text)} for line in signs[:_MOST_FLAGS]],
        look_alikes=[
            {"name": _marked(t.name), "tells_apart": _marked("what tells it apart"), "lawful": "no", "typology": t.id}
            for t in near
        ],
        source=_source(title, text),
        owner=_marked("who answers for it"),
        remarks=remarks,
    )


def _marked(text: str) -> str:
    return f"{REVIEW} {text}"


def _named_in(text: str, typology: Typology) -> list[str]:
    """The names of a typology that stand in the text, as they stand in its file."""
    names = [part for alias in (typology.name, *typology.aliases) for part in re.split(r"[,;/] ?", alias)]
    return [name for name in names if len(name) > 3 and re.search(rf"\b{re.escape(name)}s?\b", text, re.IGNORECASE)]


def _is_sign(line: Line) -> bool:
    """Whether a sentence looks like a sign: what somebody does, in a way that stands out; sooner in a list."""
    if not 25 <= len(line.text) <= _LONGEST or line.text.endswith(("?", ":")):
        return False
    cues, signs = len(_CUES.findall(line.text)), len(_SIGNS.findall(line.text))
    return cues >= 1 and signs >= 1 if line.item else cues >= 2 and signs >= 1


def _domain(text: str) -> Domain:
    return next((domain for domain, words in _DOMAINS if re.search(words, text, re.IGNORECASE)), "deposit")


def _lead(sentences: Sequence[Line]) -> str:
    """The first sentences that are long enough to tell something."""
    told = [line.text for line in sentences if len(line.text) > 60 and not line.item] or [sentences[0].text]
    return " ".join(told[:3])[:1_500]


def _predicates(text: str, typologies: Iterable[Typology]) -> list[str]:
    known = sorted({predicate for typology in typologies for predicate in typology.predicate} - {"any"})
    found = [p for p in known if re.search(rf"\b{p.replace('-', '[- ]')}", text, re.IGNORECASE)]
    return found[:5] or ["any"]


def _source(title: str, text: str) -> dict[str, Any]:
    this_year = datetime.now(UTC).year
    years = Counter(int(year) for year in _YEAR.findall(text[:5_000]) if int(year) <= this_year)
    issuer = _ISSUER.search(text)
    source: dict[str, Any] = {
        "title": _marked(title),
        "issuer": _marked(issuer.group() if issuer else "who issued it"),
    }
    if years:
        source["year"] = max(years, key=lambda year: (years[year], year))
    if url := _URL.search(text):
        source["url"] = url.group()[:300]
    return source
