// Cancel, retry, erase and play with @gitbeaker/rest. The tests come one after another, and
// behind those of python-gitlab: jobs are found by their names, of which a retry made more.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { Gitlab } from "@gitbeaker/rest";

const host = process.env.SWITCHYARD_URL;
const api = new Gitlab({ host, token: process.env.SWITCHYARD_ROOT_TOKEN });

async function refused(call, status, description) {
  await assert.rejects(call, (error) => {
    assert.equal(error.cause.response.status, status);
    assert.equal(error.cause.description, description);
    return true;
  });
}

/** The newest job of this name. */
async function latest(name) {
  return (await api.Jobs.all(1)).find((job) => job.name === name);
}

describe("steering", { concurrency: false }, () => {
  it("erases", async () => {
    const erased = await api.Jobs.erase(1, 8);
    assert.notEqual(erased.erased_at, null);
    assert.deepEqual(erased.artifacts, []);
    await refused(api.Jobs.erase(1, 8), 403, "403 Forbidden - Job is not erasable!");
  });

  it("retries, and hides the old job from the pipeline", async () => {
    const old = await latest("rubocop");
    const job = await api.Jobs.retry("foo/bar", old.id);
    assert.ok(job.id > old.id);
    assert.equal(job.name, "rubocop");
    const inPipeline = await api.Jobs.all(1, { pipelineId: 6 });
    assert.ok(!inPipeline.some(({ id }) => id === old.id));
    await refused(api.Jobs.retry(1, old.id), 403, "403 Forbidden - Job is not retryable");
  });

  it("cancels", async () => {
    const job = await latest("rubocop");
    assert.equal((await api.Jobs.cancel(1, job.id)).status, "canceled");
    assert.equal((await api.Jobs.cancel(1, job.id, { force: true })).status, "canceled");
  });

  it("plays with variables", async () => {
    const job = await latest("deploy");
    await api.Jobs.cancel(1, job.id);
    // It has ended, so it runs again as a new job; the answer is the one that was asked for.
    const played = await api.Jobs.play(1, job.id, {
      jobVariablesAttributes: [{ key: "TARGET", value: "production" }],
    });
    assert.equal(played.id, job.id);
    assert.equal(played.status, "canceled");
    assert.ok((await latest("deploy")).id > job.id);
    await refused(api.Jobs.play(1, job.id), 400, "400 Bad request - Unplayable Job");
  });
});
