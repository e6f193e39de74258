"""What of an error may stand in a log: its kind and its place."""

import traceback


def kind_and_place(error: Exception) -> str:
    """`ValueError at desk.py:120`: no message, for it may quote a resident or a token."""
    frames = traceback.extract_tb(error.__traceback__)
    name = type(error).__name__
    if not frames:
        return name
    file_name = frames[-1].filename.replace("\\", "/").rpartition("/")[2]
    return f"{name} at {file_name}:{frames[-1].lineno}"


def redacted_traceback(error: BaseException) -> str:
    """Where an error came from, line by line, with its type and no message."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [
        f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames
    ]
    return "\n".join([*places, type(error).__name__])
