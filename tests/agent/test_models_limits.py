"""What models cost and how much they may: prices, limits of a turn, a run and a day, keys, the fallback, the policy."""

import threading
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import HumanMessage
from loopback import Loopback, calls, fails, says

from casewright.agent.models import make
from casewright.agent.models.choice import OPENAI, Choice
from casewright.agent.models.failures import ModelFailed
from casewright.agent.models.kept import Kept
from casewright.agent.models.keys import key_for
from casewright.agent.models.limits import Limits
from casewright.agent.models.meter import LimitReached, Meter
from casewright.agent.models.prices import Prices
from casewright.agent.privacy.pseudonyms import Pseudonyms
from casewright.agent.settings import FILE, Workspace
from casewright.knowledge.errors import KnowledgeError, PolicyError, SettingsError, UsageError


def chat_model(workspace: Workspace, task: str = "draft", meter: Any = None) -> Any:
    """A chat model whose tokens for names are kept in memory, as there is no ledger."""
    return make.chat_model(workspace, task, meter, Pseudonyms())


QUESTION = [HumanMessage("What came in?")]
PRICES = """\
source: the house's contract
as_of: 2026-11-01
models:
  small: {sent: 10, cached: 1, received: 100}
"""


def _workspace(folder: Path, url: str, limits: str = "", prices: str = PRICES, **environment: str) -> Workspace:
    Workspace.init(folder)
    (folder / FILE).write_text(f'model = "small@{url}"\n[limits]\nretries = 0\nanswer_tokens = 100\n{limits}\n')
    if prices:
        (folder / "prices.yaml").write_text(prices)
    return Workspace.at(folder, environment=environment)


def test_tokens_and_their_price_are_counted_by_turn_run_and_day(tmp_path: Path) -> None:
    with Loopback([says("Yes.", usage=(1000, 10, 600)), says("No.", usage=(500, 20, 0))]) as server:
        workspace = _workspace(tmp_path, server.url)
        meter = Meter.of(workspace)
        model = chat_model(workspace, meter=meter)
        model.invoke(QUESTION)
        first = meter.turn
        meter.begin_turn()
        list(model.stream(QUESTION))
    assert (first.tokens_in, first.tokens_out) == (1000, 10)
    assert first.usd == pytest.approx((400 * 10 + 600 * 1 + 10 * 100) / 1e6)
    assert meter.turn.usd == pytest.approx((500 * 10 + 20 * 100) / 1e6)
    assert meter.run.usd == pytest.approx(first.usd + meter.turn.usd)
    assert meter.day().usd == pytest.approx(meter.run.usd)
    assert Meter.of(workspace).run.usd == 0
    assert Meter.of(workspace).day() == meter.day()


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        ("turn_usd = 0.005", "the turn's spending limit is reached"),
        ("run_usd = 0.005", "the run's spending limit is reached"),
        ("day_usd = 0.005", "the day's spending limit is reached"),
        ("turn_tokens = 90", "the turn's limit on tokens is reached"),
        ("run_tokens = 90", "the run's limit on tokens is reached"),
        ("day_tokens = 90", "the day's limit on tokens is reached"),
    ],
)
def test_a_limit_stops_before_a_call_that_could_pass_it(tmp_path: Path, limit: str, words: str) -> None:
    with Loopback([says("Yes.")]) as server:
        workspace = _workspace(tmp_path, server.url, limit)
        with pytest.raises(LimitReached, match=words) as told:
            chat_model(workspace).invoke(QUESTION)
    assert server.requests == []
    assert limit.split()[0] in told.value.hint


def test_a_limit_of_a_turn_ends_with_the_turn_and_that_of_a_run_does_not(tmp_path: Path) -> None:
    with Loopback(lambda body: says("Yes.", usage=(100, 50, 0))) as server:
        workspace = _workspace(tmp_path, server.url, "turn_tokens = 260\nrun_tokens = 400")
        meter = Meter.of(workspace)
        model = chat_model(workspace, meter=meter)
        model.invoke(QUESTION)
        with pytest.raises(LimitReached, match="turn"):
            model.invoke(QUESTION)
        meter.begin_turn()
        model.invoke(QUESTION)
        meter.begin_turn()
        with pytest.raises(LimitReached, match="run"):
            model.invoke(QUESTION)
    assert len(server.requests) == 2


def test_two_processes_cannot_pass_a_days_limit_together(tmp_path: Path) -> None:
    """Each call may use 10 and uses 10; 64 are tried at once from 8 meters, and 20 may be made."""
    done, refused = [], []
    limits = Limits(day_tokens=200)
    choice = Choice("small", "http://127.0.0.1:1/v1")
    prices = Prices.of(tmp_path)

    def run() -> None:
        meter = Meter(limits, Kept(tmp_path / "models.db"), prices)
        for _ in range(8):
            try:
                with meter.call(choice, "draft", 6, 4) as call:
                    call.used(6, 4)
                done.append(1)
            except LimitReached:
                refused.append(1)

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(done), len(refused)) == (20, 44)
    assert Kept(tmp_path / "models.db").day().tokens_in == 120


def test_what_a_server_refuses_costs_nothing_and_what_it_does_not_count_is_estimated(tmp_path: Path) -> None:
    with Loopback([fails(503), says("word " * 30, usage=None), says("word " * 30, usage=None)]) as server:
        workspace = _workspace(tmp_path, server.url)
        meter = Meter.of(workspace)
        model = chat_model(workspace, meter=meter)
        with pytest.raises(ModelFailed):
            model.invoke(QUESTION)
        assert (meter.turn.tokens_in, meter.turn.usd) == (0, 0)
        model.invoke(QUESTION)
        assert 30 <= meter.turn.tokens_out <= 60
        assert meter.turn.tokens_in > 0
        before = meter.turn.tokens_out
        list(model.stream(QUESTION))
        assert 30 <= meter.turn.tokens_out - before <= 80


def test_a_price_that_is_not_known_is_told_and_held_by_tokens_alone(tmp_path: Path) -> None:
    workspace = Workspace.init(tmp_path)
    meter = Meter.of(workspace)
    elsewhere = Choice.of("small@https://models.example/v1")
    assert meter.check(elsewhere) is None
    assert meter.notes == [
        "the price of small at https://models.example/v1 is not known: its use is held to the limits on tokens"
    ]
    with meter.call(elsewhere, "draft", 10, 5) as call:
        call.used(10, 5)
    assert (meter.turn.tokens_in, meter.turn.usd) == (10, None)
    for scope in ("turn", "run", "day"):
        unheld = Meter(Limits(**{f"{scope}_tokens": 0}), meter.kept, meter.prices)  # type: ignore[arg-type]
        with pytest.raises(SettingsError, match=f"so {scope}_usd cannot be held; set {scope}_tokens"):
            unheld.check(elsewhere)
    free = Limits(turn_usd=0, run_usd=0, day_usd=0, turn_tokens=0, run_tokens=0, day_tokens=0)
    assert Meter(free, meter.kept, meter.prices).check(elsewhere) is None


def test_the_price_table_is_dated_and_a_workspaces_own_goes_before_it(tmp_path: Path) -> None:
    shipped = Prices.of(tmp_path)
    assert shipped.tables[0].source
    assert date(2025, 1, 1) < shipped.tables[0].as_of < date(2027, 1, 1)
    known = shipped.of_model(Choice.of("openai:gpt-4o-mini"))
    assert known is not None
    assert shipped.of_model(Choice.of("openai:gpt-4o-mini-2024-07-18")) == known
    assert known.usd(1_000_000, 0) == pytest.approx(0.15)
    assert shipped.of_model(Choice.of("openai:gpt-4o-mini-tuned")) is None
    assert shipped.of_model(Choice.of("gpt-4o-mini@https://elsewhere.example/v1")) is None
    local = shipped.of_model(Choice.of("anything@http://localhost:11434/v1"))
    assert local is not None
    assert local.usd(10**9, 10**9) == 0
    (tmp_path / "prices.yaml").write_text(PRICES.replace("small", "gpt-4o-mini"))
    own = Prices.of(tmp_path).of_model(Choice.of("openai:gpt-4o-mini"))
    assert own is not None
    assert own.sent == 10
    (tmp_path / "prices.yaml").write_text(PRICES.replace("10,", "-10,"))
    with pytest.raises(KnowledgeError, match=r"prices\.yaml:4"):
        Prices.of(tmp_path)


def test_no_more_requests_a_minute_than_may_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    clock = [time.time()]
    monkeypatch.setattr(time, "time", lambda: clock[0])

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        clock[0] += seconds

    monkeypatch.setattr(time, "sleep", sleep)
    kept, prices = Kept(tmp_path / "models.db"), Prices.of(tmp_path)
    meters = [Meter(Limits(requests_per_minute=3), kept, prices) for _ in range(2)]
    for nr in range(7):
        with meters[nr % 2].call(Choice("small", "http://127.0.0.1:1/v1"), "draft", 1, 1):
            clock[0] += 1
    assert [round(seconds) for seconds in waited] == [57, 57]


@pytest.mark.parametrize("streams", [False, True])
def test_another_model_stands_in_where_the_first_fails(tmp_path: Path, streams: bool) -> None:
    with Loopback([fails(503)]) as tired, Loopback([says("I am here.")] * 2) as awake:
        Workspace.init(tmp_path)
        text = f'model = "one@{tired.url}"\n[models]\nfallback = "two@{awake.url}"\n[limits]\nretries = 0\n'
        (tmp_path / FILE).write_text(text)
        meter = Meter.of(workspace := Workspace.at(tmp_path))
        model = chat_model(workspace, meter=meter)
        for _ in range(2):  # the second goes there at once
            said = (
                "".join(piece.text for piece in model.stream(QUESTION)) if streams else model.invoke(QUESTION).content
            )
            assert said == "I am here."
    assert len(tired.requests) == 1
    assert len(meter.notes) == 1
    assert meter.notes[0].startswith(f"two at {awake.url} answers instead: one at {tired.url} has a failure (503")


def test_a_stand_in_gets_the_tools_too_and_a_limit_is_no_failure(tmp_path: Path) -> None:
    tool = {
        "type": "function",
        "function": {"name": "flows", "description": "x", "parameters": {"type": "object", "properties": {}}},
    }
    with Loopback([fails(500)]) as tired, Loopback([calls(("flows", {}))]) as awake:
        Workspace.init(tmp_path)
        text = f'model = "one@{tired.url}"\n[models]\nfallback = "two@{awake.url}"\n[limits]\nretries = 0\n'
        (tmp_path / FILE).write_text(text)
        asked = chat_model(Workspace.at(tmp_path)).bind_tools([tool]).invoke(QUESTION)
        assert asked.tool_calls[0]["name"] == "flows"
        (tmp_path / FILE).write_text(text + "turn_tokens = 5\n")
        with pytest.raises(LimitReached):
            chat_model(Workspace.at(tmp_path)).invoke(QUESTION)
    assert (len(tired.requests), len(awake.requests)) == (1, 1)


def test_each_task_has_its_own_model_and_an_option_goes_before_all(tmp_path: Path) -> None:
    with Loopback([says("large"), says("small"), says("option")]) as server:
        Workspace.init(tmp_path)
        text = f'model = "large"\nmodel_url = "{server.url}"\n[models]\ncheck = "small"\n'
        (tmp_path / FILE).write_text(text)
        workspace = Workspace.at(tmp_path)
        chat_model(workspace, "draft").invoke(QUESTION)
        chat_model(workspace, "check").invoke(QUESTION)
        chat_model(Workspace.at(tmp_path, model="other"), "check").invoke(QUESTION)
    assert [body["model"] for body in server.requests] == ["large", "small", "other"]
    with pytest.raises(UsageError, match="there is no task 'guess'"):
        chat_model(workspace, "guess")


@pytest.mark.parametrize(
    ("model", "environment", "sent"),
    [
        ("small@{url}", {}, "none"),
        ("small@{url}", {"OPENAI_API_KEY": "sk-theirs"}, "none"),
        ("small@{url}", {"CASEWRIGHT_API_KEY": "ours"}, "ours"),
        ("openai:small@{url}", {"OPENAI_API_KEY": "sk-theirs"}, "sk-theirs"),
        ("openai:small@{url}", {"OPENAI_API_KEY": "sk-theirs", "CASEWRIGHT_API_KEY": "ours"}, "ours"),
    ],
)
def test_a_key_goes_to_the_server_that_it_is_for(
    tmp_path: Path, model: str, environment: dict[str, str], sent: str
) -> None:
    with Loopback([says("Yes.")]) as server:
        Workspace.init(tmp_path)
        named = model.format(url=server.url)
        workspace = Workspace.at(tmp_path, model=named, environment={**environment, "CASEWRIGHT_MODEL": named})
        chat_model(workspace).invoke(QUESTION)
    assert server.headers[0]["authorization"] == f"Bearer {sent}"
    assert "ours" not in repr(workspace)


def test_the_environments_key_goes_to_no_host_that_only_a_command_names(tmp_path: Path) -> None:
    Workspace.init(tmp_path)
    environment = {"CASEWRIGHT_API_KEY": "ours", "THEIRS": "their-own"}
    line = "CASEWRIGHT_API_KEY is not for {}; name its key under [keys] in casewright.toml"
    for settings in ('model = "offline"\n', 'model = "small@https://a.example/v1"\n'):
        with Loopback([says("Yes."), says("", status=401), says("Yes.")]) as server:
            (tmp_path / FILE).write_text(settings)
            host = server.url.removeprefix("http://").removesuffix("/v1")
            workspace = Workspace.at(tmp_path, model=f"small@{server.url}", environment=environment)
            meter = Meter.of(workspace)
            model = chat_model(workspace, meter=meter)
            model.invoke(QUESTION)
            with pytest.raises(ModelFailed, match="no key was sent; CASEWRIGHT_API_KEY is not for"):
                model.invoke(QUESTION)
            (tmp_path / FILE).write_text(f'{settings}[keys]\n"{host}" = "env:THEIRS"\n')
            chat_model(Workspace.at(tmp_path, model=f"small@{server.url}", environment=environment)).invoke(QUESTION)
        assert [sent["authorization"] for sent in server.headers] == ["Bearer none", "Bearer none", "Bearer their-own"]
        assert meter.notes == [f"no key is sent to small at {server.url}: {line.format(host)}"]


def test_keys_come_from_a_file_or_a_variable_named_for_a_host_and_go_to_no_other(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("from-file\n")
    main, other = Choice.of("openai:gpt"), Choice.of("b@https://b.example/v1")
    environment = {"CASEWRIGHT_API_KEY": "ours", "B_KEY": "b-key"}

    def found(choice: Choice, **keys: str) -> tuple[str, str]:
        key = key_for(
            choice, main, {name.replace("_", "."): value for name, value in keys.items()}, environment, tmp_path
        )
        return key.value, key.source

    assert found(main) == ("ours", "the environment (CASEWRIGHT_API_KEY)")
    assert found(other)[0] == ""
    assert found(other, b_example="env:B_KEY") == ("b-key", "the environment (B_KEY)")
    assert found(other, b_example="file:key") == ("from-file", "the file key")
    assert found(main, b_example="file:key")[0] == "ours"
    for reference, words in (
        ("env:MISSING", "no key in env:MISSING"),
        ("file:missing", "cannot be read: No such file"),
    ):
        with pytest.raises(SettingsError, match=words):
            found(other, b_example=reference)


def test_a_key_can_lie_in_the_systems_keyring(tmp_path: Path) -> None:
    keyring = pytest.importorskip("keyring")
    from keyring.backend import KeyringBackend

    class InMemory(KeyringBackend):
        priority = 1.0

        def get_password(self, service: str, username: str) -> str | None:
            return {("casewright", "b"): "from-keyring"}.get((service, username))

        def set_password(self, service: str, username: str, password: str) -> None:
            raise NotImplementedError

    before = keyring.get_keyring()
    keyring.set_keyring(InMemory())
    try:
        choice = Choice.of("b@https://b.example/v1")
        key = key_for(choice, choice, {"b.example": "keyring:b"}, {}, tmp_path)
        assert (key.value, key.source) == ("from-keyring", "the keyring b")
        with pytest.raises(SettingsError, match="no key in keyring:c"):
            key_for(choice, choice, {"b.example": "keyring:c"}, {}, tmp_path)
    finally:
        keyring.set_keyring(before)


def test_no_key_is_told_by_an_error_or_a_description(tmp_path: Path) -> None:
    Workspace.init(tmp_path)
    (tmp_path / FILE).write_text('[keys]\n"b.example" = "sk-pasted"\n')
    with pytest.raises(SettingsError) as told:
        Workspace.at(tmp_path)
    assert "sk-pasted" not in str(told.value)
    (tmp_path / FILE).write_text('model = "b@https://me:sk-pasted@b.example/v1"\n')
    with pytest.raises(SettingsError) as told:
        Workspace.at(tmp_path)
    assert "sk-pasted" not in str(told.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('model = "gpt-4o"', "the model 'gpt-4o' has no URL; expected offline, openai:NAME"),
        ('model = "x@ftp://host"', "has no URL"),
        ('model = "x@http://"', "the model's URL is none"),
        ('model = "openai:"', "model is 'openai:'"),
        ('[models]\ndarft = "offline"', r"unknown key of \[models\] 'darft'; did you mean 'draft'"),
        ("[models]\ndraft = 1", "draft is 1, expected a text"),
        ('[limits]\nday_usd = "5"', "day_usd is '5', expected a number from 0 on"),
        ("[limits]\nday_usd = -1", "day_usd is -1"),
        ("[limits]\nday_usd = nan", "day_usd is nan"),
        ("[limits]\nanswer_tokens = 0", "answer_tokens is 0, expected a number from 1 on"),
        ("[limits]\nday_dollars = 5", r"unknown key of \[limits\] 'day_dollars'"),
        ("keys = 1", "expected a section"),
    ],
)
def test_wrong_settings_of_models_are_told(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / FILE).write_text(text + "\n")
    with pytest.raises(SettingsError, match=words) as told:
        Workspace.at(tmp_path)
    assert told.value.where == str(tmp_path / FILE)


def test_the_policy_forbids_what_is_not_on_this_machine(tmp_path: Path) -> None:
    workspace = Workspace.init(tmp_path)
    for text in ("openai:gpt-4o", "x@http://10.0.0.7:8000/v1", "x@http://127.0.0.1.example/v1"):
        with pytest.raises(PolicyError, match=r"forbids; set \[policy\] network = true"):
            chat_model(Workspace.at(tmp_path, model=text))
    for text in ("x@http://localhost:1/v1", "x@http://127.0.0.1:1/v1", "x@http://[::1]:1/v1"):
        chat_model(Workspace.at(tmp_path, model=text))
    (tmp_path / FILE).write_text("[policy]\nnetwork = true\n")
    chat_model(Workspace.at(tmp_path, model="openai:gpt-4o"))
    assert Choice.of("openai:gpt-4o").url == OPENAI
    assert workspace.settings.policy["network"] is False


def test_a_proxy_of_the_environment_is_not_asked_about_this_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Loopback([says("Yes.")]) as server, Loopback() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "OPENAI_PROXY", "OPENAI_BASE_URL", "OPENAI_API_BASE"):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.setenv("NO_PROXY", "")
        Workspace.init(tmp_path)
        answer: Any = chat_model(Workspace.at(tmp_path, model=f"small@{server.url}")).invoke(QUESTION)
        assert answer.content == "Yes."
        assert proxy.requests == []


def test_a_proxy_of_the_environment_is_told_where_it_leads_a_model_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_PROXY", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    with Loopback([says("By another way.")]) as proxy:
        place = proxy.url.removeprefix("http://").removesuffix("/v1")
        monkeypatch.setenv("http_proxy", f"http://me:secret@{place}")
        Workspace.init(tmp_path)
        (tmp_path / FILE).write_text("[policy]\nnetwork = true\n[limits]\nretries = 0\nturn_usd = 0\n")
        workspace = Workspace.at(tmp_path, model="small@http://models.example/v1")
        meter = Meter.of(workspace)
        answer: Any = chat_model(workspace, meter=meter).invoke(QUESTION)
        assert answer.content == "By another way."
        assert [line for line in meter.notes if "proxy" in line] == [
            f"small at http://models.example/v1 is reached by way of the proxy {place}, as the environment says"
        ]
        monkeypatch.setenv("no_proxy", "models.example")
        unled = Meter.of(workspace)
        with pytest.raises(ModelFailed, match="cannot be reached"):
            chat_model(workspace, meter=unled).invoke(QUESTION)
        assert "proxy" not in str(unled.notes)
    assert len(proxy.requests) == 1


def test_no_header_of_the_environment_goes_to_a_server_that_it_is_not_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Team: theirs\nAuthorization: Bearer theirs")
    monkeypatch.setenv("OPENAI_ORG_ID", "theirs")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "theirs")
    with Loopback([says("Yes.")] * 2) as server:
        Workspace.init(tmp_path)
        for model in ("small@{url}", "openai:small@{url}"):
            chat_model(Workspace.at(tmp_path, model=model.format(url=server.url))).invoke(QUESTION)
    other, openais = ({k: v for k, v in sent.items() if "theirs" in v} for sent in server.headers)
    assert other == {}
    assert openais == {"openai-organization": "theirs", "openai-project": "theirs"}


def test_tracing_is_off_wherever_a_model_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from langsmith.utils import get_env_var, tracing_is_enabled

    for name in ("LANGSMITH_TRACING_V2", "LANGCHAIN_TRACING_V2", "LANGSMITH_TRACING"):
        monkeypatch.setenv(name, "true")
    monkeypatch.setenv("LANGSMITH_GATEWAY", "https://elsewhere.example")
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    get_env_var.cache_clear()
    assert tracing_is_enabled()
    with Loopback([says("Yes.")]) as server:
        Workspace.init(tmp_path)
        chat_model(Workspace.at(tmp_path, model=f"small@{server.url}")).invoke(QUESTION)
    assert not tracing_is_enabled()
    assert len(server.requests) == 1
