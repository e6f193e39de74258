"""service.toml: the real one is sound and complete, a bad one tells all its mistakes."""

import re
import tomllib
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
    entries = [
        *service.street,
        *service.unit,
        *service.kind,
        *service.category,
        *service.reject_reason,
    ]
    assert [entry.code for entry in entries if not (entry.name and entry.en)] == []
    assert [entry.code for entry in entries if not entry.en.isascii()] == []


def test_emergency_numbers_are_those_people_can_call(service: Service) -> None:
    numbers = {number for danger in service.danger for number in danger.numbers}
    assert numbers <= {"110", "119", "120", "122"}
    assert all(danger.numbers for danger in service.danger)


def test_a_code_fits_into_a_buttons_action(service: Service) -> None:
    codes = [*service.streets, *service.categories]
    assert [code for code in codes if len(f"d:{10**9}:category={code}") > 64] == []
    codes = [*service.units, *service.reject_reasons]
    assert [code for code in codes if len(code) > 24 or not code.isascii()] == []


def test_every_street_has_its_office_and_every_other_unit_is_the_districts(
    service: Service,
) -> None:
    offices = {code: service.office_of(code) for code in service.streets}
    assert {code: office and office.code for code, office in offices.items()} == {
        code: f"street_{code}" for code in service.streets
    }
    assert all(
        office.name == f"{service.streets[code].name}办事处"
        for code, office in offices.items()
        if office
    )
    others = [unit for unit in service.unit if unit not in offices.values()]
    assert {unit.level for unit in others} == {"district"}
    assert service.office_of("") is None
    assert service.office_of("atlantis") is None


def test_every_category_but_other_has_units_usually_in_charge(service: Service) -> None:
    assert [entry.code for entry in service.category if not entry.units] == ["other"]


def test_the_usual_units_are_the_categorys_and_then_the_streets_office(service: Service) -> None:
    def codes(category: str, street: str) -> list[str]:
        return [unit.code for unit in service.usual_units(category, street)]

    assert codes("education", "nanhu") == ["education", "street_nanhu"]
    assert codes("education", "") == ["education"]
    assert codes("other", "nanhu") == ["street_nanhu"]
    assert codes("no longer there", "no longer there") == []


def test_a_unit_is_found_by_its_chinese_name(service: Service) -> None:
    assert service.unit_named("区教育局") == service.units["education"]
    assert service.unit_named("区教育") is None
    assert service.unit_named("") is None


def test_every_unit_that_commitments_name_is_known(service: Service) -> None:
    files = sorted(CONTENT.glob("reports/*/commitments.toml"))
    named = {
        (file.parent.name, commitment["unit"])
        for file in files
        for commitment in tomllib.loads(file.read_text(encoding="utf-8"))["commitment"]
        if "unit" in commitment
    }
    assert named
    assert [name for name in sorted(named) if service.unit_named(name[1]) is None] == []


def test_what_is_not_accepted_has_a_right_channel_and_a_source(service: Service) -> None:
    assert list(service.reject_reasons) == [
        "litigation",
        "arbitration",
        "discipline",
        "reconsideration",
        "disclosure",
        "petition",
        "secrets",
        "privacy",
        "outside",
    ]
    for reason in service.reject_reason:
        assert reason.channel.endswith("。")
        assert reason.channel_en.endswith(".")
        assert reason.channel_en.isascii()
        assert reason.source.startswith("示例")
        numbers = set(re.findall(r"\d{5}", reason.channel))
        assert numbers == set(re.findall(r"\d{5}", reason.channel_en))
        assert numbers <= {"12333", "12345", "12368", "12388"}


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
        "unit.23.street: 'yangyuan' is no street's code",
    ]


def test_codes_and_names_that_stand_twice_are_all_told(tmp_path: Path) -> None:
    text = REAL.read_text(encoding="utf-8")
    text = text.replace('code = "street_yangyuan"', 'code = "street_jiyuqiao"')
    text = text.replace('street = "yangyuan"', 'street = "jiyuqiao"')
    text = text.replace('name = "区民政局"', 'name = "区教育局"')
    text = text.replace('code = "petition"', 'code = "disclosure"')
    text = text.replace('["construction", "housing"', '["housing", "housing"')
    assert mistakes_of(tmp_path, text) == [
        "unit.code: 'street_jiyuqiao' stands twice",
        "reject_reason.code: 'disclosure' stands twice",
        "unit.name: '区教育局' stands twice",
        "unit.street: 'jiyuqiao' stands twice",
        "category.1.units: 'housing' stands twice",
    ]


def test_units_and_streets_that_do_not_exist_are_all_told(tmp_path: Path) -> None:
    text = REAL.read_text(encoding="utf-8")
    text = text.replace('street = "jiyuqiao"', 'street = "atlantis"')
    text = text.replace('units = ["education"]', 'units = ["education", "schools"]')
    text = text.replace('units = ["civil_affairs"]', 'units = ["elders"]')
    assert mistakes_of(tmp_path, text) == [
        "unit.22.street: 'atlantis' is no street's code",
        "category.4.units: 'schools' is no unit's code",
        "category.7.units: 'elders' is no unit's code",
    ]


def test_a_level_that_is_none_and_a_code_too_long_for_a_button_are_mistakes(
    tmp_path: Path,
) -> None:
    text = REAL.read_text(encoding="utf-8")
    text = text.replace('level = "district"', 'level = "province"', 1)
    text = text.replace('level = "district"\n', "", 1)
    text = text.replace('code = "administrative_approval"', 'code = "administrative_approvals_"')
    text = text.replace('code = "petition"', 'code = "信访"')
    found = mistakes_of(tmp_path, text)
    assert [line.split(": ")[0] for line in found] == [
        "unit.0.level",
        "unit.1.level",
        "unit.16.code",
        "reject_reason.5.code",
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
