"""Starting, stopping with Ctrl-C, and starting again, with a folder for the data."""

import json
import os
import re
import signal
import socket
import subprocess
import time
import urllib.request

import pytest

from conftest import REPOSITORY

TARGET = REPOSITORY / os.environ.get("CARGO_TARGET_DIR", "target") / "debug"
# The first start may have to build the functions.
START = 300
STOP = 30


def until(seconds, happened):
    """Waits, and gives back the first true value."""
    deadline = time.monotonic() + seconds
    while not (value := happened()):
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.05)
    return value


def processes():
    """Every process but those that have ended: its parent, its group."""
    listed = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,pgid=,stat="], capture_output=True, check=True, text=True
    )
    rows = (line.split() for line in listed.stdout.splitlines())
    return {int(pid): (int(parent), int(group)) for pid, parent, group, stat in rows if stat[0] != "Z"}


def family(process):
    """A process and all that it started, with their groups."""
    alive = processes()
    members = {process}
    while more := {pid for pid, (parent, _) in alive.items() if parent in members} - members:
        members |= more
    return members, {alive[pid][1] for pid in members if pid in alive}


class Run:
    """`make run`'s stack in a process group of its own, as a terminal starts it."""

    def __init__(self, data, output, port=0, token=None):
        environment = {**os.environ, "DATA": str(data), "PORT": str(port)}
        environment.pop("SWITCHYARD_ROOT_TOKEN", None)
        if token is not None:
            environment["SWITCHYARD_ROOT_TOKEN"] = token
        self.output = output
        with output.open("wb") as written:
            self.process = subprocess.Popen(
                [TARGET / "switchyard-local"],
                cwd=REPOSITORY,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=subprocess.STDOUT,
                process_group=0,
            )

    def said(self):
        return self.output.read_text(errors="replace")

    def ready(self):
        def look():
            assert self.process.poll() is None, self.said()
            return "Ctrl-C ends it." in self.said()

        until(START, look)
        [self.url] = re.findall(r"runs at (http://\S+)", self.said())
        [self.token] = re.findall(r"^  token +(\S+)$", self.said(), re.M)
        self.members, self.groups = family(self.process.pid)
        # The stack, cargo-lambda and its five functions, the guard.
        assert len(self.members) >= 8
        return self

    def get(self, path, token=None):
        request = urllib.request.Request(
            f"{self.url}/api/v4{path}", headers={"PRIVATE-TOKEN": token or self.token}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer), answer.headers

    def interrupt(self):
        """Ctrl-C, and nothing is left."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.ended()

    def ended(self):
        code = self.process.wait(STOP)
        until(STOP, self.is_gone)
        return code

    def is_gone(self):
        alive = processes()
        groups = {group for _, group in alive.values()}
        return not (self.members & alive.keys()) and not (self.groups & groups)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(STOP)


def demo(run):
    """What is there in the demo world, without what depends on the time."""
    seen = {}
    for path in [
        "/projects/foo%2Fbar/jobs",
        "/projects/1/pipelines",
        "/projects/1/pipelines/6/jobs?include_retried=true",
        "/projects/1/pipelines/6/bridges",
        "/projects/2/jobs",
        "/projects/2/pipelines",
    ]:
        rows, headers = run.get(path)
        seen[path] = (headers["X-Total"], [(row["id"], row.get("started_at")) for row in rows])
    return seen


def trace(run, job):
    request = urllib.request.Request(
        f"{run.url}/api/v4/projects/1/jobs/{job}/trace", headers={"PRIVATE-TOKEN": run.token}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.read()


def another_token(data):
    """A token that no start makes, to be found again after the next one."""
    lines = re.findall(r'^(\w+)="(.*)"$', (data / "env").read_text(), re.M)
    done = subprocess.run(
        [TARGET / "switchyard-admin", "create-root"],
        env={**os.environ, **dict(lines)},
        capture_output=True,
        check=True,
        text=True,
        timeout=60,
    )
    return done.stdout.strip()


def test_data_outlive_the_process(tmp_path):
    data = tmp_path / "data"
    with Run(data, tmp_path / "first") as first:
        first.ready()
        assert first.token.startswith("glpat-")
        before, logs = demo(first), [trace(first, 7), trace(first, 10)]
        assert before["/projects/foo%2Fbar/jobs"][0] == "5"
        made = another_token(data)
        assert first.get("/personal_access_tokens/self", made)[0]["id"] == 2
        assert first.interrupt() == 0

    with Run(data, tmp_path / "second") as second:
        second.ready()
        assert second.token == first.token
        assert demo(second) == before
        assert [trace(second, 7), trace(second, 10)] == logs
        assert second.get("/personal_access_tokens/self", made)[0]["id"] == 2
        # The demo world's ids are not given out again.
        assert second.get("/personal_access_tokens/self", another_token(data))[0]["id"] == 3
        assert second.interrupt() == 0


def test_nothing_is_left_of_a_stack_that_was_killed(tmp_path):
    with Run("memory", tmp_path / "output") as run:
        run.ready()
        run.process.kill()
        assert run.ended() == -signal.SIGKILL


def test_a_port_in_use(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        data = tmp_path / "data"
        with Run(data, tmp_path / "output", port=port) as run:
            assert run.process.wait(STOP) == 1
            assert f"cannot listen on port {port}: " in run.said()
            assert "in use" in run.said()
            # It failed before it touched anything.
            assert not data.exists()


@pytest.mark.parametrize("port", ["x", "65536", "-1"])
def test_a_port_that_is_none(tmp_path, port):
    with Run("memory", tmp_path / "output", port=port) as run:
        assert run.process.wait(STOP) == 1
        assert f"PORT is not a port: {port}" in run.said()
