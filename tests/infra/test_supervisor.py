"""What ./run promises about its processes: one sentence for each trouble, no orphans, the dead are raised."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from servicedesk.embedded import supervisor
from servicedesk.embedded.postgres import open_to_all
from servicedesk.embedded.processes import CHECKOUT, Child, Trouble, wait_until
from servicedesk.embedded.stack import Stack

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]


def alive(pid: int) -> bool:
    """Say whether a process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("wish", ["abc", "0", "65536", "-1", "８０００", ""])
def test_a_port_that_is_none_is_one_sentence(monkeypatch, wish):
    monkeypatch.setenv("PORT", wish)
    with pytest.raises(Trouble, match=r"^PORT=.* is no port: use a number such as PORT=8000\.$"):
        supervisor.wanted_port()


def test_a_taken_port_is_one_sentence_with_another(monkeypatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setenv("PORT", str(port))
        with pytest.raises(
            Trouble, match=rf"^Port {port} is taken: use another one, such as PORT={port + 1} \./run\.$"
        ):
            supervisor.wanted_port()


def test_a_full_disk_is_one_sentence(monkeypatch, tmp_path):
    monkeypatch.setattr(supervisor, "SPACE_NEEDED", 10**12)
    with pytest.raises(Trouble, match=r"^Only \d+ MB are free on the disk of .*, then run again\.$"):
        supervisor.check_space(tmp_path / "not" / "there" / "yet")


def test_two_starts_on_one_state_are_refused(tmp_path):
    with supervisor.only_one(tmp_path), pytest.raises(Trouble, match="already running"), supervisor.only_one(tmp_path):
        pass


def test_a_state_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Trouble, match=r"cannot be written .*SERVICEDESK_STATE"):
        Stack(tmp_path / "file" / "state", port=1)


def test_given_servers_replace_our_own(tmp_path):
    tmp_path.chmod(0o755)
    servers = {
        "DATABASE_URL": "postgres://app@db/x",
        "REDIS_URL": "redis://r",
        "MIGRATION_DATABASE_URL": "postgres://o@db/x",
    }
    stack = Stack(tmp_path / "state", port=1, servers=servers)
    assert (stack.postgres, stack.valkey) == (None, None)
    assert stack.environment()["DATABASE_URL"] == "postgres://app@db/x"
    assert stack.environment(role="servicedesk_owner")["DATABASE_URL"] == "postgres://o@db/x"
    assert stack.environment()["REDIS_URL"] == "redis://r"


def test_the_secret_key_is_made_once_and_kept_private(tmp_path):
    servers = {"DATABASE_URL": "x", "REDIS_URL": "x"}
    keys = {Stack(tmp_path / "state", port=1, servers=servers).environment()["SECRET_KEY"] for _ in range(2)}
    assert len(keys) == 1
    assert (tmp_path / "state" / "secret_key").stat().st_mode & 0o777 == 0o600


def test_a_child_is_ended_by_force_when_it_does_not_listen(tmp_path):
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    )
    child = Child("deaf", [sys.executable, "-c", deaf], env={}, log=tmp_path / "log", patience=0.2)
    child.start()
    assert wait_until(lambda: child.last_words() == "deaf", seconds=10)
    pid = child.process.pid
    child.stop()
    assert not alive(pid)
    child.stop()  # twice is harmless


@pytest.mark.skipif(sys.platform != "linux", reason="the parent-death signal is Linux's")
def test_kill_9_of_the_launcher_leaves_no_orphan():
    launcher = f"""
import sys, time
sys.path.insert(0, {str(CHECKOUT)!r})
from servicedesk.embedded.processes import Child
child = Child("sleeper", {SLEEPER!r}, env={{}})
child.start()
print(child.process.pid, flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", launcher], stdout=subprocess.PIPE, text=True) as process:
        orphan = int(process.stdout.readline())
        assert alive(orphan)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert wait_until(lambda: not alive(orphan), seconds=5)


def test_a_part_that_dies_is_started_again_with_growing_pauses(capsys):
    child = Child("sleeper", SLEEPER, env=dict(os.environ))
    part = supervisor.Guarded("The sleeper", lambda: child, child.start, pause=0.05)
    child.start()
    part.look_after()
    pauses = []
    for _ in range(3):
        child.process.kill()
        child.process.wait()
        part.look_after()
        assert not child.running()
        pauses.append(part.pause)
        time.sleep(part.pause)
        part.look_after()
        assert child.running()
    child.stop()
    assert pauses == [0.05, 0.1, 0.2]
    assert capsys.readouterr().out.count("The sleeper is running again.") == 3


def test_nobody_may_not_pass_through_a_private_folder(tmp_path):
    program = tmp_path / "program"
    program.write_text("")
    program.chmod(0o755)
    tmp_path.chmod(0o700)
    assert not open_to_all(program)


@pytest.mark.parametrize("words", [["bogus"], ["run", "more"]])
def test_an_unknown_word_prints_the_usage(words):
    done = subprocess.run(
        [sys.executable, "-m", "servicedesk.embedded", *words], cwd=CHECKOUT, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert done.stderr.startswith("usage: ./run")
