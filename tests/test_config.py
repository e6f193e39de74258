"""config.toml: read once, every mistake at once, each setting documented with its default."""

import re
import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel

from bot.config import Settings, load_settings
from index import ContentError

PROJECT = Path(__file__).parents[1]


def mistakes_of(file: Path, text: str) -> list[str]:
    """The mistakes found in a config.toml of this text, without the file's name."""
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ContentError) as found:
        load_settings(file)
    assert all(line.startswith(f"{file}: ") for line in found.value.mistakes)
    return [line.removeprefix(f"{file}: ") for line in found.value.mistakes]


def keys_of(model: type[BaseModel], prefix: str = "") -> set[str]:
    """Every setting of a model, as `table.key`."""
    keys: set[str] = set()
    for name, field in model.model_fields.items():
        inner = field.annotation
        is_table = isinstance(inner, type) and issubclass(inner, BaseModel)
        keys |= keys_of(inner, f"{prefix}{name}.") if is_table else {f"{prefix}{name}"}
    return keys


def test_the_shipped_file_shows_every_setting_with_its_default() -> None:
    shipped = load_settings(PROJECT / "config.toml")
    defaults = Settings.model_validate({}, context={"root": PROJECT})
    assert shipped == defaults

    tree = tomllib.loads((PROJECT / "config.toml").read_text(encoding="utf-8"))
    shown = {
        f"{table}.{key}.{deeper}" if isinstance(value, dict) else f"{table}.{key}"
        for table, rows in tree.items()
        for key, value in rows.items()
        for deeper in (value if isinstance(value, dict) else [""])
    }
    assert shown == keys_of(Settings)


def test_every_setting_of_the_shipped_file_says_why() -> None:
    lines = (PROJECT / "config.toml").read_text(encoding="utf-8").splitlines()
    plain = [line for line in lines if re.match(r"\w+ = ", line) and "#" not in line]
    assert [line for line in plain if not line.startswith(("enabled", "max_photos"))] == []


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    text = """
[web]
port = "eighty"
colour = "red"
[limits]
max_text_chars = 5
[telegram]
api_base_url = "ftp://example.org"
token = "1:a"
[index]
builds_kept = 0
[unheard_of]
"""
    found = mistakes_of(tmp_path / "config.toml", text)
    assert sorted(line.split(":")[0] for line in found) == [
        "index.builds_kept",
        "limits.max_text_chars",
        "telegram.api_base_url",
        "telegram.token",
        "unheard_of",
        "web.colour",
        "web.port",
    ]
    assert "web.colour: unknown key" in found


def test_what_is_no_toml_is_one_clear_mistake(tmp_path: Path) -> None:
    (found,) = mistakes_of(tmp_path / "config.toml", "[web\nport = 1")
    assert found.startswith("not valid TOML")


def test_a_missing_file_is_one_clear_mistake(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="cannot be read"):
        load_settings(tmp_path / "nowhere.toml")


def test_paths_are_relative_to_the_file_and_not_to_where_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[paths]\nvar = "elsewhere"\n', encoding="utf-8")
    monkeypatch.setenv("BOT_CONFIG", str(file))
    monkeypatch.chdir("/")
    settings = load_settings()
    assert settings.paths.var == tmp_path / "elsewhere"
    assert settings.paths.content == tmp_path / "content"
