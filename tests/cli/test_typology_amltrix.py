"""`casewright typology import --amltrix`: AMLTRIX's techniques as a pack with their licence."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from casewright.agent.settings import Workspace

Run = Callable[..., Any]
HEAD = "Technique Name,Short Description,Aliases,External ID,URL\n"
PEEL = "Peel Chain,Small pieces,,T0070.002,https://framework.amltrix.com/techniques/T0070.002\n"


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A folder as AMLTRIX publishes it, made up."""
    folder = tmp_path / "amltrix"
    folder.mkdir()
    (folder / "LICENSE.txt").write_text("Name us.\n", encoding="utf-8")
    (folder / "amltrix-ml-techniques-latest.csv").write_text(HEAD + PEEL, encoding="utf-8")
    return folder


def test_show_names_the_techniques_once_the_pack_is_there(casewright: Run, workspace: Workspace, made: Path) -> None:
    show = ("-w", workspace.folder, "typology", "show", "peel-chain")
    assert "T0070.002 Peel" not in casewright(*show).out
    ran = casewright("-w", workspace.folder, "typology", "import", "--amltrix", made, "--json")
    assert ran.json["techniques"] == 1
    pack = workspace.folder / "packs" / "amltrix"
    assert (pack / "LICENSE.txt").read_text(encoding="utf-8") == "Name us.\n"
    assert "T0070.002 Peel Chain, https://framework.amltrix.com" in casewright(*show).out
    assert casewright(*show, "--json").json["techniques"][0]["name"] == "Peel Chain"
    again = casewright("-w", workspace.folder, "typology", "import", "--amltrix", made, "--json")
    assert (again.code, again.json["replaced"]) == (0, [])


def test_a_table_without_its_licence_or_with_wrong_lines_is_refused(
    casewright: Run, workspace: Workspace, made: Path
) -> None:
    run = ("-w", workspace.folder, "typology", "import", "--amltrix", made)
    table = made / "amltrix-ml-techniques-latest.csv"
    table.write_text(HEAD + PEEL + PEEL + PEEL.replace("T0070.002,", "X1,"), encoding="utf-8")
    told = casewright(*run).err
    assert ":3: the technique T0070.002 is here twice" in told
    assert ":4: the id is 'X1'" in told
    (made / "LICENSE.txt").unlink()
    assert "licence" in casewright(*run).err
    assert not (workspace.folder / "packs").exists()


def test_the_published_table_is_read(casewright: Run, workspace: Workspace, data_folder: Path) -> None:
    folder = data_folder / "amltrix"
    if not folder.is_dir():
        pytest.skip("AMLTRIX's tables are not here (data/amltrix)")
    ran = casewright("-w", workspace.folder, "typology", "import", "--amltrix", folder, "--json")
    assert ran.code == 0
    assert ran.json["techniques"] > 300
    assert "(not in the pack" not in casewright("-w", workspace.folder, "typology", "show", "peel-chain").out
