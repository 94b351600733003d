"""Files, commits, branches and tags with python-gitlab."""

import base64

import gitlab
import pytest
from gitlab.exceptions import GitlabCreateError, GitlabGetError


@pytest.fixture
def gl(stack):
    with gitlab.Gitlab(stack.url, private_token=stack.token) as client:
        yield client


@pytest.fixture
def project(gl):
    project = gl.projects.create({"name": "code"})
    yield project
    project.delete()


def test_a_configuration_is_committed_read_and_changed(project):
    script = "test:\n  script: make\n"
    project.files.create(
        {
            "file_path": ".gitlab-ci.yml",
            "branch": "main",
            "content": script,
            "commit_message": "Add CI",
        }
    )
    file = project.files.get(file_path=".gitlab-ci.yml", ref="main")
    assert file.decode() == script.encode()
    file.content = "other"
    file.save(branch="main", commit_message="Change it")
    assert project.files.raw(file_path=".gitlab-ci.yml", ref="main") == b"other"
    headers = project.files.head(".gitlab-ci.yml", ref="main")
    assert headers["X-Gitlab-Size"] == "5"
    commits = project.commits.list(get_all=True)
    assert [commit.title for commit in commits] == ["Change it", "Add CI"]
    with pytest.raises(GitlabCreateError, match="already exists"):
        project.files.create(
            {
                "file_path": ".gitlab-ci.yml",
                "branch": "main",
                "content": "",
                "commit_message": "Again",
            }
        )
    file.delete(branch="main", commit_message="Remove it")
    with pytest.raises(GitlabGetError, match="404 File Not Found"):
        project.files.get(file_path=".gitlab-ci.yml", ref="main")


def test_commits_branches_and_tags(project):
    commit = project.commits.create(
        {
            "branch": "main",
            "commit_message": "Two files",
            "actions": [
                {"action": "create", "file_path": "a/b", "content": "1"},
                {
                    "action": "create",
                    "file_path": "binary",
                    "content": base64.b64encode(b"\0\1").decode(),
                    "encoding": "base64",
                },
            ],
        }
    )
    assert project.commits.get(commit.id).title == "Two files"
    tree = project.repository_tree(recursive=True, get_all=True)
    assert [entry["path"] for entry in tree] == ["a", "a/b", "binary"]
    branch = project.branches.create({"branch": "topic/one", "ref": "main"})
    assert project.branches.get("topic/one").commit["id"] == commit.id
    branch.delete()
    tag = project.tags.create({"tag_name": "v1", "ref": "main", "message": "One"})
    assert tag.message == "One"
    assert project.tags.list()[0].name == "v1"
    rule = project.protectedbranches.create({"name": "release-*"})
    assert project.protectedbranches.get("release-*").name == rule.name
    rule.delete()
    project.protectedtags.create({"name": "v*"})
    assert [tag.name for tag in project.protectedtags.list()] == ["v*"]
