//! Many rows at once, straight into the database.

use std::collections::HashMap;

use dynoxide::ImportOptions;
use dynoxide::types::{AttributeValue, Item};
use switchyard::store::Row;

use crate::app::TestApp;

/// Changes what was made from a pattern.
pub trait Change {
    fn number(&mut self, name: &str, value: u64);
}

impl Change for Item {
    fn number(&mut self, name: &str, value: u64) {
        self.insert(name.to_owned(), AttributeValue::N(value.to_string()));
    }
}

/// The blocks of a pipeline that has one.
pub fn block(first: u64, count: u64) -> AttributeValue {
    let number = |value: u64| AttributeValue::N(value.to_string());
    let block = [("first", number(first)), ("count", number(count))];
    let block = block.map(|(name, value)| (name.to_owned(), value));
    AttributeValue::L(vec![AttributeValue::M(HashMap::from(block))])
}

impl TestApp {
    /// Adds `count` rows made from the patterns, which take turns; `change` gets each
    /// row's place. Serializing so many rows would take longer than all the rest.
    pub fn load<R: Row>(&self, patterns: &[R], count: u64, change: impl Fn(u64, &mut Item)) {
        let items: Vec<Item> = patterns
            .iter()
            .map(|row| serde_json::from_value(self.wire_item(row)).unwrap())
            .collect();
        let rows = (0..count).zip(items.iter().cycle()).map(|(place, item)| {
            let mut item = item.clone();
            change(place, &mut item);
            item
        });
        let table = self.table_of(&patterns[0]);
        let database = self.stack.dynamodb.database();
        database.enable_bulk_loading().unwrap();
        let options = ImportOptions::default();
        database
            .import_items(&table, rows.collect(), options)
            .unwrap();
        database.disable_bulk_loading().unwrap();
    }
}
