// Users, tokens, groups, projects and members with @gitbeaker/rest. The tests come one after
// another: each goes on with what the one before made.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { Gitlab } from "@gitbeaker/rest";

const host = process.env.SWITCHYARD_URL;
const api = new Gitlab({ host, token: process.env.SWITCHYARD_ROOT_TOKEN });
const as = (token) => new Gitlab({ host, token });

async function refused(call, status) {
  await assert.rejects(call, (error) => {
    assert.equal(error.cause.response.status, status);
    return true;
  });
}

describe("administration", { concurrency: false }, () => {
  let user, group, project, client;

  it("creates a user with a token", async () => {
    user = await api.Users.create({
      email: "carol@example.com",
      username: "carol",
      name: "Carol",
      forceRandomPassword: true,
    });
    assert.equal(user.username, "carol");
    const token = await api.PersonalAccessTokens.create(user.id, "laptop", ["api"]);
    client = as(token.token);
    assert.equal((await client.Users.showCurrentUser()).username, "carol");
    assert.deepEqual((await api.Users.all({ username: "carol" })).map(({ id }) => id), [user.id]);
  });

  it("creates groups and subgroups", async () => {
    group = await api.Groups.create("Beakers", "beakers");
    const below = await api.Groups.create("Small", "small", { parentId: group.id });
    assert.equal(below.full_path, "beakers/small");
    assert.deepEqual((await api.Groups.allSubgroups(group.id)).map(({ id }) => id), [below.id]);
    assert.equal((await api.Groups.edit(group.id, { description: "x" })).description, "x");
  });

  it("creates and edits projects", async () => {
    project = await api.Projects.create({ name: "flask", namespaceId: group.id });
    assert.equal(project.path_with_namespace, "beakers/flask");
    assert.equal((await api.Projects.edit(project.id, { description: "y" })).description, "y");
    assert.ok((await api.Projects.all()).some(({ id }) => id === project.id));
    assert.deepEqual((await api.Groups.allProjects(group.id)).map(({ id }) => id), [project.id]);
    await refused(api.Projects.create({ name: "flask", namespaceId: group.id }), 400);
  });

  it("adds, changes and removes members", async () => {
    await refused(client.Projects.show(project.id), 404);
    await api.ProjectMembers.add(project.id, 30, { userId: user.id });
    assert.equal((await client.Projects.show(project.id)).name, "flask");
    const edited = await api.ProjectMembers.edit(project.id, user.id, 40);
    assert.equal(edited.access_level, 40);
    await api.ProjectMembers.remove(project.id, user.id);
    await refused(client.Projects.show(project.id), 404);
    await api.GroupMembers.add(group.id, 20, { userId: user.id });
    const all = await api.ProjectMembers.all(project.id, { includeInherited: true });
    assert.ok(all.some(({ id }) => id === user.id));
  });

  it("makes, rotates and revokes a project's token", async () => {
    const token = await api.ProjectAccessTokens.create(project.id, "robot", ["api"], "2027-01-01", {
      accessLevel: 30,
    });
    assert.equal((await as(token.token).Projects.show(project.id)).name, "flask");
    await api.ProjectAccessTokens.revoke(project.id, token.id);
    await refused(as(token.token).Projects.show(project.id), 401);
  });

  it("deletes what it made", async () => {
    await api.Projects.remove(project.id);
    await refused(api.Projects.show(project.id), 404);
    await api.Groups.remove(group.id);
    await refused(api.Groups.show(group.id), 404);
    await api.Users.remove(user.id);
    await refused(client.Users.showCurrentUser(), 401);
  });
});
