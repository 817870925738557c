"""What the environment could do behind our back, switched off by whatever makes a model; nothing is read here."""

import os
import sys

# Where prompts could be sent elsewhere, or models downloaded, by a variable of the environment: switched off at entry.
# The tracer asks all four names, the ones with V2 first.
_SILENCED = {
    "LANGSMITH_TRACING_V2": "false",
    "LANGCHAIN_TRACING_V2": "false",
    "LANGSMITH_TRACING": "false",
    "LANGCHAIN_TRACING": "false",
    "LANGSMITH_GATEWAY": "false",
    "OPENAI_CUSTOM_HEADERS": "",  # would go to every server, and put another key in the place of ours
    "HF_HUB_OFFLINE": "1",
    "ANONYMIZED_TELEMETRY": "false",
}
_OFF = {"", "0", "false", "no", "off"}
switched_off: list[str] = []  # the variables that were on when the program began, for `casewright doctor`


def silence() -> None:
    """Switch off what would send prompts elsewhere, and remember what was on; done again, it changes nothing."""
    loud = [name for name, quiet in _SILENCED.items() if quiet in _OFF]
    on = [name for name in loud if os.environ.get(name, "").lower() not in _OFF]
    if not on and all(os.environ.get(name) == quiet for name, quiet in _SILENCED.items()):
        return
    switched_off[:] = on
    os.environ.update(_SILENCED)
    tracer = sys.modules.get("langsmith.utils")
    if tracer is not None:  # it remembers what it has read
        tracer.get_env_var.cache_clear()
