"""A builder that is killed leaves a build that can be loaded, never a mixed one."""

from pathlib import Path

from tests.faults.builds import kill_builds


def test_what_a_killed_builder_leaves_is_whole(tmp_path: Path) -> None:
    assert +kill_builds(tmp_path, kills=10, seed=7) == {"whole": 10}
