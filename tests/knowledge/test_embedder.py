"""Embedders: the embedded one gives the same bits again; an endpoint is asked in OpenAI's words; policy is kept."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from casewright.knowledge.embedder import Embedded, Endpoint, embedder_of
from casewright.knowledge.errors import PolicyError, SettingsError

TEXTS = ["money mule", "strangers pay in and everything leaves as USDT within the hour", "", "混币器", "x" * 5000]


@pytest.mark.xdist_group("embedded")
def test_the_same_text_gives_the_same_bits_alone_and_in_company() -> None:
    model = Embedded()
    together = model.embed(TEXTS)
    assert together == [vector for text in TEXTS for vector in model.embed([text])]
    assert together == Embedded().embed(TEXTS)
    assert {len(vector) for vector in together} == {384}
    assert all(abs(sum(x * x for x in vector) - 1) < 1e-5 for vector in together)


@pytest.mark.xdist_group("embedded")
def test_what_means_the_same_is_near() -> None:
    model = Embedded()
    mule, other, far = model.embed(["a student lends his account", "an account rented to strangers", "sunny weather"])
    near = sum(a * b for a, b in zip(mule, other, strict=True))
    assert near > sum(a * b for a, b in zip(mule, far, strict=True)) + 0.2
    assert model.reads("tumbled coins")
    assert not model.reads("混币器出来的以太坊")


@pytest.fixture
def server() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A loopback server that speaks OpenAI's embeddings protocol, out of order, and what it was asked."""
    asked: list[dict[str, Any]] = []

    class Speaks(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            asked.append({**body, "key": self.headers["authorization"], "path": self.path})
            texts = body["input"]
            data = [{"object": "embedding", "index": n, "embedding": [3.0, 4.0 * len(t)]} for n, t in enumerate(texts)]
            short = data[1:] if body["model"] == "short" else data
            answer = {
                "object": "list",
                "data": short[::-1],
                "model": "m",
                "usage": {"prompt_tokens": 1, "total_tokens": 1},
            }
            raw = json.dumps(answer).encode()
            self.send_response(500 if body["model"] == "broken" else 200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *ignored: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Speaks) as http:
        thread = threading.Thread(target=http.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{http.server_port}/v1", asked
        http.shutdown()
        thread.join()


def test_an_endpoint_is_asked_with_its_key_and_answers_in_order(server: tuple[str, list[dict[str, Any]]]) -> None:
    url, asked = server
    embedder = embedder_of(f"some-model@{url}", network=True, api_key="not-a-real-key")
    vectors = embedder.embed(["", "a", "bb"] * 30)
    assert len(vectors) == 90
    assert vectors[0] == pytest.approx([1.0, 0.0])
    assert vectors[1] == pytest.approx([0.6, 0.8])
    assert [len(request["input"]) for request in asked] == [64, 26]
    assert asked[0]["path"] == "/v1/embeddings"
    assert asked[0]["key"] == "Bearer not-a-real-key"
    assert asked[0]["encoding_format"] == "float"
    assert embedder.name == f"some-model@{url}"


@pytest.mark.parametrize("model", ["broken", "short"])
def test_an_endpoint_that_fails_is_told(server: tuple[str, list[dict[str, Any]]], model: str) -> None:
    embedder = Endpoint(model, server[0], "none", retries=0)
    with pytest.raises(SettingsError, match="the embedder"):
        embedder.embed(["a", "b"])


def test_the_network_is_not_used_where_the_workspace_forbids_it() -> None:
    with pytest.raises(PolicyError, match="forbids"):
        embedder_of("some-model@https://example.org/v1")


@pytest.mark.parametrize("setting", ["minilm", "model@", "@https://x", "model@ftp://x"])
def test_an_unknown_embedder_is_refused(setting: str) -> None:
    with pytest.raises(SettingsError, match="expected 'embedded' or 'MODEL@"):
        embedder_of(setting, network=True)
