"""`casewright typology export` as a handbook in markdown and as a STIX 2.1 bundle."""

import json
import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from casewright.agent.settings import Workspace
from casewright.agent.typologies.flow import mermaid, pictured
from casewright.agent.typologies.markdown import pages
from casewright.agent.typologies.stix import bundle
from casewright.knowledge import library
from casewright.knowledge.fixture import Fixture
from casewright.knowledge.typology import Typology
from casewright.tools.indicators import catalogue

Run = Callable[..., Any]


@pytest.fixture(scope="module")
def shipped() -> dict[str, Typology]:
    """The shipped typologies."""
    return dict(library.load([], catalogue()).typologies)


def test_a_handbook_has_a_page_a_typology_and_an_index_that_leads_to_each(
    casewright: Run, workspace: Workspace, tmp_path: Path, shipped: dict[str, Typology]
) -> None:
    folder = tmp_path / "handbook"
    ran = casewright("-w", workspace.folder, "typology", "export", "--markdown", folder, "--json")
    assert len(ran.json["files"]) == len(shipped) + 1
    index = (folder / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"\]\(([a-z0-9-]+)\.md\)", index)) == set(shipped)
    for path in folder.iterdir():
        links = re.findall(r"\]\(([\w-]+\.md)\)", path.read_text(encoding="utf-8"))
        assert all((folder / link).exists() for link in links), path.name


def test_a_page_shows_the_flow_of_the_fixture_that_fits(shipped: dict[str, Typology]) -> None:
    files = pages(Path("h"), shipped.values(), catalogue())
    for name, typology in shipped.items():
        page = files[Path("h") / f"{name}.md"].decode()
        assert page.count("```mermaid") == (1 if pictured(typology) else 0)
        assert "## Red flags" in page


def test_moves_between_the_same_parties_are_one_arrow() -> None:
    fixture = Fixture.model_validate(
        {
            "name": "Eight payers and a sweep",
            "fits": True,
            "moves": [
                {"kind": "fiat_in", "from": "payer-{n}", "times": 8, "usd": 900, "asset": "SGD"},
                {"kind": "withdrawal", "to": "pot", "usd": Decimal("3500.50")},
                {"kind": "withdrawal", "to": "pot", "usd": 3500, "at": "2d"},
                {"kind": "withdrawal", "to": "pot", "usd": 100, "status": "rejected"},
            ],
        }
    )
    assert mermaid(fixture).splitlines() == [
        "flowchart LR",
        '    p0["payer-1..8"]',
        '    p1(["the customer"])',
        '    p2["pot"]',
        '    p0 -->|"8 x USD 900<br/>bank payments in, SGD"| p1',
        '    p1 -->|"2 x USD 3,500 to 3,500.50<br/>withdrawals"| p2',
        '    p1 -->|"USD 100<br/>withdrawals, rejected"| p2',
    ]


def test_a_text_of_a_site_is_no_markup(shipped: dict[str, Typology]) -> None:
    odd = shipped["peel-chain"].model_copy(update={"name": "[x](http://a.b) <img src=x> | *b*", "aliases": ("1. a",)})
    page = pages(Path("h"), [odd], catalogue())[Path("h/peel-chain.md")].decode()
    assert r"# \[x\](" in page
    assert r"\<img src=x\> \| \*b\*" in page
    assert r"- 1\. a" in page


def test_a_bundle_holds_every_typology_with_its_sources_stages_and_look_alikes(
    casewright: Run, workspace: Workspace, tmp_path: Path, shipped: dict[str, Typology]
) -> None:
    path = tmp_path / "typologies.json"
    assert casewright("-w", workspace.folder, "typology", "export", "--stix", path).code == 0
    found = json.loads(path.read_text(encoding="utf-8"))
    patterns = [item for item in found["objects"] if item["type"] == "attack-pattern"]
    assert [item["external_references"][0]["external_id"] for item in patterns] == list(shipped)
    first, typology = patterns[0], shipped[patterns[0]["external_references"][0]["external_id"]]
    assert [phase["phase_name"] for phase in first["kill_chain_phases"]] == list(typology.stage)
    assert {source.url for source in typology.sources} <= {ref.get("url") for ref in first["external_references"]}
    related = [item for item in found["objects"] if item["type"] == "relationship"]
    assert len(related) == sum(bool(other.typology) for one in shipped.values() for other in one.look_alikes)


def test_a_bundle_keeps_the_rules_of_stix(shipped: dict[str, Typology]) -> None:
    found = json.loads(bundle(shipped.values()))
    assert set(found) == {"type", "id", "objects"}  # 2.1: a bundle has no spec_version
    ids = [item["id"] for item in found["objects"]]
    assert len(set(ids)) == len(ids)
    for item in [found, *found["objects"]]:
        kind, _, number = item["id"].partition("--")
        assert kind == item["type"]
        assert UUID(number).version == 5
    for item in found["objects"]:
        assert item["spec_version"] == "2.1"
        for key in ("created", "modified"):
            assert datetime.strptime(item[key], "%Y-%m-%dT%H:%M:%S.%fZ")
        assert item["modified"] >= item["created"]
        assert all(item.values())  # empty lists and texts are not allowed
        for reference in item.get("external_references", ()):
            assert reference["source_name"]
            assert {"description", "url", "external_id"} & set(reference)
        assert {item.get("source_ref"), item.get("target_ref")} <= {None, *ids}


def test_the_same_typologies_make_the_same_bundle_and_ids_do_not_move(shipped: dict[str, Typology]) -> None:
    one = shipped["peel-chain"]
    assert bundle([one]) == bundle([one])
    changed = one.model_copy(update={"name": "Another name", "status": "retired"})
    before, after = (json.loads(bundle([each]))["objects"][0] for each in (one, changed))
    assert before["id"] == after["id"]
    assert (before.get("revoked"), after["revoked"]) == (None, True)
