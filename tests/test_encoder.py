"""The encoder: two readers, one folder, and a clear error for each way to misconfigure it."""

import shutil
import socket
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from index.config import EncoderSettings
from index.encoder import BUNDLED, Encoder, open_encoder
from index.errors import EncoderError
from tests.tiny_transformer import make_tiny_transformer

PROMPTED_WORDS = [*"新增学位:", "query", "passage", "school", "lift", "bus"]
TEXTS = [
    "新增普惠幼儿园3所、学位500个",
    "新增普惠幼兒園3所、學位500個",
    "How many kindergartens will open in 2020?",
    "5G基站 and ＡＢＣ, mixed: 老旧小区加装电梯",
    "🙂🎉",
    "",
    "   \u200b\n",
    "[UNK]",
    "__UNK__",
    "ไม่มีคำนี้",
]


@pytest.fixture(scope="module")
def light() -> Encoder:
    return open_encoder(EncoderSettings())


@pytest.fixture(scope="module")
def heavy() -> Encoder:
    return open_encoder(EncoderSettings(reader="sentence-transformers"))


@pytest.fixture(scope="module")
def tiny_transformer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_transformer(tmp_path_factory.mktemp("tiny"), PROMPTED_WORDS)


FEW_TRIES = 4
"""The hub's client looks for two files; with its retries it would be ten tries and more."""


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Every connection is refused at the socket, as on a server without a network.

    Returns:
        What was to be reached.
    """
    tried: list[object] = []

    def refuse(*wanted: object, **_: object) -> None:
        tried.append(wanted)
        raise OSError("Network is unreachable")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    return tried


def test_both_readers_give_the_same_vectors(light: Encoder, heavy: Encoder) -> None:
    for role in ("query", "passage"):
        ours, theirs = light.encode(TEXTS, role=role), heavy.encode(TEXTS, role=role)
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-6)
    assert light.fingerprint == heavy.fingerprint
    assert (light.name, light.dimension) == (heavy.name, heavy.dimension)


def test_plain_sentence_transformers_gives_the_same_vectors(light: Encoder) -> None:
    from sentence_transformers import SentenceTransformer

    normalised = ["新增普惠幼儿园3所", "how many kindergartens", ""]
    theirs = SentenceTransformer(str(BUNDLED), local_files_only=True).encode(normalised)
    ours = light.encode(normalised, role="query")
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-6)


def test_rows_have_length_one_or_zero(light: Encoder) -> None:
    vectors = light.encode(TEXTS, role="query")
    assert vectors.dtype == np.float32
    assert vectors.shape == (len(TEXTS), light.dimension)
    lengths = np.linalg.norm(vectors, axis=1)
    known = [bool(length) for length in lengths]
    assert known == [True, True, True, True, False, False, False, True, True, False]
    np.testing.assert_allclose(lengths[known], 1, atol=1e-6)


@pytest.mark.parametrize("reader", ["light", "sentence-transformers"])
def test_no_texts_give_no_rows(reader: str) -> None:
    encoder = open_encoder(EncoderSettings(reader=reader))
    assert encoder.encode([], role="passage").shape == (0, encoder.dimension)


def test_unknown_token_spelled_out_is_only_its_letters(light: Encoder) -> None:
    spelled, plain = light.encode(["[UNK]", "unk"], role="query")
    np.testing.assert_array_equal(spelled, plain)


def test_traditional_and_simplified_are_one(light: Encoder) -> None:
    simplified, traditional = light.encode(TEXTS[:2], role="query")
    np.testing.assert_array_equal(simplified, traditional)


def test_many_texts_are_encoded_as_each_alone(light: Encoder) -> None:
    texts = [f"{text}{number}" for number in range(300) for text in TEXTS]
    together = light.encode(texts, role="passage")
    for place in (0, 7, 1023, 1024, 2999):
        alone = light.encode([texts[place]], role="passage")[0]
        np.testing.assert_allclose(together[place], alone, atol=1e-6)


def test_a_shorter_dimension_is_the_beginning_made_length_one(light: Encoder) -> None:
    short = open_encoder(EncoderSettings(dimension=64))
    whole = light.encode(TEXTS[:3], role="query")[:, :64]
    expected = whole / np.linalg.norm(whole, axis=1, keepdims=True)
    np.testing.assert_allclose(short.encode(TEXTS[:3], role="query"), expected, atol=1e-6)
    assert short.fingerprint != light.fingerprint


@pytest.mark.parametrize("reader", ["light", "sentence-transformers"])
def test_a_dimension_the_model_lacks_is_refused(reader: str) -> None:
    with pytest.raises(EncoderError, match=r"has \d+ dimensions, config.toml asks for 4096"):
        open_encoder(EncoderSettings(reader=reader, dimension=4096))


@pytest.mark.parametrize(
    "model", ["no/such/folder", "./nowhere", "tests/nowhere", "word", "a b/c"]
)
def test_a_wrong_path_is_told_and_looked_for_nowhere_else(
    model: str, no_network: list[object]
) -> None:
    with pytest.raises(EncoderError, match="there is no such model folder"):
        open_encoder(EncoderSettings(model=model))
    assert no_network == []


def test_a_folder_without_a_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="not a model folder"):
        open_encoder(EncoderSettings(model=str(tmp_path)))


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json", "modules.json"])
def test_a_damaged_file_is_named(tmp_path: Path, name: str) -> None:
    shutil.copytree(BUNDLED, tmp_path / "model")
    path = tmp_path / "model" / name
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(EncoderError, match=f"{name}: damaged"):
        open_encoder(EncoderSettings(model=str(tmp_path / "model")))


def test_a_hub_name_without_network_is_told_and_not_tried_again_and_again(
    no_network: list[object],
) -> None:
    with pytest.raises(EncoderError, match="some-org/some-model: not on this machine"):
        open_encoder(EncoderSettings(model="some-org/some-model"))
    assert len(no_network) <= FEW_TRIES


def test_the_light_reader_refuses_a_transformer(tiny_transformer: Path) -> None:
    with pytest.raises(EncoderError, match="static models only"):
        open_encoder(EncoderSettings(model=str(tiny_transformer), reader="light"))


def test_a_transformer_opens_by_folder_with_prompts(tiny_transformer: Path) -> None:
    settings = EncoderSettings(
        model=str(tiny_transformer), query_prompt="query: ", passage_prompt="passage: "
    )
    encoder = open_encoder(settings)
    bare = open_encoder(EncoderSettings(model=str(tiny_transformer)))
    asked = encoder.encode(["新增学位", "🙂", "", "zzz"], role="query")
    told = encoder.encode(["新增学位"], role="passage")
    spelled = bare.encode(["query: 新增学位", "passage: 新增学位"], role="query")
    np.testing.assert_allclose(asked[0], spelled[0], atol=1e-6)
    np.testing.assert_allclose(told[0], spelled[1], atol=1e-6)
    assert not asked[1:].any()
    assert encoder.dimension == 16
    assert encoder.fingerprint != bare.fingerprint


def test_a_transformer_encodes_from_several_threads(tiny_transformer: Path) -> None:
    encoder = open_encoder(EncoderSettings(model=str(tiny_transformer)))
    expected = encoder.encode(["新增学位", "school bus"], role="query")
    found: list[bool] = []

    def encode() -> None:
        vectors = encoder.encode(["新增学位", "school bus"], role="query")
        found.append(bool(np.allclose(vectors, expected, atol=1e-6)))

    threads = [threading.Thread(target=encode) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 8


def test_the_fingerprint_follows_the_files_but_not_the_model_card(tmp_path: Path) -> None:
    shutil.copytree(BUNDLED, tmp_path / "model")
    settings = EncoderSettings(model=str(tmp_path / "model"))
    before = open_encoder(settings).fingerprint
    (tmp_path / "model" / "README.md").write_text("another card", encoding="utf-8")
    assert open_encoder(settings).fingerprint == before
    path = tmp_path / "model" / "config_sentence_transformers.json"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert open_encoder(settings).fingerprint != before


def test_the_light_reader_imports_neither_torch_nor_sentence_transformers() -> None:
    program = """
import sys
from index.config import EncoderSettings
from index.encoder import open_encoder

open_encoder(EncoderSettings()).encode(["幼儿园"], role="query")
print([name for name in ("torch", "sentence_transformers", "transformers") if name in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_the_bundled_folder_is_small_float16_and_has_its_card() -> None:
    files = [path for path in BUNDLED.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= 30_000_000
    header = (BUNDLED / "model.safetensors").read_bytes()[:400]
    assert b'"embeddings":{"dtype":"F16"' in header
    card = (BUNDLED / "README.md").read_text(encoding="utf-8")
    for part in ("license", "Seed", "CC BY-SA", "residents"):
        assert part in card
