//! Values after the values they refer to.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use super::expansion::Expanded;
use super::reference::{self, Kind};
use super::{Budget, Collection, Definition, Layer, Scope, Unknown, Variable};

/// What the variables of one job may come to. A runner gets its job in one answer, which
/// may be 6 MB long.
const RUNNER_BYTES: usize = 4 << 20;
const RUNNER_STEPS: usize = 1 << 20;

/// Why references were not replaced.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The names of each circle.
    #[error("circular variable reference detected: {}", circles_text(.0))]
    Circular(Vec<Vec<Arc<str>>>),
    /// There is no end in sight. GitLab has no such limit.
    #[error("rules and variables take too long to evaluate")]
    TooMuch,
}

fn circles_text(circles: &[Vec<Arc<str>>]) -> String {
    let circles: Vec<_> = circles.iter().map(|names| format!("{names:?}")).collect();
    circles.join(", ")
}

/// What a runner gets: references replaced as far as the runner itself would not do it
/// better. It keeps those to unknown variables, to files and to raw ones. The list is in the
/// order in which values need each other. In case of an error GitLab sends it as it was.
pub fn for_runner(variables: &Collection) -> Result<Collection, Error> {
    let budget = Budget::new(RUNNER_BYTES, RUNNER_STEPS);
    let scope = Scope::new(&budget).with(Layer::Collection(variables));
    let mut graph = Graph::new(&scope);
    let mut places = Vec::new();
    for variable in variables {
        places.extend(graph.nodes_of(&variable.name)?);
    }
    let mut sent = Collection::default();
    for place in graph.sort(&places)? {
        let name = graph.nodes[place].name;
        let before = place - graph.nodes_of(name)?.start;
        let Some(variable) = variables.all(name).nth(before) else {
            continue;
        };
        let value = if variable.raw || !reference::may_refer(&variable.value) {
            Arc::clone(&variable.value)
        } else {
            let known = |name: &str| sent.get(name).filter(|known| !known.file && !known.raw);
            let known = |name: &str| known(name).map(|known| Cow::Borrowed(&*known.value));
            let write = |bytes| budget.write(bytes);
            let (text, kind) = (&variable.value, Kind::Value);
            let text = reference::replace(text, kind, Unknown::Keep, known, write)?;
            text.into()
        };
        sent.push(Variable {
            value,
            ..variable.clone()
        });
    }
    Ok(sent)
}

impl Scope<'_> {
    /// Whether values refer to each other in a circle. One that refers to itself means what
    /// its name meant before.
    pub fn check(&self) -> Result<(), Error> {
        self.check_from(self.iter())
    }

    /// The same, where a circle would have to go through one of these layers.
    pub fn check_through(&self, layers: &[Layer<'_>]) -> Result<(), Error> {
        self.check_from(layers.iter().flat_map(|layer| layer.iter()))
    }

    fn check_from<'d>(
        &self,
        definitions: impl Iterator<Item = Definition<'d>>,
    ) -> Result<(), Error> {
        let mut graph = Graph::new(self);
        let mut places = Vec::new();
        for definition in definitions {
            self.budget.step(1)?;
            if !definition.raw && reference::may_refer(definition.value) {
                places.extend(graph.nodes_of(definition.name)?);
            }
        }
        graph.sort(&places).map(|_| ())
    }

    /// The values of these names and of all that they refer to.
    pub(super) fn expanded<'n>(
        &self,
        names: impl Iterator<Item = &'n str>,
    ) -> Result<Expanded, Error> {
        let mut graph = Graph::new(self);
        let mut places = Vec::new();
        for name in names {
            places.extend(graph.nodes_of(name)?);
        }
        let order = match graph.sort(&places) {
            Ok(order) => Some(order),
            Err(Error::Circular(_)) => None,
            Err(error @ Error::TooMuch) => return Err(error),
        };
        let mut expanded = Expanded::default();
        // In a circle there is no beginning: everything stays as written, as in GitLab.
        for node in order.iter().flatten().map(|place| graph.nodes[*place]) {
            let value = expanded.value_of(node, self.budget)?;
            expanded.insert(node.name, value);
        }
        for node in (order.is_none())
            .then_some(&graph.nodes)
            .into_iter()
            .flatten()
        {
            expanded.insert(node.name, Arc::clone(node.value));
        }
        Ok(expanded)
    }
}

/// Definitions and what they refer to, as far as somebody asked.
struct Graph<'s, 'a> {
    scope: &'s Scope<'a>,
    nodes: Vec<Definition<'a>>,
    of_names: HashMap<String, Range<usize>>,
}

/// How much text is read in the time of a step.
const BYTES_A_STEP: usize = 64;

/// Not visited yet.
const NEW: usize = usize::MAX;

impl<'s, 'a> Graph<'s, 'a> {
    fn new(scope: &'s Scope<'a>) -> Self {
        Self {
            scope,
            nodes: Vec::new(),
            of_names: HashMap::new(),
        }
    }

    fn nodes_of(&mut self, name: &str) -> Result<Range<usize>, Error> {
        if let Some(nodes) = self.of_names.get(name) {
            return Ok(nodes.clone());
        }
        let start = self.nodes.len();
        self.nodes.extend(self.scope.all(name));
        let nodes = start..self.nodes.len();
        self.scope.budget.step(nodes.len() + 1)?;
        self.of_names.insert(name.to_owned(), nodes.clone());
        Ok(nodes)
    }

    /// All definitions that one refers to, in the order of the references.
    fn needed(&mut self, place: usize) -> Result<Vec<usize>, Error> {
        let Definition { value, raw, .. } = self.nodes[place];
        if raw || !reference::may_refer(value) {
            return Ok(Vec::new());
        }
        self.scope.budget.step(value.len() / BYTES_A_STEP)?;
        let mut needed = Vec::new();
        for name in reference::names(value, Kind::Value) {
            let nodes = self.nodes_of(name)?;
            self.scope.budget.step(nodes.len())?;
            needed.extend(nodes);
        }
        Ok(needed)
    }

    /// What these definitions need, and they themselves, each after what it needs: Tarjan's
    /// strongly connected components, as Ruby's `TSort` finds them. Without recursion, for
    /// chains may be as long as there are variables.
    fn sort(&mut self, places: &[usize]) -> Result<Vec<usize>, Error> {
        let mut marks: Vec<(usize, usize)> = Vec::new();
        let mut open: Vec<usize> = Vec::new();
        let mut order = Vec::new();
        let mut circles = Vec::new();
        let mut next = 0;
        for start in places {
            let mut path: Vec<(usize, Vec<usize>, usize)> = Vec::new();
            let mut enter = Some(*start);
            loop {
                if let Some(place) = enter.take() {
                    marks.resize(self.nodes.len(), (NEW, NEW));
                    if marks[place].0 == NEW {
                        let needed = self.needed(place)?;
                        marks.resize(self.nodes.len(), (NEW, NEW));
                        marks[place] = (next, next);
                        next += 1;
                        open.push(place);
                        path.push((place, needed, 0));
                    }
                }
                let Some((place, needed, taken)) = path.last_mut() else {
                    break;
                };
                let place = *place;
                if let Some(&other) = needed.get(*taken) {
                    *taken += 1;
                    if marks[other].0 == NEW {
                        enter = Some(other);
                    } else {
                        marks[place].1 = marks[place].1.min(marks[other].1);
                    }
                    continue;
                }
                path.pop();
                let (own, lowest) = marks[place];
                if let Some((parent, ..)) = path.last() {
                    marks[*parent].1 = marks[*parent].1.min(lowest);
                }
                if lowest == own {
                    let from = open.iter().rposition(|open| *open == place).unwrap_or(0);
                    let group = open.split_off(from);
                    for member in &group {
                        // Closed: nobody later belongs to its group.
                        marks[*member].1 = NEW;
                    }
                    if group.len() > 1 {
                        circles.push(
                            group
                                .iter()
                                .map(|place| self.nodes[*place].name.into())
                                .collect(),
                        );
                    }
                    order.extend(group);
                }
            }
        }
        if circles.is_empty() {
            Ok(order)
        } else {
            Err(Error::Circular(circles))
        }
    }
}
