"""Training: every mistake in a pair file is named, a run can be stopped, and a seed is a seed."""

import gzip
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from index.config import EncoderSettings
from index.encoder import open_encoder
from index.errors import ContentError
from index.training import Recipe, measure, train
from index.training.batches import Batches
from index.training.command import train_command
from index.training.corpus import read_corpora
from index.training.evaluation import holds
from index.training.near import near_groups
from index.training.sources import held_out, make_sources, validation_places
from index.training.texts import Texts

THINGS = [
    ("幼儿园", "kindergarten"), ("小学", "primary school"), ("医院", "hospital"),
    ("公园", "park"), ("地铁", "metro"), ("电梯", "lift"), ("停车位", "parking space"),
    ("图书馆", "library"), ("养老院", "nursing home"), ("路灯", "street light"),
]  # fmt: skip
VERBS = [("新增", "add"), ("改造", "renew"), ("建成", "complete"), ("启动", "begin")]
TINY = Recipe(
    chinese_pieces=60, english_pieces=60, dimensions=(16, 8), steps=30, batch_rows=16,
    warmup_steps=3, checkpoint_every_steps=10, threads=1, left_out=(),
)  # fmt: skip


def write_jsonl(path: Path, rows: list[dict[str, str]]) -> None:
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text, encoding="utf-8")


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A corpus of forty residents' rows, and one small file of each other form."""
    folder = tmp_path / "corpus"
    (folder / "heldout").mkdir(parents=True)
    residents = [
        {
            "clause": f"{verb}{thing}{number}所", "en": f"{act} {number} {name}",
            "zh1": f"{thing}要{verb}几个?", "zh2": f"{verb}{thing}吗",
            "en1": f"how many {name} to {act}", "en2": f"{act} {name}?",
        }
        for number, (verb, act) in enumerate(VERBS, start=2)
        for thing, name in THINGS
    ]  # fmt: skip
    pairs = [{"a": name, "b": thing, "la": "en", "lb": "zh"} for thing, name in THINGS]
    texts = [{"title": "报告", "text": f"{thing}很好。", "lang": "zh"} for thing, _ in THINGS]
    write_jsonl(folder / "residents.jsonl.gz", residents)
    write_jsonl(folder / "dictionary_small.jsonl", pairs)
    write_jsonl(folder / "small_text.jsonl", texts)
    write_jsonl(folder / "heldout" / "other.jsonl", pairs)
    return folder


def table_of(model: Path) -> np.ndarray:
    texts = [name for pair in THINGS for name in pair]
    return open_encoder(EncoderSettings(model=str(model))).encode(texts, role="query")


def test_the_same_seed_gives_the_same_files(corpus: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        train(corpus, tmp_path / name / "model", recipe=TINY, extra=None)
    for file in ("model.safetensors", "tokenizer.json", "README.md"):
        first, second = (tmp_path / name / "model" / file for name in ("a", "b"))
        assert first.read_bytes() == second.read_bytes()


def test_another_seed_gives_another_model(corpus: Path, tmp_path: Path) -> None:
    train(corpus, tmp_path / "a", recipe=TINY, extra=None)
    train(corpus, tmp_path / "b", recipe=replace(TINY, seed=2), extra=None)
    assert not np.allclose(table_of(tmp_path / "a"), table_of(tmp_path / "b"))


def test_a_stopped_run_goes_on_to_the_same_model(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(corpus, tmp_path / "whole", recipe=TINY, extra=None)

    drawn: list[int] = []
    draw = Batches.draw

    def stop_at_17(self: Batches, step: int) -> object:
        if step == 17 and 17 not in drawn:
            drawn.append(step)
            raise KeyboardInterrupt
        drawn.append(step)
        return draw(self, step)

    monkeypatch.setattr(Batches, "draw", stop_at_17)
    with pytest.raises(KeyboardInterrupt):
        train(corpus, tmp_path / "stopped", recipe=TINY, extra=None)
    assert not (tmp_path / "stopped").exists()
    train(corpus, tmp_path / "stopped", recipe=TINY, extra=None)

    assert drawn[17:] == list(range(11, 31))  # It went on from the checkpoint of step 10.
    np.testing.assert_array_equal(table_of(tmp_path / "stopped"), table_of(tmp_path / "whole"))
    assert not (tmp_path / "stopped.work").exists()


def test_a_checkpoint_of_other_settings_is_not_gone_on_from(corpus: Path, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("index.training.saving.save_file", _fail)
        with pytest.raises(OSError, match="disk full"):
            train(corpus, tmp_path / "model", recipe=replace(TINY, rate=1e-3), extra=None)
    train(corpus, tmp_path / "model", recipe=TINY, extra=None)
    train(corpus, tmp_path / "fresh", recipe=TINY, extra=None)
    np.testing.assert_array_equal(table_of(tmp_path / "model"), table_of(tmp_path / "fresh"))


def test_a_checkpoint_of_another_corpus_is_not_gone_on_from(corpus: Path, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("index.training.saving.save_file", _fail)
        with pytest.raises(OSError, match="disk full"):
            train(corpus, tmp_path / "model", recipe=TINY, extra=None)
    assert (tmp_path / "model.work" / "checkpoint.pt").is_file()
    pairs = [{"a": "bridge", "b": "大桥", "la": "en", "lb": "zh"}]
    write_jsonl(corpus / "more.jsonl", pairs * 3)
    train(corpus, tmp_path / "model", recipe=TINY, extra=None)
    train(corpus, tmp_path / "fresh", recipe=TINY, extra=None)
    np.testing.assert_array_equal(table_of(tmp_path / "model"), table_of(tmp_path / "fresh"))


def _fail(*_: object) -> None:
    raise OSError("disk full")


def test_training_teaches_what_belongs_together(corpus: Path, tmp_path: Path) -> None:
    recipe = replace(TINY, steps=150)
    train(corpus, tmp_path / "model", recipe=recipe, extra=None)
    figures = measure(tmp_path / "model", corpus)
    assert set(figures) == {
        *(f"residents {view}" for view in ("zh1", "zh2", "en1", "en2")),
        "other",
    }
    assert figures["other"] >= 0.9
    with_validation = measure(tmp_path / "model", corpus, validate=True)
    assert set(with_validation) - set(figures) == {
        *(f"validation {view}" for view in ("zh1", "zh2", "en1", "en2"))
    }


def test_every_mistake_is_named_with_file_and_line(corpus: Path) -> None:
    (corpus / "bad.jsonl").write_text(
        '{"a": "x", "b": "y", "la": "en", "lb": "zh"}\n'
        '{"a": "x", "b": "", "la": "en", "lb": "zh"}\n'
        "{not json}\n"
        '["a"]\n'
        '{"a": 3, "la": "en", "lb": "fr"}\n',
        encoding="utf-8",
    )
    (corpus / "cut.jsonl.gz").write_bytes(gzip.compress(b'{"a": "x"}' * 50)[:-20])
    (corpus / "empty_text.jsonl").write_text("", encoding="utf-8")
    (corpus / "latin.jsonl").write_bytes(b"\xff\xfe{}")
    with pytest.raises(ContentError) as caught:
        read_corpora([corpus])
    mistakes = [line.replace(f"{corpus}/", "") for line in caught.value.mistakes]
    assert mistakes[:2] == [
        "bad.jsonl:2: b is not a text: ''",
        "bad.jsonl:3: not JSON: Expecting property name enclosed in double quotes: "
        "line 1 column 2 (char 1)",
    ]
    assert mistakes[2:6] == [
        "bad.jsonl:4: not an object",
        "bad.jsonl:5: a is not a text: 3",
        "bad.jsonl:5: b is missing",
        "bad.jsonl:5: lb is not one of en, zh, zh*, zh-Hant: 'fr'",
    ]
    assert [line.split(": ")[0] for line in mistakes[6:]] == [
        "cut.jsonl.gz", "empty_text.jsonl", "latin.jsonl",
    ]  # fmt: skip


def test_a_folder_without_residents_is_told(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match=r"residents.jsonl or residents.jsonl.gz is missing"):
        read_corpora([tmp_path])


def test_two_files_of_one_name_are_told(corpus: Path) -> None:
    (corpus / "residents.jsonl").write_bytes(b"{}\n")
    with pytest.raises(ContentError, match="another file called residents"):
        read_corpora([corpus])


def test_held_out_rows_are_in_no_source(corpus: Path) -> None:
    files = read_corpora([corpus])
    kept_back = {row["clause"] for row in held_out(files["residents"].rows)}
    (residents,) = (s for s in make_sources(files) if s.name == "residents")
    assert len(kept_back) == 4
    assert len(residents.rows) == 36
    assert not kept_back & {text for row in residents.rows for text in row}


def test_validation_rows_are_rows_6_18_30_of_the_file(corpus: Path) -> None:
    files = read_corpora([corpus])
    (residents,) = (s for s in make_sources(files) if s.name == "residents")
    chosen = [residents.rows[i][0] for i in np.flatnonzero(validation_places(36))]
    assert chosen == [row["clause"] for row in files["residents"].rows[6::12]]


def test_nearly_equal_texts_are_one_group() -> None:
    ids = np.array([1, 2, 3, 4, 5, 1, 2, 3, 4, 6, 7, 8, 9], dtype=np.int64)
    texts = Texts(ids, np.array([0, 5, 10, 13]))
    assert near_groups(texts).tolist() == [0, 0, 2]


def test_the_right_rule_ignores_marks_and_accepts_a_part() -> None:
    assert holds(["新增普惠幼儿园3所"], "加快学前教育发展,新增普惠幼儿园3所、学位500个")
    assert holds(["新增普惠幼儿园3所、学位500个"], "普惠幼儿园3所")
    assert not holds(["新增普惠幼儿园3所"], "幼儿园3所")  # Five characters are too few.
    assert not holds(["学位"], "长" * 119 + "学位")


def test_the_command_tells_mistakes_without_a_traceback(corpus: Path, tmp_path: Path) -> None:
    (corpus / "bad.jsonl").write_text("{}\n", encoding="utf-8")
    done = CliRunner().invoke(train_command, [str(corpus), str(tmp_path / "out")])
    assert done.exit_code == 1
    assert "bad.jsonl:1: a is missing" in done.output
    assert "Traceback" not in done.output
