"""How the benchmarks print their figures."""

import os
import platform
from collections.abc import Sequence
from pathlib import Path


def machine() -> str:
    """The machine the figures were taken on."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    processor = names[0] if names else platform.processor()
    return f"{os.cpu_count()} cores, {processor}, Python {platform.python_version()}"


def print_table(title: str, rows: Sequence[tuple[str, str]]) -> None:
    """Print figures as a Markdown table, ready for the docs."""
    print(f"\n{title} ({machine()})\n\n| what | figure |\n|---|---|")
    for what, figure in rows:
        print(f"| {what} | {figure} |")
