"""`python -m bot`, as a person at a prompt or a script meets it."""

import asyncio
import csv
import io
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.vault import Vault
from tests.actors import TelegramResident
from tests.conftest import CONTENT
from tests.fakes import FakeTelegram
from tests.forking import PROJECT, run_forked
from tests.small_content import write_small_content

AS_ONE_WITHOUT_PRIVILEGES = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
"""Root may write anywhere; so tested, it may not."""


class Shell:
    """A configuration of its own, and the commands run with it."""

    def __init__(self, folder: Path, *, content: Path = CONTENT) -> None:
        self.content = content
        self.var = folder / "var"
        self.config = folder / "config.toml"
        self.configure()

    def configure(self, text: str = "") -> None:
        """Write config.toml."""
        content, var = json.dumps(str(self.content)), json.dumps(str(self.var))
        paths = f"[paths]\ncontent = {content}\nvar = {var}"
        self.config.write_text(f"{paths}\n{text}\n", encoding="utf-8")

    @property
    def environment(self) -> dict[str, str]:
        """Without a token, whatever the machine's own holds."""
        kept = {name: value for name, value in os.environ.items() if name != "TELEGRAM_BOT_TOKEN"}
        return {**kept, "BOT_CONFIG": str(self.config), "PYTHONIOENCODING": "utf-8:strict"}

    def run(self, *words: str, typed: str | bytes = "") -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        done = run_forked(("-m", "bot", *words), self.environment, typed=_bytes(typed))
        return _decoded(done)

    def executes(
        self, *words: str, typed: str | bytes = "", before: Sequence[str] = ()
    ) -> subprocess.CompletedProcess[str]:
        """Run a command as a shell does, with Python's own start and its streams."""
        done = subprocess.run(
            [*before, sys.executable, "-m", "bot", *words],
            cwd=PROJECT,
            env=self.environment,
            input=_bytes(typed),
            capture_output=True,
            timeout=120,
            check=False,
        )
        return _decoded(done)


def _bytes(typed: str | bytes) -> bytes:
    return typed.encode() if isinstance(typed, str) else typed


def _decoded(done: subprocess.CompletedProcess[bytes]) -> subprocess.CompletedProcess[str]:
    return subprocess.CompletedProcess(
        done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
    )


@pytest.fixture
def shell(tmp_path: Path, built: Path) -> Shell:
    """With the index built, and the keys made, already."""
    shutil.copytree(built, tmp_path / "var")
    Vault.open(tmp_path / "var").close()
    return Shell(tmp_path)


def fails(done: subprocess.CompletedProcess[str], *lines: str) -> None:
    """It failed with these lines and nothing else, no traceback."""
    assert done.returncode == 1, done.stderr
    assert done.stdout == ""
    told = done.stderr.splitlines()
    assert len(told) == len(lines), done.stderr
    for line, pattern in zip(sorted(told), sorted(lines), strict=True):
        assert re.search(pattern, line), line


# ask


def test_a_question_on_the_command_line_gets_what_a_resident_reads(shell: Shell) -> None:
    done = shell.run("ask", "how", "many", "kindergartens", "are", "being", "added?")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == "The report says:"
    assert lines[1].startswith("Add 3 ")
    assert lines[2] == "新增普惠幼儿园3所、学位500个"


def test_each_line_of_json_is_answered_in_order_and_nothing_of_it_is_kept(shell: Shell) -> None:
    asked = [
        "新增几所幼儿园？",
        '{"session": "s1", "text": "how many kindergartens are being added?"}',
        "",
        "粮道街胭脂路口的路灯坏了三个月，没人修",
        "{broken",
        '{"session": "s2", "text": "\\ud800 <b>&amp;"}',
        "x" * 10_000,
        "楼道里煤气味好大，快来人",
    ]
    done = shell.executes("ask", "--json", typed="\n".join(asked))
    assert (done.returncode, done.stderr) == (0, "")
    outcomes = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(outcomes) == len(asked)
    assert [outcome["kind"] for outcome in outcomes[:4]] == [
        "answer",
        "answer",
        "smalltalk",
        "matter",
    ]
    assert outcomes[7]["kind"] == "danger"
    assert outcomes[0]["commitment"] == outcomes[1]["commitment"] == "wuchang-2020/kindergartens"
    assert outcomes[3]["draft"]["place"] == "粮道街胭脂路口"
    assert "新增" in done.stdout
    left = sorted(path.name for path in shell.var.iterdir())
    assert left == ["index", "keys.db", "learnt", "vault.key"]


def test_bytes_that_are_no_text_are_answered_too(shell: Shell) -> None:
    done = shell.executes("ask", "--json", typed=b"\xff\xfe\x00\n\xe6\x96\xb0\xe5\xa2\r\n")
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 2


def test_json_of_a_question_on_the_command_line_is_one_line(shell: Shell) -> None:
    done = shell.run("ask", "--json", "新增几所幼儿园？", typed="not read")
    assert json.loads(done.stdout)["quantities"] == ["3所", "500个"]


def test_ask_without_a_question_says_what_to_give() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot", "ask"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "give a question" in done.stderr


def test_the_first_index_is_built_if_there_is_none(tmp_path: Path) -> None:
    write_small_content(tmp_path)
    for name in ("service.toml", "wording", "examples"):
        (tmp_path / "content" / name).symlink_to(CONTENT / name)
    shell = Shell(tmp_path, content=tmp_path / "content")
    (shell.var / "index").mkdir(parents=True)
    (shell.var / "index" / "lock").touch()
    done = shell.run("ask", "新增几所幼儿园？")
    assert done.returncode == 0, done.stderr
    assert "新增普惠幼儿园3所" in done.stdout
    assert (shell.var / "index" / "current").exists()


# What cannot work


@pytest.mark.parametrize("words", [("ask", "几所？"), ("chat",), ("run",), ("export",)])
def test_a_damaged_index_is_one_clear_line(shell: Shell, words: tuple[str, ...]) -> None:
    (file,) = (shell.var / "index").glob("*/vectors.faiss")
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    shell.configure("[web]\nport = 0")
    fails(shell.run(*words), r"vectors\.faiss is damaged.*python -m index build")


def test_an_index_that_is_gone_is_one_clear_line(shell: Shell) -> None:
    for manifest in (shell.var / "index").glob("*/manifest.json"):
        shutil.rmtree(manifest.parent)
    fails(shell.run("ask", "几所？"), r"is missing.*python -m index build")


@pytest.mark.parametrize("words", [("ask", "几所？"), ("chat",), ("run",), ("export",)])
def test_every_mistake_of_the_configuration_is_told(shell: Shell, words: tuple[str, ...]) -> None:
    shell.configure('[web]\nport = "x"\nhots = "y"\n[limits]\nmax_text_chars = 1')
    fails(
        shell.run(*words),
        r"config\.toml: web\.port: ",
        r"config\.toml: web\.hots: unknown key",
        r"config\.toml: limits\.max_text_chars: ",
    )


def test_content_with_mistakes_is_told_and_nothing_is_started(
    tmp_path: Path, shell: Shell
) -> None:
    content = tmp_path / "content"
    shutil.copytree(CONTENT, content)
    service = content / "service.toml"
    text = service.read_text(encoding="utf-8").replace("[meta]", "[meta]\ncolour = 1", 1)
    service.write_text(text, encoding="utf-8")
    (content / "wording" / "en.toml").write_text("[a]\n", encoding="utf-8")
    shell.config.write_text(
        f'[paths]\ncontent = "{content}"\nvar = "{shell.var}"\n[web]\nport = 0\n', encoding="utf-8"
    )
    fails(shell.run("run"), r"service\.toml: meta\.colour: ")


@pytest.mark.parametrize("words", [("chat",), ("run",), ("export",)])
def test_a_file_that_is_no_database_is_one_clear_line(
    shell: Shell, words: tuple[str, ...]
) -> None:
    (shell.var / "bot.db").write_bytes(b"something else " * 100)
    shell.configure("[web]\nport = 0")
    fails(shell.run(*words), r"bot\.db: the database cannot be opened")
    assert (shell.var / "bot.db").read_bytes() == b"something else " * 100


def test_a_var_folder_that_cannot_be_made_is_one_clear_line(shell: Shell) -> None:
    shell.var = Path("/proc/nowhere")
    shell.configure()
    fails(shell.run("chat"), r"bot\.db: the database cannot be opened")
    fails(shell.run("ask", "几所？"), r"/proc/nowhere.*: ")


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="needs setpriv (util-linux)")
@pytest.mark.parametrize(
    ("command", "line"),
    [
        ("chat", r"bot\.db: the database cannot be opened"),
        ("run", r"bot\.lock: Permission denied"),
    ],
)
def test_a_var_folder_without_write_permission_is_one_clear_line(
    shell: Shell, command: str, line: str
) -> None:
    shell.configure("[web]\nport = 0")
    filed = shell.run("chat", typed="投诉：路灯坏了没人管\n#1\n")
    assert "WC20" in filed.stdout
    for path in (shell.var / "bot.db", shell.var):
        path.chmod(0o555)
    fails(shell.executes(command, before=AS_ONE_WITHOUT_PRIVILEGES), line)
    shell.var.chmod(0o755)
    (shell.var / "bot.db").chmod(0o644)
    assert "路灯坏了" in shell.run("export").stdout


def test_an_occupied_port_is_one_clear_line(shell: Shell) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        shell.configure(f"[web]\nport = {port}")
        fails(shell.run("run"), rf"127\.0\.0\.1:{port} .*another \[web\] port")


def test_a_host_that_is_not_this_machines_is_one_clear_line(shell: Shell) -> None:
    shell.configure('[web]\nhost = "192.0.2.1"\nport = 0')
    fails(shell.run("run"), r"192\.0\.2\.1")


@pytest.mark.parametrize("telegram", ["true", "false"])
def test_no_channel_at_all_is_one_clear_line(shell: Shell, telegram: str) -> None:
    shell.configure(f"[web]\nenabled = false\n[telegram]\nenabled = {telegram}")
    fails(shell.run("run"), r"no channel is enabled.*TELEGRAM_BOT_TOKEN")


def test_an_unknown_command_and_option_say_so(shell: Shell) -> None:
    for words in (("fly",), ("ask", "--jsn", "x"), ("export", "--out", str(shell.var))):
        done = shell.run(*words)
        assert done.returncode == 2
        assert "Error: " in done.stderr


# run


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_run_says_where_to_open_it_how_to_add_telegram_and_stops_when_told(
    shell: Shell, stop: signal.Signals
) -> None:
    shell.configure("[web]\nport = 0")
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "run"],
        cwd=PROJECT,
        env=shell.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    first, second = process.stdout.readline(), process.stdout.readline()
    address = re.fullmatch(r"Open (http://127\.0\.0\.1:\d+/) in a browser.*\n", first)
    assert address, first
    assert "@BotFather" in second
    assert "TELEGRAM_BOT_TOKEN" in second
    with urllib.request.urlopen(f"{address[1]}healthz") as response:  # noqa: S310 (our own)
        assert json.load(response)["status"] == "ok"
    process.send_signal(stop)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert out == "Stopped.\n"
    assert "Traceback" not in err


async def test_with_telegram_alone_it_answers_and_stops_when_told(shell: Shell) -> None:
    async with FakeTelegram() as server:
        shell.configure(
            f'[web]\nenabled = false\n[telegram]\napi_base_url = "{server.url}"'
            "\npoll_timeout_seconds = 1"
        )
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "run"),
            cwd=PROJECT,
            env={**shell.environment, "TELEGRAM_BOT_TOKEN": server.token},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        assert await process.stdout.readline() == b"Telegram: on\n"
        resident = TelegramResident(server)
        await resident.says("新增几所幼儿园？")
        assert "新增普惠幼儿园3所、学位500个" in resident.heard[-1]
        process.send_signal(signal.SIGTERM)
        out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    assert out == b"Stopped.\n"
    assert b"Traceback" not in err
    assert server.token.encode() not in err


def test_run_stops_although_somebody_never_ends_a_request(shell: Shell) -> None:
    """One open upload once kept the bot from stopping for ever."""
    shell.configure("[web]\nport = 0")
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "run"],
        cwd=PROJECT,
        env=shell.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            port = re.findall(r":(\d+)/", process.stdout.readline())[0]
            with socket.create_connection(("127.0.0.1", int(port))) as slow:
                slow.sendall(
                    b"POST /say HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n"
                    b"Content-Type: multipart/form-data; boundary=b\r\n\r\n"
                )
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz"):
                    process.send_signal(signal.SIGTERM)
                assert process.wait(timeout=30) == 0
        finally:
            process.kill()


# chat and export


def test_a_piped_chat_files_a_matter_that_the_export_holds(shell: Shell, tmp_path: Path) -> None:
    words = "=1+1 投诉：粮道街的路灯坏了没人管"
    done = shell.executes("chat", typed=f"{words}\n#1\n/mine")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("您好！")
    number = re.findall(r"WC\d{8}-0001", done.stdout)[0]

    to_file = shell.run("export", "--out", str(tmp_path / "cases.csv"))
    assert (to_file.stdout, to_file.stderr) == ("", "1 cases written\n")
    content = (tmp_path / "cases.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    to_screen = shell.run("export")
    assert to_screen.stdout.encode() == content
    (row,) = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    assert (row["工单编号"], row["诉求内容"]) == (number, f"'{words}")


def test_a_chat_goes_on_where_it_was_left(shell: Shell) -> None:
    shell.run("chat", typed="投诉：粮道街的路灯坏了没人管\n")
    done = shell.run("chat", typed="/cancel\n/cancel\n")
    assert "好的，没有提交" in done.stdout
    assert "现在没有未提交的诉求" in done.stdout


def test_a_chat_takes_any_bytes(shell: Shell) -> None:
    done = shell.executes("chat", typed=b"\xff\xfe\n\x00\x1b[31m\n\n#99\n")
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr


CHAT_AT_A_PROMPT = """
import runpy, signal, sys
# A shell that runs the tests in the background (`make test &`) has all below it ignore Ctrl+C.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
sys.argv = ["bot", "chat"]
runpy.run_module("bot", run_name="__main__")
"""


def test_a_chat_ends_at_once_on_ctrl_c(shell: Shell) -> None:
    """It once waited for one more line, which a thread was reading."""
    with subprocess.Popen(
        [sys.executable, "-c", CHAT_AT_A_PROMPT],
        cwd=PROJECT,
        env=shell.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            out = process.stdout
            assert out is not None
            assert any(out.read(1) == b">" for _ in range(10_000))
            wait_until_asleep(process)
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=60) == 0
        finally:
            process.kill()
        assert process.stderr is not None
        assert process.stderr.read() == b""


def wait_until_asleep(process: subprocess.Popen[bytes]) -> None:
    """Wait until a process whose prompt is written sleeps in reading the line.

    CPython loses a Ctrl+C that comes between the two.
    """
    stat = Path(f"/proc/{process.pid}/stat")
    deadline = time.monotonic() + 60
    while stat.read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "S":
        assert time.monotonic() < deadline, "it never waits for a line"
        time.sleep(0.005)


def test_an_export_that_cannot_be_written_is_one_clear_line(shell: Shell) -> None:
    fails(shell.run("export", "--out", "/proc/nowhere.csv"), r"/proc/nowhere\.csv: ")


def test_help_lists_the_commands_and_gives_an_example(shell: Shell) -> None:
    listed = shell.executes("--help").stdout
    for command in ("run", "ask", "chat", "export"):
        assert command in listed
    assert 'Example: python -m bot ask "how many' in shell.run("ask", "-h").stdout
