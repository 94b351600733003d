//! GitLab's deep merge: of what `include` brings, and of what `extends` names.

use std::sync::Arc;

use crate::node::{Mapping, Node, Value};

/// Lays one configuration over another. Mappings are merged, all else is replaced. A key
/// keeps the place it had below, new keys follow.
#[must_use]
pub fn deep_merge(below: Node, above: &Node) -> Node {
    match (below.value, &above.value) {
        (Value::Mapping(below), Value::Mapping(above_keys)) => {
            let keys = merge_mappings(below, above_keys);
            Node::new(Value::Mapping(keys), above.span)
        }
        (
            Value::Null
            | Value::Bool(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::String(_)
            | Value::Sequence(_)
            | Value::Mapping(_)
            | Value::Reference(_),
            _,
        ) => above.clone(),
    }
}

/// Shares what needs no change; a mapping that nobody else holds is changed in place.
fn merge_mappings(mut below: Arc<Mapping>, above: &Arc<Mapping>) -> Arc<Mapping> {
    if above.is_empty() || Arc::ptr_eq(&below, above) {
        return below;
    }
    if below.is_empty() {
        return Arc::clone(above);
    }
    let keys = Arc::make_mut(&mut below);
    for (key, node) in above.iter() {
        match keys.get_mut(key) {
            Some(place) => {
                let value = std::mem::replace(&mut place.value, Value::Null);
                *place = deep_merge(Node::new(value, place.span), node);
            }
            None => {
                keys.insert(Arc::clone(key), node.clone());
            }
        }
    }
    below
}
