"""python-gitlab's command line, `gitlab`."""

import pytest

from conftest import SHA, TEASPOON_LOG

def ids(things):
    return [thing["id"] for thing in things]


def test_version(run):
    assert run("--version").startswith(b"8.6.0")


def test_current_user_get(read):
    assert read("current-user", "get")["username"] == "root"


def test_personal_access_token_get(read):
    assert read("personal-access-token", "get", "--id", "self")["user_id"] == 1


@pytest.mark.parametrize("project", ["1", "foo/bar"])
def test_project_get(read, project):
    assert read("project", "get", "--id", project)["path_with_namespace"] == "foo/bar"


def test_plain_output(run):
    assert run("project", "get", "--id", "1") == b"id: 1\npath_with_namespace: foo/bar\n"


@pytest.mark.parametrize("project", ["1", "foo/bar"])
def test_project_job_list(read, project):
    jobs = read("project-job", "list", "--project-id", project, "--get-all")
    assert ids(jobs) == [10, 9, 8, 7, 6]


def test_project_job_list_in_pages(read):
    command = ["project-job", "list", "--project-id", "1", "--per-page", "2"]
    assert ids(read(*command, "--page", "2")) == [8, 7]
    assert ids(read(*command, "--get-all")) == [10, 9, 8, 7, 6]


@pytest.mark.parametrize("scope, expected", [("failed", [8, 7, 6]), ("manual,running", [10, 9])])
def test_project_job_list_of_statuses(read, scope, expected):
    jobs = read("project-job", "list", "--project-id", "1", "--scope", scope, "--get-all")
    assert ids(jobs) == expected


def test_project_job_get(read):
    job = read("project-job", "get", "--project-id", "1", "--id", "7")
    assert (job["name"], job["status"], job["pipeline"]["id"]) == ("teaspoon", "failed", 6)


def test_project_job_trace(run):
    # The command prints the bytes with a line end of its own.
    trace = run("project-job", "trace", "--project-id", "1", "--id", "7")
    assert trace.removesuffix(b"\n") + b"\n" in (TEASPOON_LOG, TEASPOON_LOG + b"\n")


def test_project_pipeline_list(read):
    pipelines = read("project-pipeline", "list", "--project-id", "1", "--get-all")
    assert ids(pipelines) == [6]
    of_ref = ["project-pipeline", "list", "--project-id", "foo/bar", "--get-all", "--ref"]
    assert ids(read(*of_ref, "main")) == [6]
    assert read(*of_ref, "other") == []


def test_project_pipeline_get(read):
    pipeline = read("project-pipeline", "get", "--project-id", "1", "--id", "6")
    assert pipeline["sha"] == SHA


def test_project_pipeline_job_list(read):
    command = ["project-pipeline-job", "list", "--project-id", "1", "--pipeline-id", "6"]
    assert ids(read(*command, "--get-all")) == [10, 9, 8, 7, 6]
    assert ids(read(*command, "--include-retried", "true", "--get-all")) == [10, 9, 8, 7, 6]
    assert ids(read(*command, "--scope", "manual", "--get-all")) == [9]


def test_project_pipeline_bridge_list(read):
    command = ["project-pipeline-bridge", "list", "--project-id", "1", "--pipeline-id", "6"]
    [bridge] = read(*command, "--get-all")
    assert bridge["downstream_pipeline"]["id"] == 5


def test_a_missing_job(run):
    said = run("project-job", "get", "--project-id", "1", "--id", "999", fails=True)
    assert "404" in said


def test_a_wrong_token(run):
    said = run("project", "get", "--id", "1", token="glpat-no-such-token", fails=True)
    assert "401" in said
