//! Parameters, read as Rack and Grape read them: one tree from the query string and the
//! body, then typed values, with all that is wrong collected into one text.

use std::collections::{BTreeMap, BTreeSet};

use percent_encoding::percent_decode_str;
use serde::de::value::{Error as Unknown, StrDeserializer};
use serde::de::{DeserializeOwned, IntoDeserializer as _};

use crate::error::{Error, Result};
use crate::job::Status;
use crate::time::{Day, Time};

mod body;
mod variables;

pub use body::is_json;
pub use variables::VariableHash;

/// Nesting beyond this is refused. Nothing in the API needs more than three.
const MAX_DEPTH: usize = 32;

/// One parameter, as deep as its name's brackets went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Text(String),
    List(Vec<Value>),
    Map(BTreeMap<String, Value>),
}

/// All parameters of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Params(BTreeMap<String, Value>);

impl Params {
    /// Reads a query string. Of a repeated plain name the last value counts, `a[]`
    /// makes a list, `a[b]` a map.
    ///
    /// # Errors
    /// 400 for bytes that are not UTF-8, for NUL, and for names that contradict each other.
    pub fn parse(query: &str) -> Result<Self> {
        let mut root = BTreeMap::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, value) = (decode(name)?, decode(value)?);
            let (first, rest) = split_name(&name);
            if first.is_empty() {
                continue;
            }
            insert(&mut root, first, &rest, value)?;
        }
        Ok(Self(root))
    }

    /// These and those of a body, which come first where both have a name.
    #[must_use]
    pub fn overlaid(mut self, body: Self) -> Self {
        self.0.extend(body.0);
        self
    }

    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// A plain, not empty value.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.get(name) {
            Some(Value::Text(text)) if !text.is_empty() => Some(text),
            Some(Value::Text(_) | Value::List(_) | Value::Map(_)) | None => None,
        }
    }

    /// All parameters as JSON, in which all that is no list and no map is a text.
    pub fn to_json(&self) -> serde_json::Map<String, serde_json::Value> {
        let members = self.0.iter();
        members
            .map(|(name, value)| (name.clone(), value.to_json()))
            .collect()
    }

    /// All parameters as pairs, flat again, sorted by name.
    pub fn pairs(&self) -> Vec<(String, String)> {
        let mut pairs = Vec::new();
        for (name, value) in &self.0 {
            flatten(name, value, &mut pairs);
        }
        pairs
    }
}

impl Value {
    fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Text(text) => serde_json::Value::String(text.clone()),
            Self::List(values) => values.iter().map(Self::to_json).collect(),
            Self::Map(values) => {
                let members = values.iter();
                members
                    .map(|(name, value)| (name.clone(), value.to_json()))
                    .collect()
            }
        }
    }
}

fn flatten(name: &str, value: &Value, pairs: &mut Vec<(String, String)>) {
    match value {
        Value::Text(text) => pairs.push((name.to_owned(), text.clone())),
        Value::List(values) => {
            values
                .iter()
                .for_each(|value| flatten(&format!("{name}[]"), value, pairs));
        }
        Value::Map(values) => {
            values
                .iter()
                .for_each(|(key, value)| flatten(&format!("{name}[{key}]"), value, pairs));
        }
    }
}

/// Decodes percent signs and plus signs.
fn decode(text: &str) -> Result<String> {
    let spaced = text.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8();
    match decoded {
        Ok(decoded) if !decoded.contains('\0') => Ok(decoded.into_owned()),
        Ok(_) | Err(_) => Err(Error::BadRequest(None)),
    }
}

/// `a[b][]` into `a` and `["b", ""]`. Brackets that do not close belong to the name.
fn split_name(name: &str) -> (&str, Vec<&str>) {
    let Some((first, mut brackets)) = name.split_once('[') else {
        return (name, Vec::new());
    };
    let mut rest = Vec::new();
    loop {
        let Some((inner, after)) = brackets.split_once(']') else {
            return (name, Vec::new());
        };
        rest.push(inner);
        match after.strip_prefix('[') {
            Some(more) => brackets = more,
            None => return (first, rest),
        }
    }
}

fn insert(
    map: &mut BTreeMap<String, Value>,
    name: &str,
    rest: &[&str],
    text: String,
) -> Result<()> {
    if rest.len() > MAX_DEPTH {
        return Err(Error::BadRequest(None));
    }
    let Some((next, further)) = rest.split_first() else {
        if matches!(map.get(name), Some(Value::List(_) | Value::Map(_))) {
            return Err(Error::BadRequest(None));
        }
        map.insert(name.to_owned(), Value::Text(text));
        return Ok(());
    };
    if next.is_empty() {
        let list = map
            .entry(name.to_owned())
            .or_insert_with(|| Value::List(Vec::new()));
        let Value::List(list) = list else {
            return Err(Error::BadRequest(None));
        };
        return push(list, further, text);
    }
    let inner = map
        .entry(name.to_owned())
        .or_insert_with(|| Value::Map(BTreeMap::new()));
    let Value::Map(inner) = inner else {
        return Err(Error::BadRequest(None));
    };
    insert(inner, next, further, text)
}

/// `a[][k]=1&a[][k]=2` begins a new element as soon as a key repeats.
fn push(list: &mut Vec<Value>, rest: &[&str], text: String) -> Result<()> {
    let Some((key, further)) = rest.split_first() else {
        list.push(Value::Text(text));
        return Ok(());
    };
    let open = matches!(list.last(), Some(Value::Map(last)) if !further.is_empty() || !last.contains_key(*key));
    if !open {
        list.push(Value::Map(BTreeMap::new()));
    }
    match list.last_mut() {
        Some(Value::Map(last)) => insert(last, key, further, text),
        Some(Value::Text(_) | Value::List(_)) | None => Err(Error::BadRequest(None)),
    }
}

/// Whether a hash may stand where a list is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    /// Its values are the list.
    Accepted,
    Refused,
}

/// Reads typed parameters. What cannot be read counts as absent and is remembered.
pub struct Reader<'a> {
    params: &'a Params,
    faults: Vec<String>,
}

impl<'a> Reader<'a> {
    pub fn new(params: &'a Params) -> Self {
        Self {
            params,
            faults: Vec::new(),
        }
    }

    /// # Errors
    /// 400 with everything that was wrong, in the order in which it was read.
    pub fn finish(self) -> Result<()> {
        if self.faults.is_empty() {
            Ok(())
        } else {
            Err(Error::Validation(self.faults.join(", ")))
        }
    }

    /// Remembers a fault, such as `page is invalid`.
    pub fn fault(&mut self, text: String) {
        self.faults.push(text);
    }

    /// Whether it was given at all, be it empty.
    pub fn has(&self, name: &str) -> bool {
        self.params.get(name).is_some()
    }

    /// The parameter as it came, for what has a form of its own.
    pub fn value(&self, name: &str) -> Option<&'a Value> {
        self.params.get(name)
    }

    /// What has to be given. In its place comes the type's own emptiness where it is
    /// missing or wrong: [`finish`](Self::finish) then refuses the request.
    pub fn required<T: Default>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Self, &str) -> Option<T>,
    ) -> T {
        if !self.has(name) {
            self.fault(format!("{name} is missing"));
            return T::default();
        }
        read(self, name).unwrap_or_default()
    }

    /// What has to be given and may not be empty, else as [`required`](Self::required).
    pub fn filled<T: Default>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Self, &str) -> Option<T>,
    ) -> T {
        match self.params.get(name) {
            Some(Value::Text(text)) if text.trim().is_empty() => {
                self.fault(format!("{name} is empty"));
                T::default()
            }
            Some(_) | None => self.required(name, read),
        }
    }

    /// What an empty value clears: none if it was not given, `Some(None)` if it is empty.
    pub fn clearable<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Self, &str) -> Option<T>,
    ) -> Option<Option<T>> {
        self.has(name).then(|| read(self, name))
    }

    /// Of these parameters one has to be given, or more.
    pub fn at_least_one_of(&mut self, names: &[&str]) {
        if !names.iter().any(|name| self.has(name)) {
            let names = names.join(", ");
            self.fault(format!(
                "{names} are missing, at least one parameter must be provided"
            ));
        }
    }

    /// Of these parameters only one may be given.
    pub fn mutually_exclusive(&mut self, names: &[&str]) {
        if names.iter().filter(|name| self.has(name)).count() > 1 {
            let names = names.join(", ");
            self.fault(format!("{names} are mutually exclusive"));
        }
    }

    /// A text; an empty one counts as absent.
    pub fn text(&mut self, name: &str) -> Option<String> {
        match self.params.get(name) {
            Some(Value::Text(text)) => (!text.is_empty()).then(|| text.clone()),
            Some(Value::List(_) | Value::Map(_)) => self.invalid(name),
            None => None,
        }
    }

    /// A whole number of any size; beyond 64 bits it is the nearest one that fits.
    pub fn integer(&mut self, name: &str) -> Option<i64> {
        let text = self.text(name)?;
        integer(&text).or_else(|| self.invalid(name))
    }

    /// `true`, `1`, `yes` and the like, in any case.
    pub fn boolean(&mut self, name: &str) -> Option<bool> {
        let text = self.text(name)?;
        match text.to_ascii_lowercase().as_str() {
            "true" | "t" | "1" | "yes" | "y" | "on" => Some(true),
            "false" | "f" | "0" | "no" | "n" | "off" => Some(false),
            _ => self.invalid(name),
        }
    }

    /// Texts: a list, or one text with commas. An empty text is an empty list.
    pub fn list(&mut self, name: &str) -> Option<Vec<String>> {
        match self.params.get(name)? {
            Value::Text(text) => {
                let texts = text.split(',').map(str::trim);
                let texts = texts.filter(|text| !text.is_empty());
                Some(texts.map(str::to_owned).collect())
            }
            Value::List(values) => {
                let texts = values.iter().map(|value| match value {
                    Value::Text(text) => Some(text.clone()),
                    Value::List(_) | Value::Map(_) => None,
                });
                texts.collect::<Option<_>>().or_else(|| self.invalid(name))
            }
            Value::Map(_) => self.invalid(name),
        }
    }

    /// Whole numbers, as [`list`](Self::list).
    pub fn integers(&mut self, name: &str) -> Option<Vec<i64>> {
        let texts = self.list(name)?;
        let numbers = texts.iter().map(|text| integer(text));
        numbers
            .collect::<Option<_>>()
            .or_else(|| self.invalid(name))
    }

    /// A day, also as a time of that day.
    pub fn day(&mut self, name: &str) -> Option<Day> {
        let text = self.text(name)?;
        let day = Day::parse(&text).or_else(|| Time::parse(&text).map(Time::day));
        day.or_else(|| self.invalid(name))
    }

    /// A point in time in ISO 8601.
    pub fn time(&mut self, name: &str) -> Option<Time> {
        let text = self.text(name)?;
        Time::parse(&text).or_else(|| self.invalid(name))
    }

    /// One of a closed set of words.
    pub fn one_of<T>(&mut self, name: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let text = match self.params.get(name) {
            Some(Value::Text(text)) if text.is_empty() => return None,
            Some(Value::Text(text)) => text.clone(),
            Some(Value::List(_) | Value::Map(_)) => return self.not_allowed(name),
            None => return None,
        };
        parse(&text).or_else(|| self.not_allowed(name))
    }

    /// One of a closed set of words, as a type of the domain spells them.
    pub fn word<T: DeserializeOwned>(&mut self, name: &str) -> Option<T> {
        self.one_of(name, |text| {
            let text: StrDeserializer<'_, Unknown> = text.into_deserializer();
            T::deserialize(text).ok()
        })
    }

    /// The `scope` of a job list: a status, a list of them, or where it is accepted a
    /// hash of them. Absent or empty means all.
    pub fn scope(&mut self, hash: Hash) -> BTreeSet<Status> {
        let values: Vec<&Value> = match self.params.get("scope") {
            None => return BTreeSet::new(),
            Some(value @ Value::Text(_)) => vec![value],
            Some(Value::List(values)) => values.iter().collect(),
            Some(Value::Map(values)) => match hash {
                Hash::Accepted => values.values().collect(),
                Hash::Refused => return self.not_allowed("scope").unwrap_or_default(),
            },
        };
        let mut statuses = BTreeSet::new();
        for value in values {
            let status = match value {
                Value::Text(text) if text.is_empty() => continue,
                Value::Text(text) => Status::parse(text),
                Value::List(_) | Value::Map(_) => None,
            };
            match status {
                Some(status) => statuses.insert(status),
                None => return self.not_allowed("scope").unwrap_or_default(),
            };
        }
        statuses
    }

    pub(super) fn invalid<T>(&mut self, name: &str) -> Option<T> {
        self.fault(format!("{name} is invalid"));
        None
    }

    pub(super) fn not_allowed<T>(&mut self, name: &str) -> Option<T> {
        self.fault(format!("{name} does not have a valid value"));
        None
    }
}

/// A whole number; one that does not fit is the nearest that does.
pub(super) fn integer(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let bound = if text.starts_with('-') {
        i64::MIN
    } else {
        i64::MAX
    };
    Some(text.parse().unwrap_or(bound))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pairs(query: &str) -> Vec<(String, String)> {
        Params::parse(query).unwrap().pairs()
    }

    #[test]
    fn rack_spellings() {
        for (query, expected) in [
            ("", vec![]),
            ("a=1&a=2", vec![("a", "2")]),
            (
                "scope%5B%5D=failed&scope[]=success",
                vec![("scope[]", "failed"), ("scope[]", "success")],
            ),
            ("scope[x]=failed", vec![("scope[x]", "failed")]),
            ("a+b=c+d%2B", vec![("a b", "c d+")]),
            ("flag", vec![("flag", "")]),
            ("=1", vec![]),
            (
                "v[][k]=A&v[][w]=1&v[][k]=B&v[][w]=2",
                vec![
                    ("v[][k]", "A"),
                    ("v[][w]", "1"),
                    ("v[][k]", "B"),
                    ("v[][w]", "2"),
                ],
            ),
            ("open[=1", vec![("open[", "1")]),
        ] {
            let expected: Vec<(String, String)> = expected
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect();
            assert_eq!(pairs(query), expected, "{query}");
        }
        for query in [
            "a=1&a[]=2",
            "a[]=1&a[b]=2",
            "a[b]=1&a=2",
            "a=%00",
            "a=%ff",
            "%c3%28=1",
        ] {
            assert!(Params::parse(query).is_err(), "{query}");
        }
    }

    #[test]
    fn faults_are_joined() {
        let params = Params::parse("scope=nope&page=x&force=maybe").unwrap();
        let mut reader = Reader::new(&params);
        reader.scope(Hash::Accepted);
        reader.integer("page");
        reader.boolean("force");
        let error = reader.finish().unwrap_err();
        assert_eq!(
            error.to_string(),
            "invalid parameters: scope does not have a valid value, page is invalid, force is invalid"
        );
    }

    proptest! {
        #[test]
        fn any_query_is_read_or_refused(query in "[a-c=&%0-9A-F\\[\\]+]{0,60}") {
            if let Ok(params) = Params::parse(&query) {
                let again: Vec<String> = params
                    .pairs()
                    .into_iter()
                    .map(|(name, value)| {
                        let encode = |text: &str| percent_encoding::utf8_percent_encode(
                            text, percent_encoding::NON_ALPHANUMERIC).to_string();
                        format!("{}={}", encode(&name), encode(&value))
                    })
                    .collect();
                prop_assert_eq!(Params::parse(&again.join("&")).ok(), Some(params));
            }
        }
    }
}
