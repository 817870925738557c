"""What a model can do, found out by two small requests: does it call tools, and does it keep to a JSON schema?"""

import json
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage

from casewright import prompts
from casewright.agent.models.failures import ModelFailed
from casewright.agent.models.kept import Ability, Kept
from casewright.agent.models.meter import AnswerCutOff
from casewright.agent.models.replied import Malformed
from casewright.agent.models.served import Served

NAME = "casewright_probe"  # of the tool and of the schema: whoever runs a server can tell these requests from others
_ANSWER_TOKENS = 512  # enough for a model that thinks first
_SCHEMA = {
    "type": "object",
    "properties": {"number": {"type": "integer", "description": "The number."}},
    "required": ["number"],
    "additionalProperties": False,
}
_TOOL = {"type": "function", "function": {"name": NAME, "description": "Report the number.", "parameters": _SCHEMA}}
_FORMAT = {"type": "json_schema", "json_schema": {"name": NAME, "strict": True, "schema": _SCHEMA}}
_CANNOT = {400, 404, 405, 415, 422, 500, 501}  # how servers refuse tools or formats that they do not know


def probe(served: Served) -> Ability:
    """Ask the model, and remember what it can. Raises ModelFailed where it cannot be asked at all, LimitReached."""
    asking = served.model_copy(update={"task": "probe"})
    tools = _asked(asking, tool=True, tools=[_TOOL])
    kept = _asked(asking, tool=False, response_format=_FORMAT)
    if tools is None and kept is None:  # refuses it both, or everything? The latter is raised
        asking._generate([HumanMessage(prompts.render("probe", tool=False))], max_tokens=_ANSWER_TOKENS)
    called = [call for call in tools.tool_calls if call["name"] == NAME] if tools else []
    kept_by: Kept = served.meter.kept
    return kept_by.keep_ability(
        served.choice.name,
        served.choice.url,
        tools=any("number" in call["args"] for call in called),
        json_schema=kept is not None and _is_number(kept.text),
    )


def _asked(served: Served, *, tool: bool, **options: Any) -> AIMessage | None:
    """The model's reply; None where it refuses such a request or does not come to an end."""
    question: list[BaseMessage] = [HumanMessage(prompts.render("probe", tool=tool))]
    try:
        message = served._generate(question, max_tokens=_ANSWER_TOKENS, **options).generations[0].message
    except ModelFailed as failure:
        if failure.status in _CANNOT or isinstance(failure, Malformed):
            return None
        raise
    except AnswerCutOff:
        return None
    return message if isinstance(message, AIMessage) else None


def _is_number(text: str) -> bool:
    try:
        found = json.loads(text)
    except ValueError:
        return False
    return isinstance(found, dict) and isinstance(found.get("number"), int)
