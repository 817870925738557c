"""An indicator as a page for people, and as machines get it."""

from typing import Any

from casewright.knowledge.evidence import as_json
from casewright.knowledge.indicator import Indicator, Parameter


def means(one: Indicator) -> str:
    """Its meaning with the parameters' defaults in words."""
    return one.told({})


def as_told(one: Indicator) -> dict[str, Any]:
    """Name, unit, meaning and parameters, each of these with unit, default, range or words, and meaning."""
    return {
        "name": one.name,
        "unit": one.unit,
        "means": means(one),
        "parameters": [_parameter(parameter) for parameter in one.parameters],
    }


def page(one: Indicator) -> str:
    """What it means, what can be set, what it needs, when it has no value, and its query."""
    lines = [one.name, f"  {means(one)}", "", f"unit: {one.unit}"]
    for parameter in one.parameters:
        lines.append(f"--{parameter.name.replace('_', '-')}: {parameter.means} ({_range(parameter)})")
    lines += [f"needs: {words} ({place})" for place, words in one.needs.items()]
    lines += [f"no value: {one.told({}, text=one.no_value)}"] if one.no_value else []
    lines += [f"note: {one.note}"] if one.note else []
    return "\n".join([*lines, "", one.query])


def _parameter(parameter: Parameter) -> dict[str, Any]:
    told = {
        "name": parameter.name,
        "unit": parameter.unit,
        "default": as_json("share", parameter.default),
        "means": parameter.means,
    }
    if parameter.words:
        return {**told, "words": list(parameter.words)}
    return {**told, "low": as_json("share", parameter.low), "high": as_json("share", parameter.high)}


def _range(parameter: Parameter) -> str:
    ends = " | ".join(parameter.words) or f"{parameter.low} .. {parameter.high} {parameter.unit}".rstrip()
    return f"{ends}; {parameter.default} unless set"
