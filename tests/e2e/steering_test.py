"""Cancel, retry, erase and play, with python-gitlab and its command line. The tests come one
after another: each goes on with what the one before left."""

import gitlab
import pytest
from gitlab.exceptions import (
    GitlabCancelError,
    GitlabGetError,
    GitlabJobEraseError,
    GitlabJobPlayError,
    GitlabJobRetryError,
)


@pytest.fixture
def gl(stack):
    with gitlab.Gitlab(stack.url, private_token=stack.token) as client:
        yield client


@pytest.fixture
def project(gl):
    return gl.projects.get("foo/bar", lazy=True)


def latest(project, name):
    """The newest job of this name: a retry made it, or it is the first."""
    return next(job for job in project.jobs.list(iterator=True) if job.name == name)


class TestPythonGitlab:
    def test_erase(self, project):
        job = project.jobs.get(7)
        assert job.trace()
        assert job.artifacts
        job.erase()
        erased = project.jobs.get(7)
        assert erased.erased_at is not None
        assert erased.attributes["artifacts"] == []
        with pytest.raises(GitlabGetError) as refused:
            erased.trace()
        assert refused.value.response_code == 404
        with pytest.raises(GitlabJobEraseError) as refused:
            job.erase()
        assert refused.value.response_code == 403
        assert refused.value.error_message == "403 Forbidden - Job is not erasable!"

    def test_play_without_variables_that_cannot_be_read(self, project):
        # A known misuse: python-gitlab makes of this a query with the keys alone.
        with pytest.raises(GitlabJobPlayError) as refused:
            project.jobs.get(9).play(job_variables_attributes=[{"key": "A", "value": "1"}])
        assert refused.value.response_code == 400
        assert refused.value.error_message == "job_variables_attributes is invalid"
        assert project.jobs.get(9).status == "manual"

    def test_play_with_variables(self, project):
        job = project.jobs.get(9)
        variables = [{"key": "TARGET", "value": "staging"}, {"key": "LEVEL", "value": "3"}]
        job.play(post_data={"job_variables_attributes": variables})
        assert job.status == "pending"
        assert project.jobs.get(9).status == "pending"
        with pytest.raises(GitlabJobPlayError) as refused:
            job.play()
        assert refused.value.error_message == "400 Bad request - Unplayable Job"

    def test_cancel_of_a_pending_job(self, project):
        job = project.jobs.get(9)
        answer = job.cancel()
        assert answer["status"] == "canceled"
        assert answer["finished_at"]
        # Once more is no error.
        assert job.cancel()["status"] == "canceled"

    def test_cancel_of_a_running_job_ends_its_token(self, project, stack):
        with gitlab.Gitlab(stack.url, job_token=stack.job_token) as as_job:
            assert as_job.http_get("/job")["id"] == 10
            assert project.jobs.get(10).cancel()["status"] == "canceled"
            with pytest.raises(gitlab.GitlabAuthenticationError):
                as_job.http_get("/job")

    def test_force_cancel_of_what_has_ended(self, project):
        assert project.jobs.get(10).cancel(force=True)["status"] == "canceled"

    def test_retry(self, project, gl):
        total = project.jobs.list(iterator=True).total
        job = project.jobs.get(10)
        answer = job.retry()
        assert answer["id"] > 10
        assert answer["name"] == "watch"
        assert answer["user"]["username"] == "root"
        assert project.jobs.list(iterator=True).total == total + 1
        pipeline = project.pipelines.get(6)
        assert 10 not in [job.id for job in pipeline.jobs.list(all=True)]
        everything = pipeline.jobs.list(all=True, include_retried=True)
        assert {10, answer["id"]} <= {job.id for job in everything}
        with pytest.raises(GitlabJobRetryError) as refused:
            job.retry()
        assert refused.value.response_code == 403
        assert refused.value.error_message == "403 Forbidden - Job is not retryable"

    def test_retry_of_a_bridge(self, project):
        answer = project.manager.gitlab.http_post("/projects/foo%2Fbar/jobs/11/retry")
        assert answer["tag_list"] == ["bridge"]
        bridges = project.pipelines.get(6).bridges.list(all=True)
        assert [bridge.id for bridge in bridges] == [answer["id"]]

    def test_a_job_that_is_not_there(self, project):
        for action, error in [
            ("cancel", GitlabCancelError),
            ("retry", GitlabJobRetryError),
            ("erase", GitlabJobEraseError),
            ("play", GitlabJobPlayError),
        ]:
            job = project.jobs.get(999_999, lazy=True)
            with pytest.raises(error) as refused:
                getattr(job, action)()
            assert refused.value.response_code == 404, action


class TestGitlabCommand:
    def test_retry_cancel_play_and_erase(self, project, run, read):
        watch = latest(project, "watch")
        of = ["--project-id", "1", "--id"]
        run("project-job", "cancel", *of, str(watch.id))
        assert read("project-job", "get", *of, str(watch.id))["status"] == "canceled"
        run("project-job", "retry", *of, str(watch.id))
        assert latest(project, "watch").id > watch.id

        # A manual job that was cancelled is played again as a new one.
        run("project-job", "play", *of, "9")
        deploy = latest(project, "deploy")
        assert deploy.id > 9

        run("project-job", "erase", *of, "10")
        assert read("project-job", "get", *of, "10")["erased_at"]

    def test_a_refusal(self, run):
        refused = run("project-job", "erase", "--project-id", "1", "--id", "10", fails=True)
        assert "403 Forbidden - Job is not erasable!" in refused
