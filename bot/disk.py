"""What the disk must surely keep of a folder."""

import os
from pathlib import Path


def flush_folder(folder: Path) -> None:
    """Have the disk keep which files there are (fsync(2): flushing the files is not enough)."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
