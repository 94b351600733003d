"""Users, tokens, groups, projects, members and agents, with python-gitlab and its command
line. The tests come one after another: each goes on with what the one before made."""

import gitlab
import pytest
from gitlab.exceptions import (
    GitlabAuthenticationError,
    GitlabCreateError,
    GitlabDeleteError,
    GitlabGetError,
    GitlabUpdateError,
)


@pytest.fixture
def gl(stack):
    with gitlab.Gitlab(stack.url, private_token=stack.token) as client:
        yield client


def client_of(stack, token):
    return gitlab.Gitlab(stack.url, private_token=token)


def user_named(gl, name):
    (user,) = gl.users.list(username=name)
    return user


class TestUsersAndTheirTokens:
    def test_create_list_show_and_edit(self, gl):
        user = gl.users.create(
            {
                "email": "alice@example.com",
                "username": "alice",
                "name": "Alice",
                "password": "a long and secret one",
                "skip_confirmation": True,
            }
        )
        assert user.state == "active"
        assert user.is_admin is False
        assert [found.id for found in gl.users.list(username="ALICE")] == [user.id]
        assert user.id in [found.id for found in gl.users.list(search="alic")]
        user.name = "Alice A."
        user.save()
        assert gl.users.get(user.id).name == "Alice A."

    def test_names_and_addresses_are_taken_once(self, gl):
        again = {"name": "x", "force_random_password": True}
        for email, username, text in [
            ("alice@example.com", "other", "Email has already been taken"),
            ("other@example.com", "alice", "Username has already been taken"),
        ]:
            with pytest.raises(GitlabCreateError) as refused:
                gl.users.create({**again, "email": email, "username": username})
            assert refused.value.response_code == 409
            assert refused.value.error_message == text

    def test_personal_access_tokens(self, gl, stack):
        user = user_named(gl, "alice")
        made = user.personal_access_tokens.create({"name": "laptop", "scopes": ["api"]})
        assert made.token.startswith("glpat-")
        alice = client_of(stack, made.token)
        alice.auth()
        assert alice.user.username == "alice"
        (listed,) = alice.personal_access_tokens.list(iterator=True)
        assert (listed.id, hasattr(listed, "token")) == (made.id, False)

        old = alice.personal_access_tokens.get("self")
        old.rotate(self_rotate=True)
        fresh = client_of(stack, old.token)
        with pytest.raises(GitlabAuthenticationError):
            alice.auth()
        fresh.auth()
        fresh.personal_access_tokens.delete("self")
        with pytest.raises(GitlabAuthenticationError):
            fresh.auth()

    def test_sudo(self, gl):
        assert gl.http_get("/user", sudo="alice")["username"] == "alice"
        assert gl.projects.list(sudo="alice", membership=True) == []

    def test_block_and_unblock(self, gl, stack):
        user = user_named(gl, "alice")
        token = user.personal_access_tokens.create({"name": "x", "scopes": ["api"]}).token
        alice = client_of(stack, token)
        assert user.block() is True
        with pytest.raises(gitlab.GitlabGetError) as refused:
            alice.projects.get("foo/bar")
        assert refused.value.response_code == 403
        assert user.unblock() is True
        alice.auth()


class TestGroupsProjectsAndMembers:
    def test_groups(self, gl):
        group = gl.groups.create({"name": "Team", "path": "team"})
        assert group.full_path == "team"
        below = gl.groups.create({"name": "Below", "path": "below", "parent_id": group.id})
        assert below.full_path == "team/below"
        assert [found.id for found in group.subgroups.list(iterator=True)] == [below.id]
        assert [found.id for found in group.descendant_groups.list(iterator=True)] == [below.id]
        group.description = "what it is for"
        group.save()
        assert gl.groups.get("team").description == "what it is for"
        with pytest.raises(GitlabCreateError) as refused:
            gl.groups.create({"name": "Team", "path": "TEAM"})
        assert refused.value.response_code == 400
        assert "has already been taken" in refused.value.error_message

    def test_projects(self, gl):
        group = gl.groups.get("team")
        project = gl.projects.create({"name": "Widget", "namespace_id": group.id})
        assert project.path_with_namespace == "team/Widget"
        project.description = "new"
        project.save()
        assert gl.projects.get("team/widget").description == "new"
        assert [found.id for found in group.projects.list(iterator=True)] == [project.id]
        assert project.id in [found.id for found in gl.projects.list(iterator=True)]
        found = gl.projects.list(iterator=True, pagination="keyset", order_by="id", per_page=1)
        assert project.id in [project.id for project in found]
        assert [found.id for found in gl.projects.list(search="widget")] == [project.id]
        with pytest.raises(GitlabCreateError) as refused:
            gl.projects.create({"name": "Widget", "namespace_id": group.id})
        assert refused.value.response_code == 400
        assert refused.value.error_message["name"] == ["has already been taken"]

        project.archive()
        assert gl.projects.get(project.id).archived is True
        project.unarchive()
        assert gl.projects.get(project.id).archived is False

    def test_a_project_of_ones_own(self, gl):
        alice = user_named(gl, "alice")
        project = alice.projects.create({"name": "mine"})
        assert gl.projects.get(project.id).owner["username"] == "alice"
        assert [found.id for found in alice.projects.list(iterator=True)] == [project.id]

    def test_members(self, gl, stack):
        alice = user_named(gl, "alice")
        token = alice.personal_access_tokens.create({"name": "m", "scopes": ["api"]}).token
        as_alice = client_of(stack, token)
        group, project = gl.groups.get("team"), gl.projects.get("team/widget")
        with pytest.raises(GitlabGetError):
            as_alice.projects.get(project.id)
        member = project.members.create({"user_id": alice.id, "access_level": 30})
        assert as_alice.projects.get(project.id).name == "Widget"
        member.access_level = 40
        member.save()
        assert project.members.get(alice.id).access_level == 40
        with pytest.raises(GitlabCreateError) as refused:
            project.members.create({"user_id": alice.id, "access_level": 30})
        assert refused.value.response_code == 409
        project.members.delete(alice.id)
        with pytest.raises(GitlabGetError):
            as_alice.projects.get(project.id)

        group.members.create({"user_id": alice.id, "access_level": 20})
        assert alice.id in [member.id for member in project.members_all.list(iterator=True)]
        assert as_alice.projects.get(project.id).name == "Widget"
        with pytest.raises(GitlabUpdateError) as refused:
            as_alice.projects.update(project.id, {"name": "x"})
        assert refused.value.response_code == 403


class TestTokensOfProjectsAndGroups:
    @pytest.mark.parametrize("kind", ["project", "group"])
    def test_a_bot(self, gl, stack, kind):
        project = gl.projects.get("team/widget")
        place = project if kind == "project" else gl.groups.get("team")
        made = place.access_tokens.create({"name": "robot", "scopes": ["api"], "access_level": 30})
        bot = client_of(stack, made.token)
        bot.auth()
        assert bot.user.username.startswith(f"{kind}_{place.id}_bot_")
        assert bot.projects.get(project.id).name == "Widget"
        assert made.id in [token.id for token in place.access_tokens.list(iterator=True)]
        token = place.access_tokens.get(made.id)
        token.rotate()
        with pytest.raises(GitlabAuthenticationError):
            bot.auth()
        place.access_tokens.delete(token.id)
        with pytest.raises(GitlabAuthenticationError):
            client_of(stack, token.token).auth()


class TestScopeAndAgents:
    def test_job_token_scope(self, gl):
        project, other = gl.projects.get("team/widget"), gl.projects.get("foo/bar")
        scope = project.job_token_scope.get()
        assert scope.inbound_enabled is True
        scope.allowlist.create({"target_project_id": other.id})
        assert {project.id, other.id} == {found.id for found in scope.allowlist.list(iterator=True)}
        scope.allowlist.delete(other.id)
        scope.groups_allowlist.create({"target_group_id": gl.groups.get("team").id})
        assert len(scope.groups_allowlist.list(all=True)) == 1
        scope.enabled = False
        scope.save()
        assert project.job_token_scope.get().inbound_enabled is False

    def test_cluster_agents(self, gl):
        project = gl.projects.get("team/widget")
        agent = project.cluster_agents.create({"name": "production"})
        assert agent.config_project["id"] == project.id
        assert [found.name for found in project.cluster_agents.list(iterator=True)] == ["production"]
        with pytest.raises(GitlabCreateError) as refused:
            project.cluster_agents.create({"name": "Not Good"})
        assert refused.value.response_code == 400
        agent.delete()
        assert project.cluster_agents.list(all=True) == []

    def test_namespaces(self, gl):
        assert {"team", "root"} <= {found.full_path for found in gl.namespaces.list(iterator=True)}
        assert gl.namespaces.get("team").kind == "group"
        assert gl.namespaces.exists("team").exists is True


class TestGitlabCommand:
    def test_it_makes_and_shows_things(self, read):
        user = read(
            *["user", "create", "--email", "bob@example.com", "--username", "bob"],
            *["--name", "Bob", "--reset-password", "true"],
        )
        group = read("group", "create", "--name", "Command", "--path", "command")
        project = read("project", "create", "--name", "tool", "--namespace-id", str(group["id"]))
        assert project["path_with_namespace"] == "command/tool"
        read(
            *["project-member", "create", "--project-id", str(project["id"])],
            *["--user-id", str(user["id"]), "--access-level", "30"],
        )
        members = read("project-member", "list", "--project-id", str(project["id"]))
        assert user["id"] in [member["id"] for member in members]
        token = read(
            *["user-personal-access-token", "create", "--user-id", str(user["id"])],
            *["--name", "x", "--scopes", "api"],
        )
        assert token["token"].startswith("glpat-")

    def test_it_deletes_them(self, run, read):
        (project,) = read("project", "list", "--search", "tool")
        run("project", "delete", "--id", str(project["id"]))
        assert "404" in run("project", "get", "--id", str(project["id"]), fails=True)
        run("group", "delete", "--id", "command")
        assert "404" in run("group", "get", "--id", "command", fails=True)


class TestDeleting:
    def test_everything_goes(self, gl):
        project = gl.projects.get("team/widget")
        project.delete()
        with pytest.raises(GitlabGetError):
            gl.projects.get(project.id)
        gl.groups.get("team").delete()
        with pytest.raises(GitlabGetError):
            gl.groups.get("team")
        alice = user_named(gl, "alice")
        alice.delete()
        assert gl.users.list(username="alice") == []
        with pytest.raises(GitlabDeleteError):
            alice.delete()
