"""A content folder of four sentences, for tests that change, damage or search content."""

import hashlib
import json
from pathlib import Path

from index.config import EncoderSettings, IndexSettings, Paths
from tests.tiny_model import make_tiny_model

TEXT = (
    "武昌区将做好以下工作:\n"
    "围绕幸福指数提升,勇当优质均衡服务的排头兵。加快学前教育发展,新增普惠幼儿园3所、学位500个;"
    "启动新河街学校改扩建。改善老旧城区环境,综合整治老旧小区8个,加装电梯60部。"
)
BODY = (
    "武昌区将做好以下工作:\n\n"
    "## 围绕幸福指数提升,勇当优质均衡服务的排头兵。\n"
    "加快学前教育发展,新增普惠幼儿园3所、学位500个;\n"
    "启动新河街学校改扩建。\n"
    "### 改善老旧城区环境,\n"
    "综合整治老旧小区8个,加装电梯60部。\n"
)
COMMITMENTS = """
[[commitment]]
id = "kindergartens"
quote = "新增普惠幼儿园3所、学位500个"
en = "Add 3 public-interest kindergartens with 500 places."
ask = ["托儿所今年开几家?"]

[[commitment]]
id = "school"
quote = "启动新河街学校改扩建"
en = "Start the renovation and expansion of Xinhe Street School."

[[commitment]]
id = "neighbourhoods"
quote = "综合整治老旧小区8个"
en = "Comprehensively renovate 8 old residential communities."

[[commitment]]
id = "elevators"
quote = "加装电梯60部"
en = "Retrofit 60 elevators."
unit = "区房管局"
"""
GLOSSARY = """
[[entry]]
says = ["幼儿园", "kindergarten", "preschool"]
means = ["普惠幼儿园"]

[[entry]]
says = ["lift", "elevator"]
means = ["电梯"]

[[entry]]
says = ["add", "open", "开"]
means = ["新增"]
role = "action"
"""


def front_matter(*, text: str = TEXT, **changes: object) -> str:
    """The front matter of the small report, some fields changed; None leaves one out."""
    fields: dict[str, object] = {
        "id": "small-2020",
        "title": "武昌区2020年工作",
        "title_en": "Wuchang District's work in 2020",
        "district": "武昌区",
        "session": "五次会议",
        "date": "2019-12-24",
        "target_year": 2020,
        "source": "测试",
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
    } | changes
    lines = [f"{key}: {value}" for key, value in fields.items() if value is not None]
    return "\n".join(["---", *lines, "---", ""])


def write_small_content(root: Path) -> Paths:
    """Write the content below a folder; `var` is left to the build."""
    report = root / "content" / "reports" / "small-2020"
    report.mkdir(parents=True)
    (report / "report.md").write_text(front_matter() + BODY, encoding="utf-8")
    (report / "commitments.toml").write_text(COMMITMENTS, encoding="utf-8")
    (root / "content" / "glossary.toml").write_text(GLOSSARY, encoding="utf-8")
    return Paths(content=root / "content", var=root / "var")


def write_evaluation(root: Path, name: str, lines: list[dict[str, object]]) -> None:
    """Write one evaluation set, a line an entry."""
    folder = root / "content" / "evaluation"
    folder.mkdir(exist_ok=True)
    written = [json.dumps(line, ensure_ascii=False) for line in lines]
    (folder / name).write_text("\n".join(written), encoding="utf-8")


def tiny_settings(root: Path, *, seed: int = 7) -> IndexSettings:
    """Settings with a tiny encoder made of the small report's own characters."""
    folder = make_tiny_model(root / f"model-{seed}", [TEXT, COMMITMENTS, GLOSSARY], seed=seed)
    return IndexSettings(encoder=EncoderSettings(model=str(folder)), builds_kept=2)
