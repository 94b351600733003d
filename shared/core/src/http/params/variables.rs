//! Variables that a job or a pipeline is given: a list of hashes.

use std::collections::BTreeMap;

use super::{Reader, Value};

/// One variable, as it came.
pub struct VariableHash<'a> {
    /// As it is called in a fault: `variables[0]`.
    name: String,
    attributes: &'a BTreeMap<String, Value>,
}

impl<'a> Reader<'a> {
    /// A list of hashes, or a hash of them by their places, as forms write it. Of more than
    /// `max` none is read, and so is none that is no hash.
    pub fn variables(&mut self, name: &str, max: usize) -> Vec<VariableHash<'a>> {
        let elements: Vec<&Value> = match self.value(name) {
            None => return Vec::new(),
            Some(Value::Text(text)) if text.is_empty() => return Vec::new(),
            Some(Value::List(elements)) => elements.iter().collect(),
            Some(Value::Map(elements)) => match in_order(elements) {
                Some(elements) => elements,
                None => return self.invalid(name).unwrap_or_default(),
            },
            Some(Value::Text(_)) => return self.invalid(name).unwrap_or_default(),
        };
        if elements.len() > max {
            self.fault(format!("{name} is too long (maximum is {max} variables)"));
            return Vec::new();
        }
        let elements = elements.into_iter().enumerate();
        let hashes = elements.filter_map(|(place, element)| {
            let name = format!("{name}[{place}]");
            match element {
                Value::Map(attributes) => Some(VariableHash { name, attributes }),
                Value::Text(_) | Value::List(_) => self.invalid(&name),
            }
        });
        hashes.collect()
    }
}

/// By the places that their keys say; none if a key is no place.
fn in_order(elements: &BTreeMap<String, Value>) -> Option<Vec<&Value>> {
    let numbered = elements.iter();
    let numbered = numbered.map(|(place, element)| Some((place.parse::<usize>().ok()?, element)));
    let mut numbered = numbered.collect::<Option<Vec<_>>>()?;
    numbered.sort_by_key(|(place, _)| *place);
    Some(numbered.into_iter().map(|(_, element)| element).collect())
}

impl VariableHash<'_> {
    /// A text, be it empty.
    pub fn text(&self, attribute: &str, reader: &mut Reader<'_>) -> Option<String> {
        match self.attributes.get(attribute)? {
            Value::Text(text) => Some(text.clone()),
            Value::List(_) | Value::Map(_) => reader.invalid(&self.called(attribute)),
        }
    }

    /// A text that has to be given.
    pub fn required(&self, attribute: &str, reader: &mut Reader<'_>) -> Option<String> {
        if !self.attributes.contains_key(attribute) {
            reader.fault(format!("{} is missing", self.called(attribute)));
        }
        self.text(attribute, reader)
    }

    /// What an attribute is called in a fault: `variables[0][key]`.
    pub fn called(&self, attribute: &str) -> String {
        format!("{}[{attribute}]", self.name)
    }
}
