"""service.toml: the real one is sound and complete, a bad one tells all its mistakes."""

from pathlib import Path

import pytest

from bot.cases import Kind
from bot.service import Service, read_service
from index import ContentError
from tests.conftest import CONTENT

REAL = CONTENT / "service.toml"


def mistakes_of(folder: Path, text: str) -> list[str]:
    """The mistakes of a service.toml of this text, without the file's name."""
    file = folder / "service.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ContentError) as found:
        read_service(file)
    assert all(line.startswith(f"{file}: ") for line in found.value.mistakes)
    return [line.removeprefix(f"{file}: ") for line in found.value.mistakes]


def test_the_real_file_has_wuchangs_streets_kinds_and_categories(service: Service) -> None:
    assert len(service.street) == 14
    assert {street.name for street in service.street} >= {"粮道街街道", "水果湖街道", "石洞街道"}
    assert set(service.kinds) == set(Kind)
    assert [entry.name for entry in service.kind] == [
        "咨询",
        "求助",
        "投诉",
        "举报",
        "建议",
        "表扬",
    ]
    assert len(service.category) == 14
    assert service.categories["other"].name == "其他"


def test_the_real_file_is_marked_as_an_example_with_version_and_source(service: Service) -> None:
    assert service.meta.mark == "示例"
    assert service.meta.version
    assert service.meta.source


def test_every_name_stands_in_both_languages(service: Service) -> None:
    entries = [*service.street, *service.unit, *service.kind, *service.category]
    assert [entry.code for entry in entries if not (entry.name and entry.en)] == []
    assert [entry.code for entry in entries if not entry.en.isascii()] == []


def test_emergency_numbers_are_those_people_can_call(service: Service) -> None:
    numbers = {number for danger in service.danger for number in danger.numbers}
    assert numbers <= {"110", "119", "120", "122"}
    assert all(danger.numbers for danger in service.danger)


def test_a_code_fits_into_a_buttons_action(service: Service) -> None:
    codes = [*service.streets, *service.categories]
    assert [code for code in codes if len(f"d:{10**9}:category={code}") > 64] == []


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    text = REAL.read_text(encoding="utf-8")
    text = text.replace('[meta]\nversion = "', '[meta]\ncolour = "red"\nversion = "')
    text = text.replace('code = "praise"', 'code = "applause"')
    text = text.replace('numbers = ["119"]', 'numbers = "119"', 1)
    text = text.replace('name = "区教育局"\n', "")
    found = mistakes_of(tmp_path, text)
    assert sorted(line.split(": ")[0] for line in found) == [
        "danger.0.numbers",
        "kind.5.code",
        "meta.colour",
        "unit.0.name",
    ]


def test_a_code_that_stands_twice_and_a_missing_kind_are_mistakes(tmp_path: Path) -> None:
    text = REAL.read_text(encoding="utf-8")
    text = text.replace('code = "yangyuan"', 'code = "jiyuqiao"', 1)
    text = text.replace('code = "praise"', 'code = "help"')
    assert mistakes_of(tmp_path, text) == [
        "street.code: 'jiyuqiao' stands twice",
        "kind.code: <Kind.HELP: 'help'> stands twice",
        "kind: 'praise' is missing",
    ]


def test_an_empty_cue_is_a_mistake_since_it_would_stand_everywhere(tmp_path: Path) -> None:
    text = REAL.read_text(encoding="utf-8").replace('"垃圾", ', '"", ', 1)
    (found,) = mistakes_of(tmp_path, text)
    assert found.startswith("category.0.cues.0: ")


@pytest.mark.parametrize("text", ["[meta\n", "", "meta = 1"])
def test_what_is_not_the_files_form_is_told(tmp_path: Path, text: str) -> None:
    assert mistakes_of(tmp_path, text)


def test_bytes_that_are_no_utf8_and_a_missing_file_are_told(tmp_path: Path) -> None:
    file = tmp_path / "service.toml"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(ContentError, match=r"service\.toml"):
        read_service(file)
    with pytest.raises(ContentError, match=r"nowhere\.toml"):
        read_service(tmp_path / "nowhere.toml")
