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
