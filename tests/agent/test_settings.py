"""The workspace: what its file may say, and what making one touches."""

from pathlib import Path

import pytest

from casewright.agent.settings import FILE, Settings, Workspace
from casewright.knowledge.errors import SettingsError


def _write(folder: Path, text: str) -> Path:
    path = folder / FILE
    path.write_text(text, encoding="utf-8")
    return path


def test_a_folder_without_a_file_has_the_defaults(tmp_path: Path) -> None:
    settings = Workspace.at(tmp_path).settings
    assert settings == Settings()
    assert (settings.timezone, settings.currency, settings.model) == ("UTC", "USD", "offline")
    assert settings.policy["network"] is False


def test_what_a_new_workspace_writes_are_the_defaults_and_reads_back(tmp_path: Path) -> None:
    workspace = Workspace.init(tmp_path / "a b" / "w", timezone="Asia/Singapore", currency="SGD")
    assert workspace.settings == Settings(timezone="Asia/Singapore", currency="SGD")
    assert Workspace.init(tmp_path / "plain").settings == Settings()
    assert workspace.describe()["folder"] == str(workspace.folder)


def test_a_second_init_changes_nothing_that_is_there(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("secret\n")
    Workspace.init(tmp_path, currency="SGD")
    (tmp_path / FILE).write_text('currency = "EUR"\n')
    assert Workspace.init(tmp_path, currency="SGD").settings.currency == "EUR"
    assert (tmp_path / ".gitignore").read_text() == "secret\n"
    assert (tmp_path / ".casewright" / ".gitignore").read_text() == "*\n"


def test_a_workspace_is_not_half_made_of_bad_settings(tmp_path: Path) -> None:
    for options in ({"timezone": "Mars/Base"}, {"currency": "sgd"}, {"timezone": 'U"TC'}):
        with pytest.raises(SettingsError):
            Workspace.init(tmp_path / "w", **options)
    assert not (tmp_path / "w").exists()
    assert Workspace.init(tmp_path / "w", timezone="Asia/Singapore").settings.timezone == "Asia/Singapore"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('timezone = "Mars/Base"', "unknown timezone 'Mars/Base'"),
        ('timezone = "Asia"', "unknown timezone 'Asia'"),
        ('timezone = ""', "unknown timezone ''"),
        ("timezone = 8", "timezone is 8, expected a text in quotes"),
        ('timzone = "UTC"', "unknown setting 'timzone'; did you mean 'timezone'"),
        ('currency = "Dollar"', "expected three capitals"),
        ('currency = "US1"', "expected three capitals"),
        ("policy = 1", r"expected a section \[policy\]"),
        ('[policy]\nnetwork = "false"', "network is 'false', expected true or false without quotes"),
        ("[policy]\nnetwrok = true", "unknown policy 'netwrok'; did you mean 'network'"),
        ("keep_years = 0", "keep_years is 0, expected a whole number from 1 on"),
        ('keep_years = "5"', "keep_years is '5', expected a whole number from 1 on"),
        ('store = "mysql://ada:hush@db/cases"', "store does not say where the case store is; expected sqlite"),
        ('currency = "USD', "not readable as TOML"),
        ('currency = "USD"\ncurrency = "SGD"', "not readable as TOML"),
    ],
)
def test_a_wrong_setting_is_told_with_its_file(tmp_path: Path, text: str, words: str) -> None:
    path = _write(tmp_path, text)
    with pytest.raises(SettingsError, match=words) as told:
        Workspace.at(tmp_path)
    assert told.value.where == str(path)
    assert told.value.exit_code == 4


def test_the_case_store_is_a_file_or_a_server(tmp_path: Path) -> None:
    for store, url in (
        ("sqlite:///kept/cases.db", f"sqlite:///{tmp_path / 'kept/cases.db'}"),
        ("sqlite:////var/lib/cases.db", "sqlite:////var/lib/cases.db"),
        ("postgresql://ada@db.example:5433/cases?sslmode=require", None),
    ):
        _write(tmp_path, f'store = "{store}"')
        assert Workspace.at(tmp_path).cases == (url or store)
    assert Workspace.at(tmp_path, store="postgresql:///cases").cases == "postgresql:///cases"
    with pytest.raises(SettingsError, match="CASEWRIGHT_STORE: this does not say where"):
        Workspace.at(tmp_path, store="mysql://ada:hush@db/cases")


def test_a_servers_password_is_found_by_its_host_and_never_shown(tmp_path: Path) -> None:
    _write(tmp_path, 'store = "postgresql://ada@db.example:5433/cases"\n[keys]\n"db.example" = "env:DB_PASSWORD"\n')
    workspace = Workspace.at(tmp_path, environment={"DB_PASSWORD": "hu/sh@1"})
    assert workspace.cases == "postgresql://ada:hu%2Fsh%401@db.example:5433/cases"
    given = Workspace.at(tmp_path, store="postgresql://ada:hush@db.example/cases")
    assert given.cases == "postgresql://ada:hush@db.example/cases"
    for text in (repr(workspace), repr(given), str(given.describe())):
        assert "hush" not in text
        assert "hu/sh" not in text
    with pytest.raises(SettingsError, match="there is no key in env:DB_PASSWORD"):
        _ = Workspace.at(tmp_path).cases


def test_bytes_that_are_no_text_are_told(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b'currency = "\xff"')
    with pytest.raises(SettingsError, match="not readable as TOML"):
        Workspace.at(tmp_path)


def test_a_policy_left_out_forbids(tmp_path: Path) -> None:
    _write(tmp_path, "[policy]\n")
    assert Workspace.at(tmp_path).settings.policy == {"network": False, "sql": False, "batch": False}
    _write(tmp_path, "[policy]\nnetwork = true\n")
    assert Workspace.at(tmp_path).settings.policy == {"network": True, "sql": False, "batch": False}
    assert Settings().policy == {"network": False, "sql": False, "batch": False}


def test_a_workspace_that_is_not_there_or_in_the_way_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="does not exist; casewright init"):
        Workspace.at(tmp_path / "nowhere")
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="cannot make a workspace here"):
        Workspace.init(tmp_path / "file")


def test_paths_stay_inside_the_machines_folder(tmp_path: Path) -> None:
    workspace = Workspace.init(tmp_path / "w")
    for path in (workspace.ledger, workspace.index, workspace.out):
        assert path.parent == workspace.machine
    assert workspace.cases == f"sqlite:///{workspace.machine / 'cases.db'}"
    assert workspace.rates == workspace.folder / "rates.csv"
