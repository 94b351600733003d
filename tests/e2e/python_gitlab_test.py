"""python-gitlab as a library."""

from datetime import datetime, timedelta, timezone

import gitlab
import pytest
from gitlab.exceptions import (
    GitlabAuthenticationError,
    GitlabGetError,
    GitlabHeadError,
    GitlabHttpError,
    GitlabListError,
)

from conftest import SHA, TEASPOON_LOG, WATCH_LOG


@pytest.fixture
def gl(stack):
    with gitlab.Gitlab(stack.url, private_token=stack.token) as client:
        yield client


@pytest.fixture
def project(gl):
    return gl.projects.get("foo/bar", lazy=True)


@pytest.fixture
def as_job(stack):
    with gitlab.Gitlab(stack.url, job_token=stack.job_token) as client:
        yield client


def ids(things):
    return [thing.id for thing in things]


class TestInstance:
    def test_auth_names_the_administrator(self, gl, stack):
        gl.auth()
        assert gl.user.username == "root"
        assert gl.user.is_admin is True
        assert gl.user.web_url == f"{stack.url}/root"

    def test_version_says_gitlab_17_11_and_names_switchyard(self, gl):
        version, revision = gl.version()
        assert version == "17.11.0"
        assert revision.startswith("switchyard-")

    def test_metadata(self, gl):
        metadata = gl.http_get("/metadata")
        assert metadata["version"] == gl.version()[0]
        assert metadata["enterprise"] is False
        assert metadata["kas"]["enabled"] is False

    def test_own_token(self, gl):
        token = gl.personal_access_tokens.get("self")
        assert token.active is True
        assert token.user_id == 1
        assert "api" in token.scopes
        assert not hasattr(token, "token")

    def test_an_oauth_token_is_a_bearer(self, stack):
        with gitlab.Gitlab(stack.url, oauth_token=stack.token) as gl:
            gl.auth()
            assert gl.user.username == "root"
            assert gl.projects.get(1).path_with_namespace == "foo/bar"


class TestProjects:
    @pytest.mark.parametrize("name", [1, "1", "foo/bar", "FOO/Bar"])
    def test_by_id_and_by_path(self, gl, stack, name):
        project = gl.projects.get(name)
        assert project.id == 1
        assert project.path_with_namespace == "foo/bar"
        assert project.web_url == f"{stack.url}/foo/bar"
        assert project.default_branch == "main"

    @pytest.mark.parametrize("name", [1, "foo/bar"])
    def test_lazily(self, gl, name):
        project = gl.projects.get(name, lazy=True)
        assert project.jobs.get(7).name == "teaspoon"
        assert project.pipelines.get(6).sha == SHA

    def test_refresh_fills_a_lazy_one(self, project):
        project.refresh()
        assert project.name == "bar"


class TestJobs:
    def test_all(self, project):
        jobs = project.jobs.list(get_all=True)
        assert ids(jobs) == [10, 9, 8, 7, 6]
        assert jobs[3].name == "teaspoon"

    @pytest.mark.parametrize("scope", ["failed", ["failed"]])
    def test_of_one_status(self, project, scope):
        assert ids(project.jobs.list(scope=scope, get_all=True)) == [8, 7, 6]

    @pytest.mark.parametrize("scope", ["failed,manual", ["failed", "manual"]])
    def test_of_two_statuses(self, project, scope):
        # python-gitlab sends a string as it is: GitLab knows no such scope.
        if isinstance(scope, str):
            with pytest.raises(GitlabListError) as raised:
                project.jobs.list(scope=scope, get_all=True)
            assert raised.value.response_code == 400
            assert "scope" in raised.value.error_message
        else:
            assert ids(project.jobs.list(scope=scope, get_all=True)) == [9, 8, 7, 6]

    @pytest.mark.parametrize("page, expected", [(1, [10, 9]), (2, [8, 7]), (3, [6]), (4, [])])
    def test_one_page(self, project, page, expected):
        assert ids(project.jobs.list(per_page=2, page=page, get_all=False)) == expected

    def test_get_all_follows_the_pages(self, project):
        assert ids(project.jobs.list(per_page=2, get_all=True)) == [10, 9, 8, 7, 6]

    def test_an_iterator_knows_its_pages(self, project):
        jobs = project.jobs.list(per_page=2, iterator=True)
        assert (jobs.current_page, jobs.prev_page, jobs.next_page) == (1, None, 2)
        assert (jobs.per_page, jobs.total, jobs.total_pages) == (2, 5, 3)
        assert len(jobs) == 5
        assert ids(jobs) == [10, 9, 8, 7, 6]
        assert (jobs.current_page, jobs.prev_page, jobs.next_page) == (3, 2, None)

    def test_an_iterator_takes_its_filter_along(self, project):
        jobs = project.jobs.list(scope=["failed", "running"], per_page=2, iterator=True)
        assert (jobs.total, jobs.total_pages) == (4, 2)
        assert ids(jobs) == [10, 8, 7, 6]

    def test_keyset(self, project):
        jobs = project.jobs.list(pagination="keyset", per_page=2, iterator=True)
        assert (jobs.total, jobs.total_pages) == (None, None)
        assert ids(jobs) == [10, 9, 8, 7, 6]

    def test_keyset_by_name_of_the_order(self, project):
        order = {"order_by": "id", "sort": "desc"}
        jobs = project.jobs.list(
            pagination="keyset", per_page=2, scope=["failed"], get_all=True, **order
        )
        assert ids(jobs) == [8, 7, 6]

    def test_keyset_as_the_clients_default(self, stack):
        options = {"pagination": "keyset", "order_by": "id", "per_page": 2}
        with gitlab.Gitlab(stack.url, private_token=stack.token, **options) as gl:
            jobs = gl.projects.get(1, lazy=True).jobs.list(get_all=True)
            assert ids(jobs) == [10, 9, 8, 7, 6]

    def test_by_name(self, project):
        assert ids(project.jobs.list(name="rubocop", get_all=True)) == [8]

    def test_head_has_the_headers_of_the_list(self, project):
        headers = project.jobs.head(per_page=2)
        assert headers["X-Total"] == "5"
        assert headers["X-Total-Pages"] == "3"
        assert headers["Content-Type"] == "application/json"

    def test_get(self, project, stack):
        job = project.jobs.get(7)
        assert (job.id, job.name, job.status, job.stage) == (7, "teaspoon", "failed", "test")
        assert job.ref == "main"
        assert job.pipeline["id"] == 6
        assert job.pipeline["project_id"] == 1
        assert job.commit["short_id"] == SHA[:8]
        assert job.user["username"] == "root"
        assert job.tag_list == ["docker runner", "ubuntu18"]
        assert [artifact["file_type"] for artifact in job.attributes["artifacts"]] == [
            "archive",
            "metadata",
            "trace",
            "junit",
        ]
        assert job.web_url == f"{stack.url}/foo/bar/-/jobs/7"

    def test_refresh(self, project):
        job = project.jobs.get(10, lazy=True)
        job.refresh()
        assert job.status == "running"
        assert job.runner["id"] == 1

    def test_head_of_one(self, project):
        assert project.jobs.head(7)["Content-Type"] == "application/json"


class TestTraces:
    def test_of_a_finished_job(self, project):
        assert project.jobs.get(7, lazy=True).trace() == TEASPOON_LOG

    def test_of_a_running_job(self, project):
        assert project.jobs.get(10, lazy=True).trace() == WATCH_LOG

    def test_of_a_job_that_waits(self, project):
        assert project.jobs.get(9, lazy=True).trace() == b""

    def test_streamed(self, project):
        chunks = []
        project.jobs.get(7, lazy=True).trace(streamed=True, action=chunks.append, chunk_size=16)
        assert len(chunks) > 1
        assert b"".join(chunks) == TEASPOON_LOG

    def test_as_an_iterator(self, project):
        chunks = project.jobs.get(7, lazy=True).trace(iterator=True, chunk_size=16)
        assert b"".join(chunks) == TEASPOON_LOG

    def test_that_is_not_there(self, project):
        with pytest.raises(GitlabGetError) as raised:
            project.jobs.get(6, lazy=True).trace()
        assert raised.value.response_code == 404


class TestPipelines:
    @pytest.mark.parametrize(
        "filters, expected",
        [
            ({}, [6]),
            ({"ref": "main"}, [6]),
            ({"ref": "other"}, []),
            ({"sha": SHA}, [6]),
            ({"sha": "0" * 40}, []),
            ({"status": "pending"}, [6]),
            ({"status": "success"}, []),
            ({"scope": "branches"}, [6]),
            ({"scope": "tags"}, []),
            ({"source": "push"}, [6]),
            ({"username": "root"}, [6]),
            ({"username": "nobody"}, []),
            ({"updated_after": "2015-12-24T00:00:00Z"}, [6]),
            ({"updated_before": "2015-12-24T00:00:00Z"}, []),
            ({"order_by": "updated_at", "sort": "asc"}, [6]),
        ],
    )
    def test_list(self, project, filters, expected):
        assert ids(project.pipelines.list(get_all=True, **filters)) == expected

    def test_latest(self, project):
        assert project.pipelines.latest().id == 6
        assert project.pipelines.latest(ref="main").id == 6

    def test_latest_of_a_branch_without(self, project):
        # As GitLab does. python-gitlab gives this call no exception of its own.
        with pytest.raises(GitlabHttpError) as raised:
            project.pipelines.latest(ref="nowhere")
        assert raised.value.response_code == 403

    def test_get(self, project, stack):
        pipeline = project.pipelines.get(6)
        assert (pipeline.id, pipeline.iid, pipeline.sha) == (6, 1, SHA)
        assert pipeline.source == "push"
        assert pipeline.user["username"] == "root"
        assert pipeline.web_url == f"{stack.url}/foo/bar/-/pipelines/6"

    def test_jobs(self, project):
        pipeline = project.pipelines.get(6, lazy=True)
        assert ids(pipeline.jobs.list(get_all=True)) == [10, 9, 8, 7, 6]
        assert ids(pipeline.jobs.list(include_retried=True, get_all=True)) == [10, 9, 8, 7, 6]
        assert ids(pipeline.jobs.list(scope="manual", get_all=True)) == [9]
        assert ids(pipeline.jobs.list(scope=["failed"], get_all=True)) == [8, 7, 6]

    def test_jobs_in_pages(self, project):
        jobs = project.pipelines.get(6, lazy=True).jobs.list(per_page=2, iterator=True)
        assert (jobs.total, jobs.total_pages, jobs.next_page) == (5, 3, 2)
        assert ids(jobs) == [10, 9, 8, 7, 6]

    def test_bridges(self, project):
        pipeline = project.pipelines.get(6, lazy=True)
        [bridge] = pipeline.bridges.list(get_all=True)
        assert (bridge.id, bridge.name, bridge.status) == (11, "deploy client", "success")
        assert bridge.downstream_pipeline["id"] == 5
        assert bridge.downstream_pipeline["project_id"] == 2
        assert pipeline.bridges.list(scope=["failed"], get_all=True) == []

    def test_the_pipeline_a_bridge_leads_to(self, gl, project):
        [bridge] = project.pipelines.get(6, lazy=True).bridges.list(get_all=True)
        downstream = bridge.downstream_pipeline
        there = gl.projects.get(downstream["project_id"], lazy=True)
        assert there.pipelines.get(downstream["id"]).status == downstream["status"]


class TestJobTokens:
    def test_its_job(self, as_job):
        job = as_job.http_get("/job")
        assert (job["id"], job["name"], job["status"]) == (10, "watch", "running")

    def test_its_agents(self, as_job):
        allowed = as_job.http_get("/job/allowed_agents")
        assert [agent["id"] for agent in allowed["allowed_agents"]] == [1]
        assert allowed["job"]["id"] == 10
        assert allowed["pipeline"]["id"] == 6
        assert allowed["project"]["id"] == 1
        assert allowed["user"]["username"] == "root"

    def test_as_a_bearer(self, stack):
        with gitlab.Gitlab(stack.url, oauth_token=stack.job_token) as gl:
            assert gl.http_get("/job")["id"] == 10

    def test_as_a_parameter(self, stack):
        with gitlab.Gitlab(stack.url) as gl:
            assert gl.http_get("/job", query_data={"job_token": stack.job_token})["id"] == 10

    def test_may_list_its_projects_jobs(self, as_job):
        project = as_job.projects.get(1, lazy=True)
        assert ids(project.jobs.list(get_all=True)) == [10, 9, 8, 7, 6]
        pipeline = project.pipelines.get(6, lazy=True)
        assert ids(pipeline.jobs.list(get_all=True)) == [10, 9, 8, 7, 6]

    def test_a_personal_token_has_no_job(self, gl):
        with pytest.raises(GitlabHttpError) as raised:
            gl.http_get("/job")
        assert raised.value.response_code == 404


class TestErrors:
    @pytest.mark.parametrize(
        "credential",
        [
            {},
            {"private_token": "glpat-no-such-token"},
            {"oauth_token": "glpat-no-such-token"},
            {"job_token": "glcbt-no-such-token"},
        ],
    )
    def test_nobody_is_to_sign_in(self, stack, credential):
        with gitlab.Gitlab(stack.url, **credential) as gl:
            with pytest.raises(GitlabAuthenticationError) as raised:
                gl.projects.get(1, lazy=True).jobs.list(get_all=True)
            assert raised.value.response_code == 401
            assert raised.value.error_message == "401 Unauthorized"

    def test_auth_without_a_good_token(self, stack):
        with gitlab.Gitlab(stack.url, private_token="glpat-no-such-token") as gl:
            with pytest.raises(GitlabAuthenticationError):
                gl.auth()

    @pytest.mark.parametrize("name", [999, "foo/nothing"])
    def test_no_such_project(self, gl, name):
        with pytest.raises(GitlabGetError) as raised:
            gl.projects.get(name)
        assert raised.value.response_code == 404
        assert raised.value.error_message == "404 Project Not Found"

    def test_no_such_job(self, project):
        with pytest.raises(GitlabGetError) as raised:
            project.jobs.get(999)
        assert raised.value.response_code == 404
        assert raised.value.error_message == "404 Not found"

    def test_a_bridge_is_no_job(self, project):
        with pytest.raises(GitlabGetError) as raised:
            project.jobs.get(11)
        assert raised.value.response_code == 404

    def test_no_such_pipeline(self, project):
        with pytest.raises(GitlabGetError) as raised:
            project.pipelines.get(999)
        assert raised.value.response_code == 404
        with pytest.raises(GitlabListError) as raised:
            project.pipelines.get(999, lazy=True).jobs.list(get_all=True)
        assert raised.value.response_code == 404

    def test_no_such_route(self, gl):
        with pytest.raises(GitlabHttpError) as raised:
            gl.http_get("/nothing")
        assert raised.value.response_code == 404
        assert raised.value.error_message == "404 Not Found"

    def test_a_wrong_parameter(self, project):
        with pytest.raises(GitlabListError) as raised:
            project.jobs.list(per_page=0, get_all=False)
        assert raised.value.response_code == 400
        assert raised.value.error_message == "per_page has a value not allowed"

    def test_head_of_nothing(self, project):
        with pytest.raises(GitlabHeadError) as raised:
            project.jobs.head(999)
        assert raised.value.response_code == 404


class TestAccessTokens:
    def test_a_personal_token_is_made_rotated_and_revoked(self, gl, stack):
        user = gl.users.get(1, lazy=True)
        made = user.personal_access_tokens.create(
            {"name": "e2e", "scopes": ["api"], "expires_at": tomorrow()}
        )
        assert made.expires_at == tomorrow()
        with gitlab.Gitlab(stack.url, private_token=made.token) as client:
            assert client.personal_access_tokens.get("self").id == made.id
            listed = client.personal_access_tokens.list(search="e2e", state="active", get_all=True)
            assert made.id in ids(listed)
            rotated = client.personal_access_tokens.get(made.id).rotate()
            with pytest.raises(GitlabAuthenticationError):
                client.auth()
        with gitlab.Gitlab(stack.url, private_token=rotated["token"]) as client:
            client.auth()
            client.personal_access_tokens.delete("self")
            with pytest.raises(GitlabAuthenticationError):
                client.auth()

    def test_a_project_has_tokens_for_robots(self, gl, stack, project):
        made = project.access_tokens.create(
            {"name": "robot", "scopes": ["read_api"], "access_level": 20}
        )
        with gitlab.Gitlab(stack.url, private_token=made.token) as robot:
            robot.auth()
            assert robot.user.bot is True
            assert len(robot.projects.get("foo/bar").jobs.list(per_page=1, get_all=False)) == 1
            shown = project.access_tokens.get(made.id)
            assert shown.access_level == 20
            assert not hasattr(shown, "token")
            rotated = shown.rotate(expires_at=tomorrow())
            assert rotated["expires_at"] == tomorrow()
        assert rotated["id"] in ids(project.access_tokens.list(state="active", get_all=True))
        project.access_tokens.delete(rotated["id"])
        assert rotated["id"] not in ids(project.access_tokens.list(get_all=True))

    def test_a_group_has_tokens_too(self, gl):
        group = gl.groups.get("foo", lazy=True)
        made = group.access_tokens.create({"name": "robot", "scopes": ["api"]})
        assert made.access_level == 40
        assert ids(group.access_tokens.list(get_all=True)) == [made.id]
        made.delete()
        assert group.access_tokens.list(get_all=True) == []


def tomorrow():
    return str(datetime.now(timezone.utc).date() + timedelta(days=1))
