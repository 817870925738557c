"""The editor of the environment, for commands that let a person change a file."""

from collections.abc import Callable
from pathlib import Path


def editor(command: str) -> Callable[[Path], None]:
    """Opens a file in it. Raises SettingsError where there is none, or it fails; COMMAND is what to call again."""
    import os
    import shlex
    import subprocess

    from casewright.knowledge.errors import SettingsError

    words = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "")
    if not words:
        raise SettingsError("no editor is set", hint=f"EDITOR=nano {command}")

    def open_(path: Path) -> None:
        try:
            code = subprocess.run([*words, str(path)], check=False).returncode
        except OSError as error:
            raise SettingsError(f"the editor {words[0]!r} cannot be run ({error.strerror})") from error
        if code:
            raise SettingsError(f"the editor {words[0]!r} ended with {code}; the file is as it left it", path)

    return open_
