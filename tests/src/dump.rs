//! All that a stack keeps, to see whether something changed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use dynoxide::actions::list_tables::ListTablesRequest;
use dynoxide::actions::scan::ScanRequest;

use crate::app::TestApp;

/// Every row of every table, and every file of the bucket.
#[derive(Debug, PartialEq, Eq)]
pub struct Dump {
    pub rows: BTreeMap<String, BTreeSet<String>>,
    pub objects: BTreeMap<PathBuf, Vec<u8>>,
}

impl TestApp {
    /// Reads past the functions and the wire. Tables without rows are there too.
    pub fn dump(&self) -> Dump {
        let database = self.stack.dynamodb.database();
        let tables = database.list_tables(ListTablesRequest::default()).unwrap();
        assert_eq!(tables.last_evaluated_table_name, None);
        let rows = tables.table_names.into_iter().map(|name| {
            let rows = self.rows(&name);
            (name, rows)
        });
        let mut objects = BTreeMap::new();
        read_folder(self.stack.s3.folder(), &mut objects);
        Dump {
            rows: rows.collect(),
            objects,
        }
    }

    /// Makes rows and objects what they were, past the functions and the wire.
    pub fn restore(&self, to: &Dump) {
        let database = self.stack.dynamodb.database();
        let now = self.dump();
        for (table, rows) in &to.rows {
            let there = &now.rows[table];
            let table_keys = self.stack.template.table(table).unwrap();
            let keys = std::iter::once(&table_keys.hash).chain(&table_keys.range);
            let keys: Vec<&str> = keys.map(|key| key.name.as_str()).collect();
            for row in there.difference(rows) {
                let row: serde_json::Value = serde_json::from_str(row).unwrap();
                let key: serde_json::Value = keys
                    .iter()
                    .map(|name| ((*name).to_owned(), row[name].clone()))
                    .collect();
                let request = serde_json::json!({ "TableName": table, "Key": key });
                let request = serde_json::from_value(request).unwrap();
                database.delete_item(request).unwrap();
            }
            for row in rows.difference(there) {
                let row: serde_json::Value = serde_json::from_str(row).unwrap();
                let request = serde_json::json!({ "TableName": table, "Item": row });
                let request = serde_json::from_value(request).unwrap();
                database.put_item(request).unwrap();
            }
        }
        for path in now.objects.keys() {
            if !to.objects.contains_key(path) {
                std::fs::remove_file(path).unwrap();
            }
        }
        for (path, bytes) in &to.objects {
            if now.objects.get(path) != Some(bytes) {
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, bytes).unwrap();
            }
        }
    }

    fn rows(&self, table: &str) -> BTreeSet<String> {
        let mut rows = BTreeSet::new();
        let mut request = ScanRequest {
            table_name: table.to_owned(),
            ..ScanRequest::default()
        };
        loop {
            let page = self.stack.dynamodb.database().scan(request).unwrap();
            // Through a value, whose objects are sorted.
            let items = page.items.iter().flatten();
            rows.extend(items.map(|item| serde_json::to_value(item).unwrap().to_string()));
            if page.last_evaluated_key.is_none() {
                return rows;
            }
            request = ScanRequest {
                table_name: table.to_owned(),
                exclusive_start_key: page.last_evaluated_key,
                ..ScanRequest::default()
            };
        }
    }
}

fn read_folder(folder: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_folder(&path, files);
        } else {
            let bytes = std::fs::read(&path).unwrap();
            files.insert(path, bytes);
        }
    }
}
