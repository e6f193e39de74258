"""How long to wait before something that failed is tried again."""

from collections.abc import Iterator


def doubling(first_seconds: float, longest_seconds: float) -> Iterator[float]:
    """One pause after the other, without end: each twice the one before, up to the longest."""
    seconds = first_seconds
    while True:
        yield seconds
        seconds = min(2 * seconds, longest_seconds)
