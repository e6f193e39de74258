"""A case's number and code, as residents write them."""

import pytest

from bot.dialogue.lookups import added_behind, as_command

N, C = "WC20261129-0012", "C8MGK8HC"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (f"{N} {C}", f"/status {N} {C}"),
        (f"编号：{N}\n查询码：{C}", f"/status {N} {C}"),
        (f"编号{N}，查询码{C}", f"/status {N} {C}"),
        (f"Number: {N}\nQuery code: {C}", f"/status {N} {C}"),
        (f"{C} {N}", f"/status {N} {C}"),
        (f"查询码 {C}，编号 {N}", f"/status {N} {C}"),
        (f"{N}（{C}）", f"/status {N} {C}"),
        (f"{N}, {C[:-1]}", f"/status {N} {C[:-1]}"),
        (f"{N} {C} 昨晚又来收钱，很凶", f"/status {N} {C} 昨晚又来收钱，很凶"),
        (f"我的举报{N} {C} 他昨晚又来", f"/status {N} {C} 我的举报 他昨晚又来"),
        (N, f"/status {N}"),
        (f"我的举报 {N} 怎么样了", f"/status {N}"),
        (f"How is {N} going?", f"/status {N}"),
        (f"{N} 昨晚城管又来收钱", f"/status {N} 昨晚城管又来收钱"),
        (f"/status{N} {C}", f"/status {N} {C}"),
    ],
)
def test_a_number_asks_for_its_case_however_it_is_written(said: str, meant: str) -> None:
    assert as_command(said) == meant


@pytest.mark.parametrize(
    "said",
    [
        f"上次反映的{N}一直没有解决，现在粮道街胭脂路口的路灯又坏了三盏，晚上看不见路",
        "/mine",
        "/feedback",
        "WC在哪里",
        "新增几所幼儿园？",
    ],
)
def test_what_tells_of_more_than_a_case_is_as_it_was(said: str) -> None:
    assert as_command(said) == said


@pytest.mark.parametrize(
    ("said", "added"),
    [
        (f"/status {N} {C} 着火了", "着火了"),
        (f"/status\n{N}\n{C}\n着火了", "着火了"),
        (f"/status {N} 着火了", "着火了"),
        (f"/status {N} {C}", ""),
        ("/status", ""),
        (f"/mine {N} {C} 着火了", ""),
        ("", ""),
    ],
)
def test_what_stands_behind_number_and_code_is_added(said: str, added: str) -> None:
    assert added_behind(said) == added
