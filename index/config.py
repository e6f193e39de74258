"""The settings the index needs, and the one reader of config.toml (`bot.config` adds its own)."""

import os
import tomllib
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator
from pydantic_core import ErrorDetails

from index.errors import ContentError

_Folder = Annotated[Path, Field(strict=False)]


class Section(BaseModel):
    """One table of config.toml: frozen, no unknown keys, no guessing of types."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Paths(Section):
    """Where content is read and generated files are kept; relative to config.toml's folder."""

    content: _Folder = Field(default=Path("content"), validate_default=True)
    var: _Folder = Field(default=Path("var"), validate_default=True)

    @field_validator("content", "var", mode="after")
    @classmethod
    def _beside_config(cls, folder: Path, validation: ValidationInfo) -> Path:
        root: Path = (validation.context or {}).get("root", Path())
        return root / folder


class EncoderSettings(Section):
    """Which model turns texts into vectors; empty `model` means the bundled one."""

    model: str = ""
    reader: str = Field(default="auto", pattern="^(auto|light|sentence-transformers)$")
    dimension: int = Field(default=0, ge=0)
    query_prompt: str = ""
    passage_prompt: str = ""


class GateSettings(Section):
    """By how much a new build may be worse than the active one, in shares of the questions."""

    right: float = Field(default=0.02, ge=0, le=1)
    wrong: float = Field(default=0.01, ge=0, le=1)
    answered: float = Field(default=0.03, ge=0, le=1)


class IndexSettings(Section):
    """How hits are found, and what a new build must reach."""

    encoder: EncoderSettings = EncoderSettings()
    gate: GateSettings = GateSettings()
    builds_kept: int = Field(default=3, ge=1)


class IndexConfig(BaseModel):
    """What `python -m index` reads of config.toml; the bot's own tables are not its business."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)

    paths: Paths = Field(default={}, validate_default=True)
    index: IndexSettings = IndexSettings()


Config = TypeVar("Config", bound=BaseModel)


def config_path() -> Path:
    """The config.toml to read: `BOT_CONFIG`, else the one in the working folder."""
    return Path(os.environ.get("BOT_CONFIG") or "config.toml")


def read_config(path: Path, model: type[Config]) -> Config:
    """Read a TOML file into a settings model.

    Raises:
        ContentError: every unknown key, wrong type and missing value at once, or the one reason
            why the file cannot be read.
    """
    try:
        tree = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ContentError([f"{path}: cannot be read ({error.strerror})"]) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ContentError([f"{path}: not valid TOML: {error}"]) from error
    try:
        return model.model_validate(tree, context={"root": path.parent})
    except ValidationError as error:
        raise ContentError([_mistake(path, found) for found in error.errors()]) from error


def _mistake(path: Path, found: ErrorDetails) -> str:
    key = ".".join(str(part) for part in found["loc"])
    if found["type"] == "extra_forbidden":
        return f"{path}: {key}: unknown key"
    return f"{path}: {key}: {found['msg']} (found {found['input']!r})"
