"""What all suites know: where the stack is, and what its demo world holds.

`run.sh` starts the stack and says where it is. No client may warn: warnings are errors.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]

# infra/local/src/demo.rs loads these.
TEASPOON_LOG = (
    b"\x1b[0KRunning with gitlab-runner 17.9.0\x1b[0;m\n$ ./teaspoon\n"
    b"spoon too small\nERROR: Job failed: exit code 1\n"
)
WATCH_LOG = b"$ make watch\nwaiting for a change\n"
SHA = "0ff3ae198f8601a285adcf5c0fff204ee6fba5fd"


@dataclass(frozen=True)
class Stack:
    url: str
    token: str
    job_token: str

    @property
    def api(self) -> str:
        return f"{self.url}/api/v4"


@pytest.fixture(scope="session")
def stack() -> Stack:
    return Stack(
        url=os.environ["SWITCHYARD_URL"],
        token=os.environ["SWITCHYARD_ROOT_TOKEN"],
        job_token=os.environ["SWITCHYARD_JOB_TOKEN"],
    )


GITLAB = Path(sys.executable).with_name("gitlab")


@pytest.fixture
def run(stack, tmp_path):
    """Runs `gitlab`, which may say nothing on standard error: that is where it warns."""

    def run(*arguments, token=stack.token, fails=False):
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PYTHON_GITLAB", "GITLAB", "CI_", "XDG_"))
        }
        environment["HOME"] = str(tmp_path)
        command = [GITLAB, "--server-url", stack.url, "--private-token", token, *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, timeout=60)
        assert (done.returncode != 0) == fails, done
        if fails:
            return done.stderr.decode()
        assert done.stderr == b"", done
        return done.stdout

    return run


@pytest.fixture
def read(run):
    """Runs `gitlab -o json` and reads what it prints."""
    return lambda *arguments: json.loads(run("--output", "json", *arguments))
