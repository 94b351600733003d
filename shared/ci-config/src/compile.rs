//! From the text of a configuration to its jobs: YAML, inputs, includes, `extends`,
//! `!reference`, and the reading of every keyword.

use std::sync::Arc;

use crate::config::{Checks, Config};
use crate::fault::{Fault, Faults};
use crate::include::{
    self, Answer, Found, Included, Inclusion, Inclusions, Limits, Root, Source, Surroundings,
};
use crate::node::{Mapping, Node, Value};
use crate::yaml::Documents;
use crate::{extends, reference, templates};

/// All that came of a configuration.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// There is one unless there are errors.
    pub config: Option<Config>,
    /// With includes, `extends` and references resolved. There is none when that failed.
    pub merged: Option<Node>,
    pub faults: Faults,
    pub includes: Vec<Included>,
    /// Where each file was found, by the numbers that spans have; the root has no name.
    pub files: Vec<Arc<str>>,
}

/// What is to be done next.
#[derive(Debug)]
pub enum Step {
    /// Give an answer for each of these.
    Fetch(Vec<Source>),
    Done(Box<Compiled>),
}

/// A configuration on its way. It reads nothing itself: as long as a step asks for sources,
/// the caller fetches them and answers. Templates that come with it are not asked for.
#[derive(Debug)]
pub struct Compilation(State);

#[derive(Debug)]
enum State {
    Including(Box<Inclusion>),
    Failed(Fault),
}

impl State {
    fn of(inclusion: Inclusion) -> Self {
        Self::Including(Box::new(inclusion))
    }
}

impl Compilation {
    /// `inputs` are those that the pipeline was given.
    pub fn new(text: &[u8], inputs: Option<&Node>, root: Root, limits: Limits) -> Self {
        if text.iter().all(u8::is_ascii_whitespace) {
            let fault = Fault::new("Please provide content of .gitlab-ci.yml");
            return Self(State::Failed(fault));
        }
        match Documents::read(text, 0) {
            Err(fault) => Self(State::Failed(fault)),
            Ok(documents) => Self(State::of(Inclusion::new(documents, inputs, root, limits))),
        }
    }

    /// The configuration of a child pipeline, which is what the bridge's `trigger:include`
    /// says.
    pub fn of_child(include: &Node, root: Root, limits: Limits) -> Self {
        let keys = Mapping::from([("include".into(), include.clone())]);
        let documents = Documents {
            header: None,
            content: Node::new(Value::Mapping(Arc::new(keys)), include.span),
            warnings: Vec::new(),
        };
        Self(State::of(Inclusion::new(documents, None, root, limits)))
    }

    /// Takes what was fetched, or why it could not be.
    pub fn answer(&mut self, source: Source, answer: Answer) {
        match &mut self.0 {
            State::Including(inclusion) => inclusion.answer(source, answer),
            State::Failed(_) => {}
        }
    }

    /// Goes on as far as the answers reach.
    pub fn step(&mut self, surroundings: &dyn Surroundings, checks: &Checks) -> Step {
        let inclusion = match &mut self.0 {
            State::Including(inclusion) => inclusion,
            State::Failed(fault) => return Step::Done(Box::new(failed(fault.clone()))),
        };
        loop {
            match inclusion.step(surroundings, checks) {
                include::Step::Fetch(sources) => {
                    let sources = answer_templates(inclusion, sources);
                    if !sources.is_empty() {
                        return Step::Fetch(sources);
                    }
                }
                include::Step::Done(result) => {
                    let mut compiled = match result {
                        Ok(inclusions) => finish(inclusions, checks),
                        Err(fault) => failed(fault),
                    };
                    compiled.files = inclusion.files().to_vec();
                    return Step::Done(Box::new(compiled));
                }
            }
        }
    }
}

/// Says which sources are left.
fn answer_templates(inclusion: &mut Inclusion, sources: Vec<Source>) -> Vec<Source> {
    let mut left = Vec::new();
    for source in sources {
        let text = match &source {
            Source::Template { name } => templates::find(name),
            Source::Local { .. }
            | Source::Paths { .. }
            | Source::Project { .. }
            | Source::Remote { .. }
            | Source::Component { .. }
            | Source::Artifact { .. } => None,
        };
        match text {
            Some(text) => inclusion.answer(source, Ok(Found::Text(text.as_bytes().into()))),
            None => left.push(source),
        }
    }
    left
}

fn finish(inclusions: Inclusions, checks: &Checks) -> Compiled {
    let extended = extends::resolve(&inclusions.content);
    let merged = match extended.and_then(|node| reference::resolve(&node)) {
        Ok(merged) => with_edge_stages(merged),
        Err(fault) => return failed(fault),
    };
    let (config, mut faults) = Config::read(&merged, checks);
    let mut warnings = inclusions.warnings;
    warnings.append(&mut faults.warnings);
    faults.warnings = warnings;
    Compiled {
        config,
        merged: Some(merged),
        faults,
        includes: inclusions.includes,
        files: Vec::new(),
    }
}

/// GitLab puts `.pre` and `.post` into the list itself, so that they show.
fn with_edge_stages(mut root: Node) -> Node {
    let Value::Mapping(keys) = &mut root.value else {
        return root;
    };
    let stages = keys.get("stages");
    let Some(written) = stages
        .and_then(Node::as_sequence)
        .filter(|list| !list.is_empty())
    else {
        return root;
    };
    let span = stages.map_or(root.span, |node| node.span);
    let edge = |name: &str| Node::new(Value::String(name.into()), span);
    let mut list = vec![edge(".pre")];
    let is_edge = |node: &&Node| matches!(node.as_str(), Some(".pre" | ".post"));
    list.extend(written.iter().filter(|node| !is_edge(node)).cloned());
    list.push(edge(".post"));
    let list = Node::new(Value::Sequence(Arc::new(list)), span);
    Arc::make_mut(keys).insert("stages".into(), list);
    root
}

/// GitLab shows neither includes nor a merged configuration then.
fn failed(fault: Fault) -> Compiled {
    Compiled {
        config: None,
        merged: None,
        faults: Faults {
            errors: vec![fault],
            warnings: Vec::new(),
        },
        includes: Vec::new(),
        files: Vec::new(),
    }
}
