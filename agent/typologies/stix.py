"""Typologies as a STIX 2.1 bundle: attack patterns with their sources and stages, and what each is mistaken for.

Ids are made of the typologies' ids, so that a later export updates what a platform took before.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID, uuid5

from casewright.knowledge.typology import Typology

KILL_CHAIN = "money-laundering"  # placement, layering, integration
_OURS = UUID("6f0f2ad0-3f5c-4a53-9d5e-0c9b7a8f51d2")  # the namespace of our ids, drawn once
_AMLTRIX = "https://framework.amltrix.com/techniques/"


def bundle(typologies: Iterable[Typology]) -> bytes:
    """The bundle as JSON; the same typologies make the same bytes. An id from outside it is not referred to."""
    found = {typology.id: typology for typology in typologies}
    objects = [_attack_pattern(typology) for typology in found.values()]
    for typology in found.values():
        objects += _relationships(typology, found)
    text = json.dumps(objects, ensure_ascii=False)
    whole = {"type": "bundle", "id": f"bundle--{uuid5(_OURS, text)}", "objects": objects}
    return json.dumps(whole, ensure_ascii=False, indent=2).encode() + b"\n"


def _id(kind: str, name: str) -> str:
    return f"{kind}--{uuid5(_OURS, f'{kind}/{name}')}"


def _common(kind: str, name: str, typology: Typology) -> dict[str, Any]:
    reviewed = f"{typology.reviewed.isoformat()}T00:00:00.000Z"
    head = {"type": kind, "spec_version": "2.1", "id": _id(kind, name), "created": reviewed, "modified": reviewed}
    return head | ({"revoked": True} if typology.status == "retired" else {})


def _attack_pattern(typology: Typology) -> dict[str, Any]:
    flags = "\n".join(f"- {flag.see}" for flag in typology.red_flags)
    return {
        **_common("attack-pattern", typology.id, typology),
        "name": typology.name,
        "description": f"{typology.description}\n\nRed flags:\n{flags}",
        "aliases": list(typology.aliases),
        "kill_chain_phases": [{"kill_chain_name": KILL_CHAIN, "phase_name": stage} for stage in typology.stage],
        "labels": [f"predicate:{offence}" for offence in typology.predicate],
        "external_references": list(_references(typology)),
        "lang": "en",
    }


def _references(typology: Typology) -> Iterator[dict[str, str]]:
    yield {"source_name": "casewright", "external_id": typology.id}
    for source in typology.sources:
        yield {"source_name": source.issuer, "description": f"{source.title} ({source.year})", "url": source.url}
    for name in typology.amltrix:
        yield {"source_name": "amltrix-ml", "external_id": name, "url": f"{_AMLTRIX}{name}"}


def _relationships(typology: Typology, known: Iterable[str]) -> Iterator[dict[str, Any]]:
    for nr, other in enumerate(typology.look_alikes):
        if other.typology and other.typology in known:
            yield {
                **_common("relationship", f"look-alike/{typology.id}/{other.typology}/{nr}", typology),
                "relationship_type": "related-to",
                "description": f"Looks alike: {other.name}. Told apart by: {other.tells_apart}",
                "source_ref": _id("attack-pattern", typology.id),
                "target_ref": _id("attack-pattern", other.typology),
            }
