"""`casewright schema typology`: a JSON Schema that editors take, which every shipped file keeps."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from casewright.agent.filing.calendar import FOLDER as CALENDARS
from casewright.agent.filing.regime import FOLDER as REGIMES
from casewright.knowledge.library import SHIPPED
from casewright.knowledge.typology import Typology

Run = Callable[..., Any]


class _Plain(yaml.SafeLoader):
    """YAML as editors read it (1.2): dates, and words such as `no`, are text."""


_Plain.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in pairs if not tag.endswith(("timestamp", "bool"))]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Plain.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), list("tf"))


@pytest.fixture
def validator(casewright: Run) -> Any:
    """What holds a file against the schema that is printed."""
    ran = casewright("schema", "typology")
    assert ran.code == 0
    schema = json.loads(ran.out)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())


def test_every_shipped_file_keeps_the_schema(validator: Any) -> None:
    paths = sorted(SHIPPED.glob("*.yaml"))
    assert len(paths) > 50
    wrong = [
        f"{path.name}: {error.json_path}: {error.message[:100]}"
        for path in paths
        for error in validator.iter_errors(yaml.load(path.read_text(encoding="utf-8"), Loader=_Plain))
    ]
    assert wrong == []


def test_the_schema_refuses_unknown_keys_words_and_indicators(validator: Any) -> None:
    whole = yaml.load((SHIPPED / "peel-chain.yaml").read_text(encoding="utf-8"), Loader=_Plain)
    flag = {"see": "Something", "on": "deposit", "indicator": "no_such_thing", "at_least": 1}
    for change in ({"stages": ["layering"]}, {"stage": ["washing"]}, {"red_flags": [flag, flag]}, {"status": "done"}):
        assert list(validator.iter_errors({**whole, **change})), change


def test_the_schema_describes_every_field_and_tells_editors_how_to_take_it(validator: Any) -> None:
    schema = validator.schema
    assert "# yaml-language-server: $schema=" in schema["description"]
    assert set(schema["properties"]) == set(Typology.model_fields)
    bare = [
        f"{name}.{key}"
        for name, part in {"Typology": schema, **schema["$defs"]}.items()
        for key, field in part.get("properties", {}).items()
        if not {"description", "$ref"} & set(field)  # what is referred to describes itself
    ]
    assert bare == []


@pytest.mark.parametrize(("kind", "folder"), [("regime", REGIMES), ("calendar", CALENDARS)])
def test_the_files_of_regimes_and_calendars_have_a_schema_too(casewright: Run, kind: str, folder: Path) -> None:
    schema = json.loads(casewright("schema", kind).out)
    jsonschema.Draft202012Validator.check_schema(schema)
    held = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    assert f"$schema=../{kind}.schema.json" in schema["description"]
    paths = sorted(folder.glob("*.yaml"))
    assert paths
    for path in paths:
        whole = yaml.load(path.read_text(encoding="utf-8"), Loader=_Plain)
        assert list(held.iter_errors(whole)) == [], path.name
        assert list(held.iter_errors({**whole, "retentoin": 5})), path.name


def test_machines_get_the_schema_within_their_object(casewright: Run) -> None:
    ran = casewright("schema", "typology", "--json")
    assert ran.json["schema_version"] == 1
    assert ran.json["schema"]["$schema"].endswith("2020-12/schema")
    assert casewright("schema", "nothing").code == 2
