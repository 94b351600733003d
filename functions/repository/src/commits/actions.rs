//! The actions of a commit, as a parameter gives them.

use std::collections::BTreeMap;

use switchyard::error::{Error, Result};
use switchyard::http::Reader;
use switchyard::http::params::Value;
use switchyard::repository::{Change, Content, MAX_CHANGES, Operation, is_file_path};

use crate::request::Encoding;

/// Reads all of them: a list, or a hash by number as a form makes it.
///
/// # Errors
/// 400 in GitLab's words, for the first that is wrong.
pub(super) fn read(reader: &Reader<'_>) -> Result<Vec<Change>> {
    let list: Vec<&Value> = match reader.value("actions") {
        Some(Value::List(values)) => values.iter().collect(),
        Some(Value::Map(values)) => {
            let mut numbered: Vec<(u64, &Value)> = Vec::new();
            for (number, value) in values {
                let number = number.parse();
                numbered.push((number.map_err(|_| bad("actions is invalid"))?, value));
            }
            numbered.sort_by_key(|(number, _)| *number);
            numbered.into_iter().map(|(_, value)| value).collect()
        }
        Some(Value::Text(text)) if !text.is_empty() => return Err(bad("actions is invalid")),
        Some(Value::Text(_)) | None => Vec::new(),
    };
    if list.is_empty() {
        return Err(bad("actions is required"));
    }
    if list.len() > MAX_CHANGES {
        let text = format!("actions has too many elements (maximum is {MAX_CHANGES})");
        return Err(Error::bad_request(text));
    }
    let actions = list.into_iter().enumerate();
    actions
        .map(|(place, value)| read_one(place, value))
        .collect()
}

fn bad(text: &'static str) -> Error {
    Error::bad_request(text)
}

/// One action, and its place in the list for what is said about it.
struct Action<'a> {
    place: usize,
    values: &'a BTreeMap<String, Value>,
}

fn read_one(place: usize, value: &Value) -> Result<Change> {
    let Value::Map(values) = value else {
        return Err(Error::bad_request(format!("actions[{place}] is invalid")));
    };
    let action = Action { place, values };
    let word = action
        .text("action")
        .ok_or_else(|| action.wrong("action", "is required"))?;
    if !["create", "update", "move", "delete", "chmod"].contains(&word) {
        let text = "must be one of: create, update, move, delete, chmod";
        return Err(action.wrong("action", text));
    }
    let path = action.path("file_path", "is required")?;
    let encoding = match action.text("encoding") {
        None => Encoding::Text,
        Some(text) => Encoding::parse(text)
            .ok_or_else(|| action.wrong("encoding", "must be text or base64"))?,
    };
    let executable = action.executable()?;
    let content = || -> Result<Option<Content>> {
        let Some(Value::Text(text)) = values.get("content") else {
            return Ok(None);
        };
        Ok(Some(Content {
            bytes: encoding.decode(text.clone())?,
            executable,
        }))
    };
    let needed = |name: &str| action.wrong(name, &format!("is required for {word} action"));
    let operation = match word {
        // A new file may be empty.
        "create" => Operation::Create(content()?.unwrap_or(Content {
            bytes: Default::default(),
            executable,
        })),
        "update" => Operation::Update(content()?.ok_or_else(|| needed("content"))?),
        "move" => Operation::Move {
            from: action
                .path("previous_path", "is required for move action")?
                .to_owned(),
            content: content()?.filter(|content| !content.bytes.is_empty()),
        },
        "chmod" => Operation::Chmod {
            executable: executable.ok_or_else(|| needed("execute_filemode"))?,
        },
        _ => Operation::Delete,
    };
    Ok(Change {
        path: path.to_owned(),
        operation,
        last_commit: action.text("last_commit_id").map(str::to_owned),
    })
}

impl<'a> Action<'a> {
    fn wrong(&self, name: &str, what: &str) -> Error {
        Error::bad_request(format!("actions[{}][{name}] {what}", self.place))
    }

    fn text(&self, name: &str) -> Option<&'a str> {
        match self.values.get(name) {
            Some(Value::Text(text)) if !text.is_empty() => Some(text),
            Some(Value::Text(_) | Value::List(_) | Value::Map(_)) | None => None,
        }
    }

    fn path(&self, name: &str, if_missing: &str) -> Result<&'a str> {
        let path = self
            .text(name)
            .ok_or_else(|| self.wrong(name, if_missing))?;
        if is_file_path(path) {
            Ok(path)
        } else {
            Err(self.wrong(name, "should be a valid file path"))
        }
    }

    fn executable(&self) -> Result<Option<bool>> {
        match self.values.get("execute_filemode") {
            None => Ok(None),
            Some(Value::Text(text)) if text.is_empty() => Ok(None),
            Some(Value::Text(text)) if text == "true" => Ok(Some(true)),
            Some(Value::Text(text)) if text == "false" => Ok(Some(false)),
            Some(_) => Err(self.wrong("execute_filemode", "must be a boolean")),
        }
    }
}
