"""Pipelines from a committed configuration, with python-gitlab."""

import gitlab
import pytest
from gitlab.exceptions import GitlabCreateError

CONFIGURATION = """
stages: [build, test, deploy]

default:
  image: alpine

compile:
  stage: build
  script: make

unit:
  stage: test
  parallel:
    matrix:
      - SYSTEM: [linux, windows]
        VERSION: ["1", "2"]
  needs: [compile]
  script: make test

lint:
  stage: test
  needs: []
  script: make lint
  rules:
    - if: $LINT == "yes"
      allow_failure: true

ship:
  stage: deploy
  script: make ship
  when: manual
  environment: production

below:
  stage: build
  variables:
    FROM: above
  trigger:
    include: below.yml
    strategy: depend
"""

BELOW = """
inner:
  script: echo $FROM
  rules:
    - if: $CI_PIPELINE_SOURCE == "parent_pipeline" && $FROM == "above"
"""


@pytest.fixture
def gl(stack):
    with gitlab.Gitlab(stack.url, private_token=stack.token) as client:
        yield client


@pytest.fixture
def project(gl):
    project = gl.projects.create({"name": "pipelines"})
    yield project
    project.delete()


def commit(project, message, **files):
    actions = [
        {"action": "create", "file_path": path, "content": content}
        for path, content in files.items()
    ]
    return project.commits.create(
        {"branch": "main", "commit_message": message, "actions": actions}
    )


@pytest.fixture
def configured(project):
    files = {".gitlab-ci.yml": CONFIGURATION, "below.yml": BELOW}
    commit(project, "Begin [skip ci]", **files)
    return project


def test_every_job_and_bridge_is_read_back(configured):
    pipeline = configured.pipelines.create(
        {"ref": "main", "variables": [{"key": "LINT", "value": "yes"}]}
    )
    assert (pipeline.source, pipeline.status, pipeline.ref) == ("api", "running", "main")
    jobs = {job.name: job for job in pipeline.jobs.list(get_all=True)}
    assert set(jobs) == {
        "compile",
        "unit: [linux, 1]",
        "unit: [linux, 2]",
        "unit: [windows, 1]",
        "unit: [windows, 2]",
        "lint",
        "ship",
    }
    statuses = {name: job.status for name, job in jobs.items()}
    assert statuses["compile"] == statuses["lint"] == "pending"
    assert statuses["unit: [linux, 1]"] == statuses["ship"] == "created"
    assert jobs["lint"].allow_failure is True
    assert jobs["ship"].stage == "deploy"
    for name, job in jobs.items():
        assert configured.jobs.get(job.id).name == name

    (bridge,) = pipeline.bridges.list(get_all=True)
    assert (bridge.name, bridge.status) == ("below", "running")
    below = configured.pipelines.get(bridge.downstream_pipeline["id"])
    assert (below.source, below.status) == ("parent_pipeline", "pending")
    assert [job.name for job in below.jobs.list(get_all=True)] == ["inner"]

    pipeline.cancel()
    below = configured.pipelines.get(below.id)
    assert below.status == "canceled"
    pipeline.delete()


def test_pushes_start_pipelines(configured):
    assert [one.status for one in configured.pipelines.list(get_all=True)] == ["skipped"]
    head = commit(configured, "Go on", **{"README.md": "hello"})
    newest = configured.pipelines.list(get_all=True)[0]
    assert (newest.source, newest.sha) == ("push", head.id)


def test_what_is_wrong_is_said(project):
    commit(project, "Begin", **{".gitlab-ci.yml": "a: {script: make, needs: [b]}"})
    (pipeline,) = project.pipelines.list(get_all=True)
    assert pipeline.status == "failed"
    assert project.pipelines.get(pipeline.id).yaml_errors == "a job: undefined need: b"
    with pytest.raises(GitlabCreateError, match="undefined need: b"):
        project.pipelines.create({"ref": "main"})
    with pytest.raises(GitlabCreateError, match="Reference not found"):
        project.pipelines.create({"ref": "nothing"})
