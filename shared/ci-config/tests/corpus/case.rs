//! A folder of the corpus: a configuration, the files beside it, and what it is compiled
//! and planned for. `context.yml` says what is different from a push to `main`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ci_config::compile::{Compilation, Step};
use ci_config::include::{self, Place, Root};
use ci_config::plan::{self, Context, Plan, Refusal};
use ci_config::predefined::{Commit, Pipeline, Project, Server, User};
use ci_config::variables::{Collection, Origin, Variable};
use ci_config::yaml::Documents;
use ci_config::{Checks, Compiled, Node, Value, duration, expression, pattern};

// The example that reads cases finds it beside this file, too.
#[path = "answers.rs"]
mod answers;

pub(crate) const PROJECT: &str = "group/project";
const SHA: &str = "5a1d0c9e8f7b6a5d4c3b2a1908f7e6d5c4b3a291";

const CHECKS: Checks = Checks {
    expression: |text| expression::Expression::parse(text).is_ok(),
    pattern: |text| pattern::Pattern::parse(text).is_some(),
    duration: duration::parse,
};

/// Paths from the root of a repository, and what the files contain.
type Tree = BTreeMap<String, Vec<u8>>;

/// One folder, read.
pub(crate) struct Case {
    pub(crate) source: plan::Source,
    pub(crate) reference: String,
    pub(crate) is_tag: bool,
    /// None when nobody knows what changed.
    pub(crate) changed: Option<Vec<Arc<str>>>,
    /// By the ref that they are compared with.
    changed_since: BTreeMap<String, Vec<Arc<str>>>,
    kubernetes: bool,
    /// Beside the predefined ones, as written in the context.
    pub(crate) given: Vec<Variable>,
    pub(crate) variables: Collection,
    /// Whose values, as a runner gets them, are of interest.
    pub(crate) watched: Vec<Arc<str>>,
    pub(crate) inputs: Option<Node>,
    limits: plan::Limits,
    pub(crate) files: Tree,
    /// By `project` or `project@ref`.
    pub(crate) projects: BTreeMap<String, Tree>,
    /// Remote files and components.
    others: BTreeMap<String, Vec<u8>>,
}

/// What came of a case.
pub(crate) enum Outcome {
    Plan(Box<Plan>),
    Refused(Refusal),
    /// The configuration is not valid.
    Invalid,
}

/// All folders, by their names.
pub(crate) fn folders() -> Vec<PathBuf> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let entries = fs::read_dir(corpus).expect("the corpus");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut folders: Vec<_> = paths.filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

impl Case {
    pub(crate) fn read(folder: &Path) -> Self {
        let mut files = Tree::new();
        gather(folder, folder, &mut files);
        files.remove("plan.txt");
        let context = files
            .remove("context.yml")
            .unwrap_or_else(|| b"{}".to_vec());
        let context = Documents::read(&context, 0).expect("a context").content;
        let mut case = Self {
            source: plan::Source::Push,
            reference: "main".to_owned(),
            is_tag: false,
            changed: None,
            changed_since: BTreeMap::new(),
            kubernetes: false,
            given: Vec::new(),
            variables: Collection::default(),
            watched: Vec::new(),
            inputs: None,
            limits: plan::Limits::default(),
            files,
            projects: BTreeMap::new(),
            others: BTreeMap::new(),
        };
        for (key, node) in context.as_mapping().expect("a context of keys") {
            case.set(key, node);
        }
        case.variables = case.predefined();
        case.variables.extend(case.given.iter().cloned());
        case
    }

    fn set(&mut self, key: &str, node: &Node) {
        match key {
            "source" => {
                self.source = plan::Source::parse(&text(node)).expect("a source of pipelines");
            }
            "ref" => self.reference = text(node),
            "tag" => self.is_tag = node.value == Value::Bool(true),
            "changed" => self.changed = Some(texts(node)),
            "changed_since" => {
                self.changed_since = pairs(node)
                    .map(|(name, node)| (name, texts(node)))
                    .collect();
            }
            "kubernetes" => self.kubernetes = node.value == Value::Bool(true),
            "project_variables" => self.give(node, Origin::Project),
            "masked_variables" => {
                let before = self.given.len();
                self.give(node, Origin::Project);
                for variable in &mut self.given[before..] {
                    variable.masked = true;
                }
            }
            "group_variables" => self.give(node, Origin::Group),
            "instance_variables" => self.give(node, Origin::Instance),
            "variables" => self.give(node, Origin::Pipeline),
            "watch" => self.watched = texts(node),
            "inputs" => self.inputs = Some(node.clone()),
            "limits" => {
                for (name, node) in pairs(node) {
                    let limit = text(node).parse().expect("a number");
                    match name.as_str() {
                        "jobs" => self.limits.jobs = limit,
                        "needs" => self.limits.needs = limit,
                        "deployments" => self.limits.deployments = limit,
                        other => panic!("no limit {other}"),
                    }
                }
            }
            // Folders of this one that are the repositories of other projects.
            "projects" => {
                for (project, folder) in pairs(node) {
                    let folder = format!("{}/", text(folder));
                    let within = |path: &String| path.strip_prefix(&folder).map(str::to_owned);
                    let tree = (self.files.iter())
                        .filter_map(|(path, file)| Some((within(path)?, file.clone())))
                        .collect();
                    self.projects.insert(project, tree);
                    self.files.retain(|path, _| !path.starts_with(&folder));
                }
            }
            // Files of this folder that are to be found elsewhere.
            "others" => {
                for (address, path) in pairs(node) {
                    let file = self
                        .files
                        .remove(&text(path))
                        .expect("a file of the folder");
                    self.others.insert(address, file);
                }
            }
            // Why the case is there.
            "about" => {}
            other => panic!("no key {other} in a context"),
        }
    }

    fn give(&mut self, node: &Node, origin: Origin) {
        let variables = pairs(node).map(|(name, node)| Variable::secret(name, text(node), origin));
        self.given.extend(variables);
    }

    fn predefined(&self) -> Collection {
        const URL: &str = "https://ci.example.com";
        let is_branch = !self.is_tag && self.source != plan::Source::MergeRequestEvent;
        let server = Server {
            url: URL,
            version: "18.5.0",
            revision: "abcdef",
        };
        let project = Project {
            id: 1,
            title: "Project",
            description: "",
            path: PROJECT,
            namespace_id: 2,
            visibility: "private",
            default_branch: "main",
            config_path: ".gitlab-ci.yml",
            server_url: URL,
        };
        let pipeline = Pipeline {
            source: self.source,
            iid: Some(1),
            created_at: "2026-01-02T03:04:05Z",
            schedule_description: None,
            triggered: false,
        };
        let commit = Commit {
            sha: SHA,
            before_sha: None,
            reference: &self.reference,
            is_tag: self.is_tag,
            is_branch,
            is_protected: self.reference == "main",
            message: "Make it so\n",
            author: "Ann <ann@example.com>",
            timestamp: "2026-01-02T03:04:05Z",
            tag_message: None,
        };
        let user = User {
            id: 3,
            email: "ann@example.com",
            login: "ann",
            name: "Ann",
        };
        let mut variables = server.variables();
        variables.extend(project.variables().iter().cloned());
        variables.extend(pipeline.variables().iter().cloned());
        variables.extend(commit.variables().iter().cloned());
        variables.extend(user.variables().iter().cloned());
        variables
    }

    pub(crate) fn compile(&self) -> Compiled {
        let root = self.files.get(".gitlab-ci.yml").expect("a configuration");
        let place = Place {
            project: PROJECT.into(),
            sha: SHA.into(),
        };
        let root_of = Root {
            place: Some(place),
            is_child: false,
        };
        let limits = include::Limits::default();
        let mut compilation = Compilation::new(root, self.inputs.as_ref(), root_of, limits);
        loop {
            match compilation.step(self, &CHECKS) {
                Step::Done(compiled) => return *compiled,
                Step::Fetch(sources) => {
                    for source in sources {
                        let answer = self.fetch(&source);
                        compilation.answer(source, answer);
                    }
                }
            }
        }
    }

    pub(crate) fn plan(&self, compiled: &Compiled) -> Outcome {
        let Some(config) = &compiled.config else {
            return Outcome::Invalid;
        };
        let context = Context {
            source: self.source,
            reference: &self.reference,
            is_tag: self.is_tag,
            project: PROJECT,
            kubernetes: self.kubernetes,
            changed_paths: self.changed.as_deref(),
            repository: self,
            variables: &self.variables,
            limits: self.limits,
        };
        match Plan::new(config, &context) {
            Ok(plan) => Outcome::Plan(Box::new(plan)),
            Err(refusal) => Outcome::Refused(refusal),
        }
    }
}

/// All files below a folder.
fn gather(root: &Path, folder: &Path, files: &mut Tree) {
    for entry in fs::read_dir(folder).expect("a folder of the corpus") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            gather(root, &path, files);
            continue;
        }
        let name = path.strip_prefix(root).expect("a path below the folder");
        let name = name.to_str().expect("a name in UTF-8").to_owned();
        files.insert(name, fs::read(&path).expect("a file"));
    }
}

fn text(node: &Node) -> String {
    match &node.value {
        Value::String(text) => text.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Bool(value) => value.to_string(),
        other => panic!("{other:?} is no text"),
    }
}

fn texts(node: &Node) -> Vec<Arc<str>> {
    let nodes = node.as_sequence().expect("a list").iter();
    nodes.map(|node| text(node).into()).collect()
}

fn pairs(node: &Node) -> impl Iterator<Item = (String, &Node)> {
    let keys = node.as_mapping().expect("a mapping").iter();
    keys.map(|(key, node)| (key.to_string(), node))
}
