//! The tables: keys, indexes with their projections, time to live.

use serde_json::Value;

use super::{TemplateError, items, resolve::Resolver, text};

/// A DynamoDB table of the template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The resource's name in the template, e.g. `AgentGrantsTable`.
    pub logical_id: String,
    /// Its name on this machine, e.g. `agent_grants`.
    pub name: String,
    /// The partition key.
    pub hash: Key,
    /// The sort key.
    pub range: Option<Key>,
    /// The global secondary indexes.
    pub indexes: Vec<Index>,
    /// The attribute that holds an item's time to live.
    pub time_to_live: Option<String>,
}

/// A key attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The attribute's name.
    pub name: String,
    /// The attribute's type.
    pub key_type: KeyType,
}

/// The type of a key attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyType {
    /// A string.
    S,
    /// A number.
    N,
    /// Bytes.
    B,
}

/// A global secondary index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// The index's name, e.g. `by_status`.
    pub name: String,
    /// The partition key.
    pub hash: Key,
    /// The sort key.
    pub range: Option<Key>,
    /// What the index holds besides the keys.
    pub projection: Projection,
}

/// What an index holds besides its own keys and the table's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Projection {
    /// Every attribute.
    All,
    /// Nothing more.
    KeysOnly,
    /// These attributes.
    Include(Vec<String>),
}

impl KeyType {
    /// The type as DynamoDB writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::S => "S",
            Self::N => "N",
            Self::B => "B",
        }
    }
}

impl Table {
    /// The index with this name.
    pub fn index(&self, name: &str) -> Option<&Index> {
        self.indexes.iter().find(|index| index.name == name)
    }

    /// Whether a read of `index` sees this attribute. AWS refuses a read that
    /// names one it does not see; the emulator answers as if it were absent.
    pub fn index_holds(&self, index: &Index, attribute: &str) -> bool {
        let keys = [
            Some(&self.hash),
            self.range.as_ref(),
            Some(&index.hash),
            index.range.as_ref(),
        ];
        keys.into_iter().flatten().any(|key| key.name == attribute)
            || match &index.projection {
                Projection::All => true,
                Projection::KeysOnly => false,
                Projection::Include(attributes) => attributes.iter().any(|name| name == attribute),
            }
    }

    /// Every key attribute of the table and its indexes, each once.
    pub fn key_attributes(&self) -> Vec<&Key> {
        let mut keys: Vec<&Key> = Vec::new();
        let indexes = self.indexes.iter();
        let all = [Some(&self.hash), self.range.as_ref()]
            .into_iter()
            .chain(indexes.flat_map(|index| [Some(&index.hash), index.range.as_ref()]));
        for key in all.flatten() {
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        keys
    }
}

/// Reads a table from its resolved properties.
pub(super) fn read(
    logical_id: &str,
    resolver: &Resolver,
    properties: &Value,
) -> Result<Table, TemplateError> {
    let attributes = &properties["AttributeDefinitions"];
    let (hash, range) = keys(logical_id, &properties["KeySchema"], attributes)?;
    let mut indexes = Vec::new();
    for index in items(&properties["GlobalSecondaryIndexes"]) {
        indexes.push(read_index(logical_id, index, attributes)?);
    }
    let time_to_live = &properties["TimeToLiveSpecification"];
    Ok(Table {
        logical_id: logical_id.to_owned(),
        name: resolver.name(logical_id),
        hash,
        range,
        indexes,
        time_to_live: text(&time_to_live["AttributeName"])
            .filter(|_| text(&time_to_live["Enabled"]).as_deref() == Some("true")),
    })
}

fn read_index(table: &str, index: &Value, attributes: &Value) -> Result<Index, TemplateError> {
    let name = text(&index["IndexName"])
        .ok_or_else(|| TemplateError::shape(table, "an index has no name"))?;
    let place = format!("{table}.{name}");
    let (hash, range) = keys(&place, &index["KeySchema"], attributes)?;
    let projection = &index["Projection"];
    let projection = match projection["ProjectionType"].as_str() {
        Some("ALL") => Projection::All,
        Some("KEYS_ONLY") => Projection::KeysOnly,
        Some("INCLUDE") => Projection::Include(
            items(&projection["NonKeyAttributes"])
                .into_iter()
                .filter_map(text)
                .collect(),
        ),
        _ => return Err(TemplateError::shape(place, "no projection type")),
    };
    Ok(Index {
        name,
        hash,
        range,
        projection,
    })
}

fn keys(
    place: &str,
    schema: &Value,
    attributes: &Value,
) -> Result<(Key, Option<Key>), TemplateError> {
    let mut hash = None;
    let mut range = None;
    for element in items(schema) {
        let name = text(&element["AttributeName"])
            .ok_or_else(|| TemplateError::shape(place, "a key has no name"))?;
        let definition = items(attributes)
            .into_iter()
            .find(|attribute| attribute["AttributeName"] == *name)
            .ok_or_else(|| TemplateError::shape(place, format!("{name} is not defined")))?;
        let key_type = match definition["AttributeType"].as_str() {
            Some("S") => KeyType::S,
            Some("N") => KeyType::N,
            Some("B") => KeyType::B,
            _ => return Err(TemplateError::shape(place, format!("{name} has no type"))),
        };
        match element["KeyType"].as_str() {
            Some("HASH") => hash = Some(Key { name, key_type }),
            Some("RANGE") => range = Some(Key { name, key_type }),
            _ => {
                return Err(TemplateError::shape(
                    place,
                    format!("{name} is no kind of key"),
                ));
            }
        }
    }
    let hash = hash.ok_or_else(|| TemplateError::shape(place, "no partition key"))?;
    Ok((hash, range))
}
