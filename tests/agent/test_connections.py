"""No connection but to the configured model: held on what the kernel and Python tell of a whole process."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from connections import Seen, watched
from loopback import Loopback, Reply, calls, says

from casewright.agent.settings import FILE, Workspace

ROWS = [
    {"src": f"B-7712{n}", "dst": "C-10482", "at": f"2025-03-0{n}T01:00:00Z", "usd": 2100, "kind": "fiat_in"}
    for n in range(1, 5)
] + [{"src": "C-10482", "dst": "0xab12000000000000000000000000000000000012", "at": "2025-03-04T08:00:00Z", "usd": 8000}]
ALERTS = [{"id": "A-71QK2X", "subject": "C-10482", "at": "2025-03-04T09:00:00Z", "since": "2025-02-01T00:00:00Z",
           "rule": "fan-in", "title": "Passed on", "reason": "value that came in: USD 8,400.00"}]  # fmt: skip

# What a person does in a day, in one process; each command says how it ended.
DAY = """
import io, sys
from casewright.agent.cli.main import main
def run(*words, typed=""):
    sys.argv, sys.stdin, code = ["casewright", "-w", FOLDER, *words], io.StringIO(typed), 0
    try:
        main()
    except SystemExit as end:
        code = end.code or 0
    print(f"{words[0]} ended with {code}")
FOLDER = sys.argv[1]
run("typology", "search", "peel", "chain")
run("investigate", "A-71QK2X")
run("ask", "What came in for C-10482?")
run("chat", "--case", "CASE-A-71QK2X", typed="What came in?\\n/quit\\n")
"""
DONE = [f"{command} ended with 0" for command in ("typology", "investigate", "ask", "chat")]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, build_ledger: Callable[..., Path]) -> Workspace:
    """A workspace for both days: what the first search builds, the second finds."""
    workspace = Workspace.init(tmp_path_factory.mktemp("connections") / "desk")
    build_ledger(workspace.ledger, ROWS, customers=[{"id": "C-10482", "name": "Mira Koh"}], alerts=ALERTS)
    return workspace


def misleading(elsewhere: str) -> dict[str, str]:
    """An environment in which all that our libraries read leads to ELSEWHERE, with keys to go there."""
    host, _, port = elsewhere.removeprefix("http://").removesuffix("/v1").rpartition(":")
    tracing = ("LANGSMITH_TRACING", "LANGSMITH_TRACING_V2", "LANGCHAIN_TRACING_V2", "ANONYMIZED_TELEMETRY")
    places = (
        *("LANGSMITH_ENDPOINT", "LANGCHAIN_ENDPOINT", "LANGSMITH_GATEWAY", "OTEL_EXPORTER_OTLP_ENDPOINT"),
        *("OPENAI_BASE_URL", "OPENAI_API_BASE", "OPENAI_PROXY", "CHROMA_OTEL_COLLECTION_ENDPOINT"),
        *("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "HF_ENDPOINT"),
    )
    return {
        **os.environ,
        **dict.fromkeys(tracing, "true"),
        **dict.fromkeys(places, elsewhere),
        **dict.fromkeys(("LANGSMITH_API_KEY", "LANGCHAIN_API_KEY", "LANGSMITH_GATEWAY_API_KEY"), "lsv2_key"),
        "HF_HUB_OFFLINE": "0",
        "ORT_DISABLE_TELEMETRY": "0",
        "NO_PROXY": "",
        "no_proxy": "",
        "CHROMA_API_IMPL": "chromadb.api.fastapi.FastAPI",
        "CHROMA_SERVER_HOST": host,
        "CHROMA_SERVER_HTTP_PORT": port,
        "CHROMA_OTEL_GRANULARITY": "all",
    }


def a_day(workspace: Workspace, elsewhere: Loopback, home: Path) -> Seen:
    """The day in such an environment; nothing of it is left in the person's own folders, to be sent another day."""
    environment = misleading(elsewhere.url) | {"HOME": str(home), "XDG_CACHE_HOME": str(home)}
    seen = watched(DAY, str(workspace.folder), environment=environment, folder=workspace.folder)
    assert [line for line in seen.out.splitlines() if "ended with" in line] == DONE, seen.out
    assert [path.name for path in home.rglob("*") if path.is_file()] == []
    return seen


def test_with_the_embedded_model_nothing_is_connected_to_and_no_name_looked_up(desk: Workspace, tmp_path: Path) -> None:
    with Loopback() as elsewhere:
        seen = a_day(desk, elsewhere, tmp_path)
    assert (seen.places, seen.names) == (set(), set())


def test_with_a_served_model_its_host_and_port_are_all_that_is_connected_to(desk: Workspace, tmp_path: Path) -> None:
    def reply(body: dict[str, Any]) -> Reply:
        offered = [tool["function"]["name"] for tool in body["tools"]]
        if offered == ["plan"]:
            return calls(("plan", {"questions": []}))
        if offered == ["memo"]:
            return calls(("memo", {"sections": [{"title": "What happened", "sentences": [{"text": "It is so."}]}]}))
        if offered == ["revision"]:
            return calls(("revision", {"sentences": [{"number": 1, "text": ""}]}))
        if body["messages"][-1]["role"] == "tool":
            return says("not established: who paid")
        return calls(("flows", {"subjects": ["ACCT_1"]}))

    with Loopback() as elsewhere, Loopback(reply) as server:
        (desk.folder / FILE).write_text(f'model = "small@{server.url}"\n', encoding="utf-8")
        seen = a_day(desk, elsewhere, tmp_path)
    assert len(server.requests) >= 3 + 2 + 2  # of the draft, the question and the chat
    host, port = server.url.removeprefix("http://").removesuffix("/v1").split(":")
    assert seen.places == {f"{host}:{port}"}
    assert seen.names <= {host}


_NATIVE = """
import ctypes, socket, struct
libc = ctypes.CDLL(None)
address = struct.pack("=HH4s8x", socket.AF_INET, socket.htons(9), bytes([127, 0, 0, 9]))
libc.{call}
"""
_STREAM = "connect(libc.socket(socket.AF_INET, socket.SOCK_STREAM, 0), address, 16)"
_DATAGRAM = "sendto(libc.socket(socket.AF_INET, socket.SOCK_DGRAM, 0), b'x', 1, 0, address, 16)"
_PYTHON = "import socket\nsocket.socket().connect_ex(('127.0.0.9', 9))\n"
PLANTED = {
    "by Python": (_PYTHON, "127.0.0.9:9"),
    "by a child": (
        f"import os\nif os.fork():\n    os.wait()\nelse:\n    {'    '.join(_PYTHON.splitlines(True))}",
        "127.0.0.9:9",
    ),
    "by a native library": (_NATIVE.format(call=_STREAM), "127.0.0.9:9"),
    "by a native datagram": (_NATIVE.format(call=_DATAGRAM), "127.0.0.9:9"),
    "by a name": (
        "import contextlib, socket\nwith contextlib.suppress(OSError):\n    socket.getaddrinfo('nowhere.invalid', 80)",
        "nowhere.invalid",
    ),
}


@pytest.mark.parametrize("how", PLANTED)
def test_a_connection_that_is_planted_is_seen(how: str, tmp_path: Path) -> None:
    program, expected = PLANTED[how]
    seen = watched(program, environment=dict(os.environ), folder=tmp_path)
    assert seen.code == 0, seen.out
    if "native" in how and not seen.kernel:
        pytest.skip("the kernel of this machine does not tell")
    assert expected in seen.places | seen.names
