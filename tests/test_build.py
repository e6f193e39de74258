"""Builds: whole or not at all, switched at once, and refused when anything is off."""

import json
import shutil
from dataclasses import asdict
from pathlib import Path

import pytest

from index import ContentError, Paths, StaleIndexError, build_index, load_index
from index.build import make_build
from index.builds import active_build, builds_folder, builds_in, make_active, read_manifest
from index.config import IndexSettings
from index.evidence import Thresholds
from tests.small_content import tiny_settings, write_evaluation

FILES = (
    "commitments.jsonl",
    "glossary.json",
    "gold.json",
    "lexical.npz",
    "counted.npz",
    "vectors.faiss",
)


@pytest.fixture
def settings(tmp_path: Path) -> IndexSettings:
    """A tiny encoder; two builds are kept."""
    return tiny_settings(tmp_path)


def change_content(paths: Paths, number: int) -> None:
    """Give the first commitment another question."""
    file = paths.content / "reports" / "small-2020" / "commitments.toml"
    text = file.read_text(encoding="utf-8")
    before = text.index("ask = ")
    after = text.index("\n", before)
    ask = f'ask = ["托儿所今年开几家 {number}?"]'
    file.write_text(text[:before] + ask + text[after:], encoding="utf-8")


def built(paths: Paths) -> list[str]:
    """The builds on disk, oldest first."""
    return [build.name for build in reversed(builds_in(builds_folder(paths.var)))]


def test_a_build_can_be_loaded_and_searched(paths: Paths, settings: IndexSettings) -> None:
    build = build_index(paths, settings)
    index = load_index(paths, settings)
    assert index.build_id == build.name
    assert index.search("电梯")[0].commitment.quote == "加装电梯60部"


def test_what_is_loaded_equals_what_was_written(paths: Paths, settings: IndexSettings) -> None:
    build_index(paths, settings)
    index = load_index(paths, settings)
    kindergartens = index.commitments["small-2020/kindergartens"]
    assert list(index.commitments) == [
        "small-2020/kindergartens",
        "small-2020/school",
        "small-2020/neighbourhoods",
        "small-2020/elevators",
    ]
    assert [section for _, section in index.sections] == ["围绕幸福指数提升"]
    assert kindergartens.ask == ("托儿所今年开几家?",)
    assert [quantity.text for quantity in kindergartens.quantities] == ["3所", "500个"]


def test_the_manifest_names_every_input_and_output(paths: Paths, settings: IndexSettings) -> None:
    manifest = read_manifest(build_index(paths, settings))
    assert sorted(manifest.inputs) == [
        "glossary.toml",
        "reports/small-2020/commitments.toml",
        "reports/small-2020/report.md",
    ]
    assert sorted(manifest.outputs) == sorted(FILES)
    assert manifest.counts["commitments"] == 4
    assert manifest.counts["passages"] == manifest.counts["vectors"]
    assert 0 < manifest.thresholds["answer_at"] < 1


def test_the_same_inputs_give_the_same_bytes_whatever_was_built_before(
    paths: Paths, settings: IndexSettings, tmp_path: Path
) -> None:
    other = Paths.model_construct(content=paths.content, var=tmp_path / "other")
    alone = make_build(other, settings).build
    unchanged = (paths.content / "reports" / "small-2020" / "commitments.toml").read_bytes()
    change_content(paths, 1)
    make_build(paths, settings)
    (paths.content / "reports" / "small-2020" / "commitments.toml").write_bytes(unchanged)
    after_another = make_build(paths, settings).build
    assert after_another.name == alone.name
    for file in alone.iterdir():
        assert (after_another / file.name).read_bytes() == file.read_bytes()


def test_the_same_inputs_give_the_same_build_again(paths: Paths, settings: IndexSettings) -> None:
    first = build_index(paths, settings)
    assert build_index(paths, settings) == first
    assert built(paths) == [first.name]


def test_changed_content_gives_a_new_build_that_is_current(
    paths: Paths, settings: IndexSettings
) -> None:
    first = build_index(paths, settings)
    change_content(paths, 1)
    second = build_index(paths, settings)
    assert second != first
    assert active_build(builds_folder(paths.var)) == second


def test_only_new_texts_are_encoded_again(paths: Paths, settings: IndexSettings) -> None:
    build_index(paths, settings)
    change_content(paths, 1)
    encoded: list[tuple[int, int]] = []
    build_index(paths, settings, lambda done, total: encoded.append((done, total)))
    assert encoded == [(1, 1)]


def test_a_kept_vector_is_the_one_the_encoder_gives(paths: Paths, settings: IndexSettings) -> None:
    build_index(paths, settings)
    change_content(paths, 1)
    build_index(paths, settings)
    reused = load_index(paths, settings).dense.to_bytes()
    shutil.rmtree(paths.var)
    build_index(paths, settings)
    assert load_index(paths, settings).dense.to_bytes() == reused


def test_the_last_builds_are_kept_and_the_current_one_always(
    paths: Paths, settings: IndexSettings
) -> None:
    names = []
    for number in range(4):
        change_content(paths, number)
        names.append(build_index(paths, settings).name)
    assert built(paths) == names[-settings.builds_kept :]


def test_going_back_to_an_older_build_loads_it(paths: Paths, settings: IndexSettings) -> None:
    first = build_index(paths, settings)
    change_content(paths, 1)
    build_index(paths, settings)
    make_active(first)
    assert load_index(paths, settings).build_id == first.name


def test_content_with_mistakes_is_not_built(paths: Paths, settings: IndexSettings) -> None:
    first = build_index(paths, settings)
    file = paths.content / "reports" / "small-2020" / "commitments.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("60部", "66部"), encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        build_index(paths, settings)
    assert [line for line in caught.value.mistakes if "elevators: quote:" in line]
    assert load_index(paths, settings).build_id == first.name


def test_content_of_one_commitment_can_be_built_and_searched(
    paths: Paths, settings: IndexSettings, tmp_path: Path
) -> None:
    """The lead over the next best once had no next best to look at, and raised."""
    file = paths.content / "reports" / "small-2020" / "commitments.toml"
    entries = file.read_text(encoding="utf-8").split("[[commitment]]")
    file.write_text(f"[[commitment]]{entries[1]}", encoding="utf-8")
    question: dict[str, object] = {"id": "q", "lang": "zh", "question": "几所?", "gold": "3所"}
    write_evaluation(tmp_path, "questions.jsonl", [question])
    build_index(paths, settings)
    (hit,) = load_index(paths, settings).search("新增几所普惠幼儿园?")
    assert (hit.commitment.id, hit.answers) == ("small-2020/kindergartens", True)


def test_a_change_while_a_build_is_made_is_taken_by_the_next(
    paths: Paths, settings: IndexSettings
) -> None:
    def save_meanwhile(done: int, total: int) -> None:
        change_content(paths, 1)

    def ask() -> tuple[str, ...]:
        return load_index(paths, settings).parts[0].ask

    build_index(paths, settings, save_meanwhile)
    assert ask() == ("托儿所今年开几家?",)
    build_index(paths, settings)
    assert ask() == ("托儿所今年开几家 1?",)


def test_no_build_at_all_says_what_to_do(paths: Paths, settings: IndexSettings) -> None:
    with pytest.raises(StaleIndexError, match="python -m index build"):
        load_index(paths, settings)


@pytest.mark.parametrize("name", [*FILES, "manifest.json"])
@pytest.mark.parametrize("damage", ["flipped bit", "cut short", "missing", "empty"])
def test_a_damaged_build_is_refused_and_made_anew(
    paths: Paths, settings: IndexSettings, name: str, damage: str
) -> None:
    file = build_index(paths, settings) / name
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    if damage == "missing":
        file.unlink()
    elif damage == "flipped bit":
        file.write_bytes(content)
    else:
        file.write_bytes(content[: len(content) // 2] if damage == "cut short" else b"")
    with pytest.raises(StaleIndexError) as caught:
        load_index(paths, settings)
    assert "\n" not in str(caught.value)
    build_index(paths, settings)
    assert load_index(paths, settings).search("电梯")


def test_a_changed_threshold_in_the_manifest_is_damage(
    paths: Paths, settings: IndexSettings
) -> None:
    file = build_index(paths, settings) / "manifest.json"
    fields = json.loads(file.read_text(encoding="utf-8"))
    fields["thresholds"]["answer_at"] = 0.01
    file.write_text(json.dumps(fields), encoding="utf-8")
    with pytest.raises(StaleIndexError, match="damaged"):
        load_index(paths, settings)


@pytest.mark.parametrize("content", [b"", b"gone\n", b"../..\n", b"\xff\xfe"])
def test_a_current_file_that_names_no_build_is_refused(
    paths: Paths, settings: IndexSettings, content: bytes
) -> None:
    build_index(paths, settings)
    (builds_folder(paths.var) / "current").write_bytes(content)
    with pytest.raises(StaleIndexError):
        load_index(paths, settings)


def test_a_build_of_another_encoder_is_refused_and_names_both(
    paths: Paths, settings: IndexSettings, tmp_path: Path
) -> None:
    build_index(paths, settings)
    other = tiny_settings(tmp_path, seed=8)
    with pytest.raises(StaleIndexError) as caught:
        load_index(paths, other)
    assert "model-7" in caught.value.built_with
    assert "model-8" in caught.value.expected


def test_what_a_crashed_build_left_aside_is_removed(paths: Paths, settings: IndexSettings) -> None:
    folder = builds_folder(paths.var)
    (folder / ".aside-crashed").mkdir(parents=True)
    build = build_index(paths, settings)
    left = sorted(entry.name for entry in folder.iterdir())
    assert left == sorted([build.name, "current", "evaluated", "history.jsonl", "lock"])


def test_a_var_that_cannot_be_written_is_an_os_error(
    paths: Paths, settings: IndexSettings
) -> None:
    paths.var.write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(OSError, match="var"):
        build_index(paths, settings)


def test_thresholds_are_learnt_from_enough_questions_and_kept(
    paths: Paths, settings: IndexSettings, tmp_path: Path
) -> None:
    golds = ["新增普惠幼儿园3所", "启动新河街学校改扩建", "综合整治老旧小区8个", "加装电梯60部"]
    questions: list[dict[str, object]] = [
        {"id": f"q{number}", "lang": "zh", "question": gold + "呀" * number, "gold": gold}
        for number, gold in enumerate(golds * 30)
    ]
    write_evaluation(tmp_path, "questions.jsonl", questions)
    without: list[dict[str, object]] = [
        {"id": f"u{number}", "lang": "zh", "question": "小区的路灯" + "远" * number}
        for number in range(40)
    ]
    write_evaluation(tmp_path, "unanswerable.jsonl", without)
    manifest = read_manifest(build_index(paths, settings))
    thresholds = load_index(paths, settings).thresholds
    assert json.loads(json.dumps(asdict(thresholds))) == manifest.thresholds
    assert thresholds.coefficients != Thresholds().coefficients
    evaluation = load_index(paths, settings).evaluation
    assert evaluation["test questions zh"]["right"] == 1
    assert evaluation["test unanswerable far"]["answered"] == 0
