"""`casewright models`: what is configured, what it can do and what it cost; never a key."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import HumanMessage
from loopback import Loopback, fails, says

from casewright.agent.models import make
from casewright.agent.models.failures import ModelFailed
from casewright.agent.privacy.pseudonyms import Pseudonyms
from casewright.agent.settings import FILE, Workspace


def chat_model(workspace: Workspace, task: str = "draft", meter: Any = None) -> Any:
    """A chat model whose tokens for names are kept in memory, as there is no ledger."""
    return make.chat_model(workspace, task, meter, Pseudonyms())


Run = Callable[..., Any]


def _workspace(folder: Path, text: str) -> Path:
    Workspace.init(folder)
    (folder / FILE).write_text(text)
    return folder


def test_without_settings_there_is_the_embedded_model(casewright: Run, tmp_path: Path) -> None:
    ran = casewright("-w", tmp_path, "models")
    assert ran.code == 0
    assert ran.out.startswith("plan, draft, check: offline\n")
    assert "nothing leaves this machine" in ran.out
    assert list(tmp_path.iterdir()) == []


def test_each_model_is_shown_with_its_tasks_and_the_source_of_its_key(
    casewright: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASEWRIGHT_API_KEY", "sk-secret")
    with Loopback() as server:
        text = f'model = "large@{server.url}"\n[models]\ncheck = "small@{server.url}"\nfallback = "offline"\n'
        ran = casewright("-w", _workspace(tmp_path, text), "models", "--json")
        told = casewright("-w", tmp_path, "models", "show")
    assert (ran.code, told.code) == (0, 0), told.out
    assert [(m["tasks"], m["model"]) for m in ran.json["models"]] == [
        (["plan", "draft"], "large"),
        (["check"], "small"),
        (["fallback"], "offline"),
    ]
    assert ran.json["models"][0]["key"] == "the environment (CASEWRIGHT_API_KEY)"
    assert "sk-secret" not in ran.out + told.out
    assert "its server answers" in told.out
    assert "not probed yet" in told.out
    assert server.requests == []


def test_what_cannot_be_used_is_told_with_the_mend_and_exits_4(casewright: Run, tmp_path: Path) -> None:
    with Loopback() as server:
        gone = server.url
    texts = {
        f'model = "small@{gone}"': ("cannot be reached", "is its server running"),
        'model = "openai:gpt-4o"': ("forbids", "network = true"),
        f'model = "small@{gone}"\n[keys]\n"{gone[7:-3]}" = "file:nowhere"': ("cannot be read", "[keys]"),
    }
    for text, (problem, mend) in texts.items():
        ran = casewright("-w", _workspace(tmp_path, text + "\n"), "models", "--json")
        assert ran.code == 4
        assert problem in ran.json["models"][0]["problem"]
        assert mend in ran.json["models"][0]["mend"]


def test_probe_asks_again_and_remembers(casewright: Run, tmp_path: Path) -> None:
    with Loopback(tools=False) as server:
        _workspace(tmp_path, f'model = "small@{server.url}"\n')
        ran = casewright("-w", tmp_path, "models", "probe", "--json")
        assert ran.json["probed"] == [{"model": "small", "url": server.url, "tools": False, "json_schema": True}]
        assert "tools by JSON by a schema (probed " in casewright("-w", tmp_path, "models", "probe").out
        assert "JSON by a schema" in casewright("-w", tmp_path, "models").out
        assert len(server.probes) == 4
    assert "nothing is to be probed" in casewright("-w", _workspace(tmp_path, ""), "models", "probe").out


def test_a_model_that_cannot_be_probed_is_one_line(casewright: Run, tmp_path: Path) -> None:
    with Loopback() as server:
        gone = server.url
    ran = casewright("-w", _workspace(tmp_path, f'model = "small@{gone}"\n[limits]\nretries = 0\n'), "models", "probe")
    assert ran.code == 1
    assert ran.err.count("\n") == 1
    assert "cannot be reached" in ran.err


def test_usage_is_told_by_day_model_and_task(casewright: Run, tmp_path: Path) -> None:
    with Loopback([says("Yes.", usage=(1000, 10, 0)), says("No.", usage=(500, 5, 0)), fails(503)]) as server:
        _workspace(tmp_path, f'model = "gpt-4o@{server.url}"\n[limits]\nretries = 0\n')
        (tmp_path / "prices.yaml").write_text(
            "source: contract\nas_of: 2026-11-01\nmodels:\n  gpt-4o: {sent: 10, received: 100}\n"
        )
        for _ in range(2):
            chat_model(Workspace.at(tmp_path)).invoke([HumanMessage("Hi")])
        with pytest.raises(ModelFailed, match="503"):
            chat_model(Workspace.at(tmp_path), "check").invoke([HumanMessage("Hi")])
    ran = casewright("-w", tmp_path, "models", "usage", "--json")
    rows = {row["task"]: row for row in ran.json["days"]}
    assert (rows["draft"]["calls"], rows["draft"]["tokens_in"], rows["draft"]["usd"]) == (2, 1500, 0.0165)
    assert (rows["check"]["calls"], rows["check"]["failed"], rows["check"]["tokens_in"]) == (1, 1, 0)
    assert ran.json["today"]["usd"] == 0.0165
    assert "today: USD 0.0165 of 20, 1,515 tokens of 20,000,000" in casewright("-w", tmp_path, "models", "usage").out
    assert casewright("-w", tmp_path, "models", "prices").out.startswith("contract (as of 2026-11-01;")


def test_an_option_or_the_environment_names_another_model(
    casewright: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Loopback() as server:
        _workspace(tmp_path, "")
        by_option = casewright("-w", tmp_path, "models", "--model", f"large@{server.url}", "--json")
        monkeypatch.setenv("CASEWRIGHT_MODEL", "small")
        monkeypatch.setenv("CASEWRIGHT_MODEL_URL", server.url)
        by_environment = casewright("-w", tmp_path, "models", "--json")
    assert by_option.json["models"][0]["model"] == "large"
    assert (by_environment.json["models"][0]["model"], by_environment.json["models"][0]["url"]) == ("small", server.url)
