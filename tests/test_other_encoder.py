"""The whole index on an encoder that is not the bundled one: a transformer made on the spot."""

from pathlib import Path

import pytest

from index import IndexSettings, Paths, StaleIndexError, build_index, load_index
from index.config import EncoderSettings
from tests.small_content import COMMITMENTS, TEXT, tiny_settings
from tests.tiny_transformer import DIMENSION, make_tiny_transformer


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> IndexSettings:
    words = [*dict.fromkeys(TEXT + COMMITMENTS), "query", "passage", "lift", "school"]
    folder = make_tiny_transformer(tmp_path_factory.mktemp("transformer"), words)
    encoder = EncoderSettings(
        model=str(folder), query_prompt="query: ", passage_prompt="passage: "
    )
    return IndexSettings(encoder=encoder)


def test_the_index_is_built_and_searched_with_a_transformer(
    paths: Paths, settings: IndexSettings
) -> None:
    build_index(paths, settings)
    index = load_index(paths, settings)
    assert index.encoder.dimension == DIMENSION
    assert index.search("加装电梯")[0].commitment.quote == "加装电梯60部"


def test_a_build_made_with_a_transformer_is_refused_to_another_encoder(
    paths: Paths, settings: IndexSettings, tmp_path: Path
) -> None:
    build_index(paths, settings)
    with pytest.raises(StaleIndexError):
        load_index(paths, tiny_settings(tmp_path))
