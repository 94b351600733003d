//! `!reference`: takes over what stands elsewhere in the configuration.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::budget::{Budget, MAX_DEPTH, too_big};
use crate::fault::Fault;
use crate::node::{Mapping, Node, Span, Value};
use crate::yaml::inspect;

type Path = Arc<Vec<Arc<str>>>;

/// Resolves all references of a configuration in which `extends` is resolved.
pub fn resolve(root: &Node) -> Result<Node, Fault> {
    let mut resolver = Resolver {
        root,
        resolved: HashMap::new(),
        lists: HashMap::new(),
        in_progress: HashSet::new(),
        place: Vec::new(),
        budget: Budget::new(),
    };
    let (changed, _) = resolver.resolve(root, 0)?;
    Ok(changed.unwrap_or_else(|| root.clone()))
}

#[derive(Clone, PartialEq, Eq, Hash)]
enum Step {
    Key(Arc<str>),
    Item(usize),
}

struct Resolver<'a> {
    root: &'a Node,
    /// What was found at a path.
    resolved: HashMap<Path, Resolved>,
    /// What became of lists with references in them, by where they are: jobs that have one
    /// from the same template go on sharing it.
    lists: HashMap<*const Vec<Node>, Resolved>,
    /// Where the references stand that are being resolved. A cycle is one that comes back to
    /// the same place; the same path twice is none yet.
    in_progress: HashSet<Vec<Step>>,
    /// Where the value stands that is being looked at.
    place: Vec<Step>,
    budget: Budget,
}

#[derive(Clone)]
struct Resolved {
    node: Node,
    /// How many values it comes to.
    size: usize,
    /// How many levels lie in it.
    height: usize,
}

/// A value if it is another than before, so that all else is shared; and its height.
type Changed = (Option<Node>, usize);

impl Resolver<'_> {
    fn resolve(&mut self, node: &Node, depth: usize) -> Result<Changed, Fault> {
        if depth > MAX_DEPTH {
            return Err(too_big().at(node.span));
        }
        self.budget.spend(1)?;
        match &node.value {
            Value::Sequence(nodes) => self.resolve_sequence(nodes, node.span, depth),
            Value::Mapping(keys) => self.resolve_mapping(keys, node.span, depth),
            Value::Reference(path) => {
                let resolved = self.follow(path, node.span, depth)?;
                Ok((Some(resolved.node), resolved.height + 1))
            }
            Value::Null
            | Value::Bool(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::String(_) => Ok((None, 0)),
        }
    }

    fn resolve_sequence(
        &mut self,
        nodes: &Arc<Vec<Node>>,
        span: Span,
        depth: usize,
    ) -> Result<Changed, Fault> {
        if let Some(known) = self.lists.get(&Arc::as_ptr(nodes)) {
            self.budget.spend(known.size)?;
            if depth + known.height > MAX_DEPTH {
                return Err(too_big().at(span));
            }
            let node = Node::new(known.node.value.clone(), span);
            return Ok((Some(node), known.height));
        }
        let before = self.budget.left();
        let mut changed: Option<Vec<Node>> = None;
        let mut height = 0;
        for (place, node) in nodes.iter().enumerate() {
            self.place.push(Step::Item(place));
            let (value, below) = self.resolve(node, depth + 1)?;
            if let Some(value) = value {
                changed.get_or_insert_with(|| Vec::clone(nodes))[place] = value;
            }
            height = height.max(below + 1);
            self.place.pop();
        }
        let Some(changed) = changed else {
            return Ok((None, height));
        };
        let node = Node::new(Value::Sequence(Arc::new(changed)), span);
        let resolved = Resolved {
            node: node.clone(),
            size: before - self.budget.left(),
            height,
        };
        self.lists.insert(Arc::as_ptr(nodes), resolved);
        Ok((Some(node), height))
    }

    fn resolve_mapping(
        &mut self,
        keys: &Arc<Mapping>,
        span: Span,
        depth: usize,
    ) -> Result<Changed, Fault> {
        let mut changed: Option<Mapping> = None;
        let mut height = 0;
        for (place, (key, node)) in keys.iter().enumerate() {
            self.place.push(Step::Key(Arc::clone(key)));
            let (value, below) = self.resolve(node, depth + 1)?;
            if let Some(value) = value {
                changed.get_or_insert_with(|| Mapping::clone(keys))[place] = value;
            }
            height = height.max(below + 1);
            self.place.pop();
        }
        let changed = changed.map(|keys| Node::new(Value::Mapping(Arc::new(keys)), span));
        Ok((changed, height))
    }

    fn follow(&mut self, path: &Path, span: Span, depth: usize) -> Result<Resolved, Fault> {
        let fail = |message: &str| {
            let reference = Node::new(Value::Reference(Arc::clone(path)), span);
            Fault::new(format!("{} {message}", inspect(&reference))).at(span)
        };
        if path.is_empty() {
            return Err(fail("is not valid"));
        }
        if !self.in_progress.insert(self.place.clone()) {
            return Err(fail("is part of a circular chain"));
        }
        let resolved = match self.resolved.get(path) {
            Some(resolved) => {
                self.budget.spend(resolved.size)?;
                if depth + resolved.height > MAX_DEPTH {
                    return Err(too_big().at(span));
                }
                resolved.clone()
            }
            None => {
                let target = self.find(path).ok_or_else(|| fail("could not be found"))?;
                let resolved = self.resolve_at(path, target, depth)?;
                self.resolved.insert(Arc::clone(path), resolved.clone());
                resolved
            }
        };
        self.in_progress.remove(&self.place);
        // Ruby takes what is false for not there.
        if matches!(resolved.node.value, Value::Null | Value::Bool(false)) {
            return Err(fail("could not be found"));
        }
        Ok(resolved)
    }

    fn resolve_at(
        &mut self,
        path: &[Arc<str>],
        target: Node,
        depth: usize,
    ) -> Result<Resolved, Fault> {
        let steps = path.iter().cloned().map(Step::Key).collect();
        let place = std::mem::replace(&mut self.place, steps);
        let before = self.budget.left();
        let (changed, height) = self.resolve(&target, depth + 1)?;
        self.place = place;
        Ok(Resolved {
            node: changed.unwrap_or(target),
            size: before - self.budget.left(),
            height,
        })
    }

    fn find(&self, path: &[Arc<str>]) -> Option<Node> {
        let mut node = self.root;
        for key in path {
            node = node.get(key)?;
        }
        Some(node.clone())
    }
}
