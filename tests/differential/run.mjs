// Holds our plans of the corpus against those of gitlab-ci-local, and every difference
// against `explained.json`. An unexplained difference fails, and so does an explanation of
// a difference that there is not. Which messages there are for what is invalid is not compared.
//
// node tests/differential/run.mjs PLAN-BINARY [CASE …]

import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import yaml from "js-yaml";

const here = path.dirname(fileURLToPath(import.meta.url));
const config = path.join(here, "../../shared/ci-config");
const corpus = path.join(config, "tests/corpus");
const [binary, ...wanted] = process.argv.slice(2);
if (!binary) {
    console.error("usage: node run.mjs PLAN-BINARY [CASE ...]");
    process.exit(2);
}

// Nobody's own settings.
const work = fs.mkdtempSync(path.join(os.tmpdir(), "differential-"));
process.on("exit", () => fs.rmSync(work, { recursive: true, force: true }));
Object.assign(process.env, {
    HOME: work,
    NO_COLOR: "1",
    FORCE_COLOR: "0",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_SYSTEM: "/dev/null",
    // What is not there is not fetched.
    GIT_ALLOW_PROTOCOL: "file",
});
const { handler } = await import("gitlab-ci-local/src/handler.js");
const { ParserIncludes } = await import("gitlab-ci-local/src/parser-includes.js");
const { WriteStreamsMock } = await import("gitlab-ci-local/src/write-streams.js");

const names = fs.readdirSync(corpus, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .filter((name) => wanted.length === 0 || wanted.includes(name))
    .sort();
const ours = execFileSync(binary, names.map((name) => path.join(corpus, name)), { encoding: "utf8", maxBuffer: 1 << 28 })
    .trim().split("\n").map((line) => JSON.parse(line));

const explained = new Map();
for (const { field, reason, where } of JSON.parse(fs.readFileSync(path.join(here, "explained.json"), "utf8"))) {
    for (const place of where) {
        const key = `${field} of ${place}`;
        if (!reason || explained.has(key)) {
            console.error(`explained.json: ${key} has no reason, or two`);
            process.exit(2);
        }
        explained.set(key, false);
    }
}

let unexplained = 0;
let differences = 0;
for (const plan of ours) {
    const theirs = await run(plan.case);
    for (const [field, place, one, other] of compare(plan, theirs)) {
        differences += 1;
        const key = `${field} of ${place}`;
        if (explained.has(key)) {
            explained.set(key, true);
        } else {
            unexplained += 1;
            console.log(`unexplained: ${key}\n    ours    ${show(one)}\n    theirs  ${show(other)}`);
        }
    }
}
const unneeded = [...explained].filter(([key, used]) => !used && (wanted.length === 0 || names.some((name) => isOf(key, name)))).map(([key]) => key);
for (const key of unneeded) {
    console.log(`no longer needed: ${key}`);
}
console.log(`${ours.length} configurations, ${differences} differences, ${unexplained} unexplained, ${unneeded.length} explanations too many`);
process.exit(unexplained + unneeded.length === 0 ? 0 : 1);

function isOf(key, name) {
    const place = key.slice(key.indexOf(" of ") + 4);
    return place === name || place.startsWith(`${name}/`);
}

function show(value) {
    return (JSON.stringify(value) ?? "nothing").slice(0, 300);
}

// A repository in which gitlab-ci-local finds what the context of the case says.
function prepare(name) {
    const folder = path.join(work, name);
    fs.cpSync(path.join(corpus, name), folder, { recursive: true });
    fs.rmSync(path.join(folder, "plan.txt"), { force: true });
    const file = path.join(folder, "context.yml");
    const context = fs.existsSync(file) ? yaml.load(fs.readFileSync(file, "utf8")) : {};
    fs.rmSync(file, { force: true });

    // What it would have fetched lies where it would have put it.
    const fetched = path.join(folder, ".gitlab-ci-local/includes");
    for (const [project, at] of Object.entries(context.projects ?? {})) {
        const [full, ref] = project.split("@");
        fs.cpSync(path.join(folder, at), path.join(fetched, "ci.example.com", full, ref ?? "HEAD"), { recursive: true });
    }
    for (const at of Object.values(context.projects ?? {})) {
        fs.rmSync(path.join(folder, at), { recursive: true });
    }
    for (const [address, at] of Object.entries(context.others ?? {})) {
        const component = /^(.*)\/([^/@]+)@(.*)$/.exec(address);
        const to = address.startsWith("https://")
            ? address.slice("https://".length)
            : `${component[1]}/${component[3]}/templates/${component[2]}.yml`;
        fs.mkdirSync(path.dirname(path.join(fetched, to)), { recursive: true });
        fs.renameSync(path.join(folder, at), path.join(fetched, to));
    }
    const templates = path.join(config, "templates");
    fs.cpSync(templates, path.join(fetched, "gitlab.com/gitlab-org/gitlab/-/raw/HEAD/lib/gitlab/ci/templates"), { recursive: true });

    const git = (...args) => execFileSync("git", args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    git("init", "--quiet", "--initial-branch", context.tag ? "main" : context.ref ?? "main");
    git("config", "user.name", "Ann");
    git("config", "user.email", "ann@example.com");
    git("remote", "add", "origin", "https://ci.example.com/group/project.git");
    git("add", "--force", "--all", "--", ".", ":!.gitlab-ci-local");
    git("commit", "--quiet", "--allow-empty", "--message", "Make it so");
    git("update-ref", "refs/remotes/origin/main", "HEAD");
    for (const changed of context.changed ?? []) {
        fs.mkdirSync(path.dirname(path.join(folder, changed)), { recursive: true });
        fs.appendFileSync(path.join(folder, changed), "changed\n");
        git("add", changed);
    }
    return { folder, context };
}

// The jobs by their names as it lists them, and what its preview says of each.
async function run(name) {
    const { folder, context } = prepare(name);
    const before = process.cwd();
    process.chdir(folder);
    const options = { cwd: ".", variable: variables(context), unsetVariable: [] };
    if (context.tag || context.source === "merge_request_event") {
        options.unsetVariable.push("CI_COMMIT_BRANCH");
    }
    // Where nobody knows what changed, all `changes` hold.
    options.evaluateRuleChanges = context.changed !== undefined;
    try {
        const listed = JSON.parse(await output({ ...options, listJson: true }));
        const preview = yaml.load(await output({ ...options, preview: true }));
        return { outcome: "plan", jobs: listed.filter((job) => job.when !== "never"), preview };
    } catch (error) {
        return { outcome: "error", error: String(error.message ?? error) };
    } finally {
        process.chdir(before);
    }
}

async function output(options) {
    const streams = new WriteStreamsMock();
    // After an error it goes on counting.
    ParserIncludes.resetCount();
    await handler(options, streams);
    streams.flush();
    // It also says on standard output what it does not do.
    const text = streams.stdoutLines.join("\n");
    const start = options.listJson ? text.search(/^\[/m) : text.search(/^---$/m);
    return text.slice(start);
}

function variables(context) {
    const all = {
        CI_PIPELINE_SOURCE: context.source ?? "push",
        CI_COMMIT_REF_PROTECTED: String((context.ref ?? "main") === "main"),
        CI_COMMIT_REF_NAME: context.ref ?? "main",
        ...(context.tag ? { CI_COMMIT_TAG: context.ref } : {}),
        ...context.instance_variables,
        ...context.group_variables,
        ...context.project_variables,
        ...context.masked_variables,
        ...context.variables,
    };
    return Object.entries(all).map(([name, value]) => `${name}=${value}`);
}

// Copies are spelled differently: `a: [1, b]` and `a 1/2` are `a: [1,b]` and `a: [1/2]` there.
function spelling(name) {
    return name.replace(/[:[\],\s]+/g, " ").trim();
}

function* compare(plan, theirs) {
    const invalid = plan.outcome === "invalid" || plan.outcome === "config_error" || plan.outcome.endsWith("limit_exceeded");
    if (invalid || theirs.outcome === "error") {
        if (!(invalid && theirs.outcome === "error")) {
            yield ["outcome", plan.case, invalid ? plan.errors : "a plan", theirs.error ?? "a plan"];
        }
        return;
    }
    const ourJobs = new Map(plan.jobs.map((job) => [spelling(job.name), job]));
    const theirJobs = new Map(theirs.jobs.map((job) => [spelling(job.name), job]));
    for (const name of new Set([...ourJobs.keys(), ...theirJobs.keys()])) {
        const [our, their] = [ourJobs.get(name), theirJobs.get(name)];
        if (!our || !their) {
            yield ["presence", `${plan.case}/${name}`, our ? "there" : "not there", their ? "there" : "not there"];
        }
    }
    const bases = new Map();
    const inPlan = new Set(plan.jobs.flatMap((job) => [spelling(job.name), spelling(job.of)]));
    for (const job of plan.jobs) {
        bases.set(spelling(job.name), job.of);
    }
    for (const [name, our] of ourJobs) {
        const their = theirJobs.get(name);
        if (!their) {
            continue;
        }
        const place = `${plan.case}/${name}`;
        yield* differ(place, "stage", our.stage, their.stage);
        yield* differ(place, "when", our.when, their.when);
        yield* differ(place, "allow_failure", our.allow_failure, failure(their.allow_failure));
        yield* differ(place, "needs", needs(our.needs, bases, inPlan), needs(their.needs, bases, inPlan));
    }
    const seen = new Set();
    for (const [name, our] of ourJobs) {
        const their = theirs.preview[our.of];
        if (seen.has(our.of) || !theirJobs.has(name) || !their) {
            continue;
        }
        seen.add(our.of);
        const written = previewed(their);
        for (const [field, value] of Object.entries(our.written)) {
            yield* differ(`${plan.case}/${spelling(our.of)}`, field, value, written[field]);
        }
    }
}

function* differ(place, field, one, other) {
    if (canonical(one) !== canonical(other)) {
        yield [field, place, one, other];
    }
}

// The order of keys says nothing.
function canonical(value) {
    return JSON.stringify(value ?? null, (_, inner) =>
        inner && typeof inner === "object" && !Array.isArray(inner)
            ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
            : inner);
}

function list(value) {
    return value === undefined || value === null ? [] : [value].flat(Infinity);
}

function failure(value) {
    return typeof value === "object" ? { exit_codes: list(value.exit_codes) } : value;
}

// Which jobs, whatever copies they have; those that are not there are not waited for.
function needs(needs, bases, inPlan) {
    if (!needs) {
        return null;
    }
    const known = needs.map((need) => ({ ...need, job: spelling(need.job) })).filter((need) => inPlan.has(need.job));
    const texts = known.map(({ job, artifacts }) => `${spelling(bases.get(job) ?? job)} ${artifacts ? "with" : "without"} artifacts`);
    return [...new Set(texts)].sort();
}

function previewed(job) {
    const name = (value) => (typeof value === "string" ? value : value?.name);
    return {
        before_script: list(job.before_script),
        script: list(job.script),
        after_script: list(job.after_script),
        image: name(job.image),
        services: list(job.services).map(name),
        tags: list(job.tags),
        variables: Object.fromEntries(Object.entries(job.variables ?? {}).map(([key, value]) => [key, String(value?.value ?? value)])),
        cache: list(job.cache).map((cache) => ({
            key: typeof cache.key === "object" ? cache.key.files ?? cache.key.files_commits : cache.key ?? "default",
            paths: list(cache.paths),
            policy: cache.policy ?? "pull-push",
        })),
        artifacts: job.artifacts && {
            paths: list(job.artifacts.paths),
            expire_in: job.artifacts.expire_in ?? null,
            reports: Object.keys(job.artifacts.reports ?? {}).filter((kind) => kind !== "coverage_report"),
        },
        retry: job.retry === undefined ? undefined : {
            max: job.retry?.max ?? job.retry,
            when: list(job.retry?.when),
        },
        interruptible: job.interruptible,
        resource_group: job.resource_group,
        environment: name(job.environment),
    };
}
