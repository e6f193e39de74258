"""What can go wrong between content and hits; each class carries what a reader needs to act."""

from collections.abc import Sequence


class ContentError(Exception):
    """The content, or a settings file, has mistakes; all of them, one line each."""

    def __init__(self, mistakes: Sequence[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = list(mistakes)


class StaleIndexError(Exception):
    """A build is missing, damaged, or made with other parts than those now configured."""

    def __init__(self, built_with: str, expected: str) -> None:
        super().__init__(f"index build: {built_with}; expected {expected}")
        self.built_with = built_with
        self.expected = expected


class WorseBuildError(Exception):
    """A new build is right less often than the active one by more than the margins allow.

    Attributes:
        build: its name; it is kept.
        worse: what is worse, a line each.
    """

    def __init__(self, build: str, worse: Sequence[str]) -> None:
        super().__init__("\n".join([f"build {build} is worse than the active one:", *worse]))
        self.build = build
        self.worse = list(worse)


class EncoderError(Exception):
    """The configured encoder cannot be used; the message says why and what to do."""
