"""What people type: `curl`, first of all the session of the README."""

import json
import os
import re
import subprocess
from dataclasses import dataclass

import pytest

from conftest import REPOSITORY, TEASPOON_LOG, WATCH_LOG


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self):
        assert self.headers["content-type"] == "application/json"
        return json.loads(self.body)


@pytest.fixture
def curl(stack):
    def curl(path, *options, token=None):
        command = ["curl", "--silent", "--show-error", "--globoff", "--include", "--max-time", "30"]
        if token is not None:
            command += ["--header", f"PRIVATE-TOKEN: {token}"]
        done = subprocess.run(
            [*command, *options, f"{stack.api}{path}"], capture_output=True, timeout=60, check=True
        )
        head, _, body = done.stdout.partition(b"\r\n\r\n")
        status, *lines = head.decode().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines)
        headers = {name.lower(): value for name, value in headers.items()}
        assert "x-request-id" in headers
        return Answer(int(status.split()[1]), headers, body)

    return curl


@pytest.fixture
def get(curl, stack):
    return lambda path, *options: curl(path, *options, token=stack.token)


def header(text):
    return ["--header", text]


def session():
    """The commands of the README's session, each with what it is said to print."""
    readme = (REPOSITORY / "README.md").read_text()
    [block] = re.findall(r"^```\w*\n((?:(?!```).*\n)*\$ curl (?:(?!```).*\n)*)```$", readme, re.M)
    entries = re.split(r"^\$ (?=curl |export )", block, flags=re.M)[1:]
    # What prints nothing sets variables, which the test does too.
    commands = [entry.rstrip().split("\n", 1) for entry in entries]
    return [pytest.param(*entry, id=entry[0]) for entry in commands if len(entry) == 2]


@pytest.mark.parametrize("command, said", session())
def test_the_readme(stack, command, said):
    environment = {**os.environ, "TOKEN": stack.token, "API": stack.api}
    done = subprocess.run(
        ["sh", "-c", command], env=environment, capture_output=True, timeout=60, check=True
    )
    # Line ends are there for the reader, control sequences are not; `…` leaves something out.
    printed = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", done.stdout.decode()).replace("\r", "")
    if not printed.startswith("HTTP/"):
        printed, said = printed.replace("\n", ""), said.replace("\n", "")
    position = 0
    for part in said.split("…"):
        # Of headers only some are shown.
        for piece in filter(None, part.split("\n")):
            found = printed.find(piece, position)
            assert found >= 0, f"{piece!r} is not in {printed[position:]!r}"
            position = found + len(piece)


class TestLists:
    def test_by_encoded_path(self, get):
        answer = get("/projects/foo%2Fbar/jobs")
        assert answer.status == 200
        assert [job["id"] for job in answer.json] == [10, 9, 8, 7, 6]
        assert answer.headers["x-total"] == "5"

    @pytest.mark.parametrize(
        "query",
        [
            "scope[]=failed&scope[]=manual",
            "scope%5B%5D=failed&scope%5B%5D=manual",
            "scope[]=failed&scope[]=manual&",
        ],
    )
    def test_of_statuses(self, get, query):
        answer = get(f"/projects/1/jobs?{query}")
        assert [job["id"] for job in answer.json] == [9, 8, 7, 6]

    def test_of_the_last_of_plain_scopes(self, get):
        answer = get("/projects/1/jobs?scope=failed&scope=manual")
        assert [job["id"] for job in answer.json] == [9]

    def test_the_links_lead_on(self, get, stack):
        answer = get("/projects/foo%2Fbar/jobs?scope[]=failed&per_page=2")
        [following] = re.findall(r'<([^>]+)>; rel="next"', answer.headers["link"])
        assert following.startswith(f"{stack.api}/projects/foo%2Fbar/jobs?")
        answer = get(following.removeprefix(stack.api))
        assert [job["id"] for job in answer.json] == [6]

    def test_a_token_in_the_query_stays_out_of_the_links(self, curl, stack):
        answer = curl(f"/projects/1/jobs?per_page=2&private_token={stack.token}")
        assert answer.status == 200
        assert stack.token not in answer.headers["link"]

    def test_an_empty_query_and_a_slash_at_the_end(self, get):
        assert get("/projects/1/jobs?").status == 200
        answer = get("/projects/foo%2Fbar/jobs/?per_page=2")
        assert [job["id"] for job in answer.json] == [10, 9]
        assert "/projects/foo%2Fbar/jobs" in answer.headers["link"]


class TestTraces:
    def test_whole(self, get):
        answer = get("/projects/1/jobs/7/trace")
        assert (answer.status, answer.body) == (200, TEASPOON_LOG)
        assert answer.headers["content-type"] == "text/plain"
        assert answer.headers["accept-ranges"] == "bytes"

    @pytest.mark.parametrize(
        "asked, given, body",
        [
            ("0-3", "0-3", WATCH_LOG[:4]),
            ("13-", "13-33", WATCH_LOG[13:]),
            ("-7", "27-33", WATCH_LOG[-7:]),
            ("30-99", "30-33", WATCH_LOG[30:]),
        ],
    )
    def test_a_range(self, get, asked, given, body):
        answer = get("/projects/1/jobs/10/trace", "--range", asked)
        assert (answer.status, answer.body) == (206, body)
        assert answer.headers["content-range"] == f"bytes {given}/{len(WATCH_LOG)}"

    def test_a_range_behind_the_end(self, get):
        answer = get("/projects/1/jobs/10/trace", "--range", f"{len(WATCH_LOG)}-")
        assert answer.status == 416
        assert answer.headers["content-range"] == f"bytes */{len(WATCH_LOG)}"

    def test_known_already(self, get):
        etag = get("/projects/1/jobs/7/trace").headers["etag"]
        answer = get("/projects/1/jobs/7/trace", *header(f"If-None-Match: {etag}"))
        assert (answer.status, answer.body) == (304, b"")
        assert answer.headers["etag"] == etag

    def test_known_no_more(self, get):
        answer = get("/projects/1/jobs/7/trace", *header('If-None-Match: "0-00000000"'))
        assert (answer.status, answer.body) == (200, TEASPOON_LOG)

    def test_head(self, get):
        answer = get("/projects/1/jobs/7/trace", "--head")
        assert (answer.status, answer.body) == (200, b"")
        assert answer.headers["etag"] == get("/projects/1/jobs/7/trace").headers["etag"]


class TestWhoAsks:
    @pytest.mark.parametrize("way", ["JOB-TOKEN: {}", "Authorization: Bearer {}"])
    def test_a_job_in_a_header(self, curl, stack, way):
        answer = curl("/job", *header(way.format(stack.job_token)))
        assert (answer.status, answer.json["id"]) == (200, 10)

    def test_a_job_in_the_query(self, curl, stack):
        answer = curl(f"/job?job_token={stack.job_token}")
        assert (answer.status, answer.json["id"]) == (200, 10)

    def test_a_user_as_bearer(self, curl, stack):
        answer = curl("/user", *header(f"Authorization: Bearer {stack.token}"))
        assert (answer.status, answer.json["username"]) == (200, "root")

    @pytest.mark.parametrize("token", [None, "glpat-no-such-token"])
    @pytest.mark.parametrize("path", ["/projects/1/jobs", "/job", "/version", "/user"])
    def test_nobody(self, curl, path, token):
        answer = curl(path, token=token)
        assert (answer.status, answer.json) == (401, {"message": "401 Unauthorized"})


class TestErrors:
    @pytest.mark.parametrize(
        "path, body",
        [
            ("/projects/999", {"message": "404 Project Not Found"}),
            ("/projects/foo%2Fnothing/jobs", {"message": "404 Project Not Found"}),
            ("/projects/1/jobs/999", {"message": "404 Not found"}),
            # The job is there, its log is not.
            ("/projects/1/jobs/6/trace", {"message": "404 Not Found"}),
            ("/nothing", {"error": "404 Not Found"}),
        ],
    )
    def test_what_is_not_there(self, get, path, body):
        answer = get(path)
        assert (answer.status, answer.json) == (404, body)

    def test_outside_of_the_api(self, get):
        assert get("/../nothing", "--path-as-is").status == 404
        assert get("/../../", "--path-as-is").status == 404

    def test_a_method_that_is_not_there(self, get):
        answer = get("/projects/1/jobs", "--request", "DELETE")
        assert (answer.status, answer.json) == (405, {"error": "405 Not Allowed"})

    def test_an_unknown_scope(self, get):
        answer = get("/projects/1/jobs?scope=nonsense")
        assert (answer.status, answer.json) == (400, {"error": "scope does not have a valid value"})
