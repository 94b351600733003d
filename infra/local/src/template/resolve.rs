//! What CloudFormation's intrinsic functions mean on this machine: a `Ref` to a
//! table is its local name, an ARN has region `local` and an account of zeros,
//! conditions are decided by the parameters. The template keeps to `Ref`, `GetAtt`,
//! `Sub`, `If` and `Equals`.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{TemplateError, entries, text};

/// The one bucket's name on this machine.
pub const BUCKET: &str = "switchyard";

const REGION: &str = "local";
const ACCOUNT: &str = "000000000000";

/// Resolves intrinsic functions against one template.
pub(super) struct Resolver {
    parameters: BTreeMap<String, Value>,
    conditions: Map<String, Value>,
    resources: BTreeMap<String, Resource>,
}

struct Resource {
    /// What `Ref` gives.
    name: String,
    /// What `GetAtt Arn` gives.
    arn: String,
}

impl Resolver {
    pub(super) fn new(
        document: &Value,
        overrides: &BTreeMap<String, String>,
    ) -> Result<Self, TemplateError> {
        let mut parameters = BTreeMap::new();
        for (name, parameter) in entries(&document["Parameters"]) {
            let value = match overrides.get(name) {
                Some(value) => json!(value),
                None => json!(text(&parameter["Default"]).unwrap_or_default()),
            };
            parameters.insert(name.to_owned(), value);
        }
        if let Some(unknown) = overrides
            .keys()
            .find(|name| !parameters.contains_key(*name))
        {
            return Err(TemplateError::shape("Parameters", format!("no {unknown}")));
        }
        Ok(Self {
            parameters,
            conditions: document["Conditions"]
                .as_object()
                .cloned()
                .unwrap_or_default(),
            resources: entries(&document["Resources"])
                .map(|(id, resource)| (id.to_owned(), Resource::of(id, resource)))
                .collect(),
        })
    }

    /// Whether the resource's own condition lets it exist.
    pub(super) fn exists(&self, resource: &Value) -> bool {
        resource["Condition"]
            .as_str()
            .is_none_or(|name| self.condition(name))
    }

    /// What a table or a function is called on this machine.
    pub(super) fn name(&self, logical_id: &str) -> String {
        self.reference(logical_id)
    }

    /// The value with every intrinsic function in it resolved, and without what
    /// resolves to nothing (`AWS::NoValue`). What is not known here stays.
    pub(super) fn resolve(&self, value: &Value) -> Value {
        match value {
            Value::Array(items) => items
                .iter()
                .map(|item| self.resolve(item))
                .filter(|item| !item.is_null())
                .collect(),
            Value::Object(object) => {
                if let Some((name, argument)) = single_entry(object)
                    && let Some(value) = self.call(name, argument)
                {
                    return value;
                }
                let resolved = object
                    .iter()
                    .map(|(key, value)| (key.clone(), self.resolve(value)))
                    .filter(|(_, value)| !value.is_null());
                Value::Object(resolved.collect())
            }
            scalar => scalar.clone(),
        }
    }

    /// The result of an intrinsic function; `None` when this is not one.
    fn call(&self, name: &str, argument: &Value) -> Option<Value> {
        match name {
            "Ref" if argument == "AWS::NoValue" => Some(Value::Null),
            "Ref" => argument.as_str().map(|id| {
                let parameter = self.parameters.get(id).cloned();
                parameter.unwrap_or_else(|| json!(self.reference(id)))
            }),
            "Fn::GetAtt" => {
                let id = argument[0].as_str()?;
                Some(json!(self.attribute(id, argument[1].as_str()?)))
            }
            "Fn::Sub" => Some(json!(self.substitute(argument))),
            "Fn::If" => {
                let branch = if self.condition(argument[0].as_str()?) {
                    1
                } else {
                    2
                };
                Some(self.resolve(&argument[branch]))
            }
            _ => None,
        }
    }

    /// Conditions are comparisons: the template keeps to `Fn::Equals`.
    fn condition(&self, name: &str) -> bool {
        let sides = &self.conditions.get(name).unwrap_or(&Value::Null)["Fn::Equals"];
        sides.is_array() && text(&self.resolve(&sides[0])) == text(&self.resolve(&sides[1]))
    }

    /// What a `Ref` to anything but a parameter gives.
    fn reference(&self, id: &str) -> String {
        let pseudo = match id {
            "AWS::Region" => REGION,
            "AWS::AccountId" => ACCOUNT,
            "AWS::Partition" => "aws",
            "AWS::URLSuffix" => "amazonaws.com",
            "AWS::StackName" => "switchyard",
            "AWS::StackId" => "arn:aws:cloudformation:local:000000000000:stack/switchyard/local",
            _ => match self.resources.get(id) {
                Some(resource) => return resource.name.clone(),
                // `JobsFunction.Alias`, `Api.Stage`: SAM's generated resources.
                None => match id.split_once('.') {
                    Some((id, attribute)) => return self.attribute(id, attribute),
                    None => id,
                },
            },
        };
        pseudo.to_owned()
    }

    fn attribute(&self, id: &str, attribute: &str) -> String {
        match (self.resources.get(id), attribute) {
            (Some(resource), "Arn" | "Alias" | "Version") => resource.arn.clone(),
            _ => format!("{id}.{attribute}"),
        }
    }

    /// `Fn::Sub`, with or without its own variables.
    fn substitute(&self, argument: &Value) -> String {
        let (pattern, own) = match argument {
            Value::Array(parts) => (parts.first().and_then(Value::as_str), parts.get(1)),
            _ => (argument.as_str(), None),
        };
        let mut rest = pattern.unwrap_or_default();
        let mut result = String::new();
        while let Some((before, after)) = rest.split_once("${") {
            result.push_str(before);
            let Some((name, remainder)) = after.split_once('}') else {
                result.push_str("${");
                rest = after;
                continue;
            };
            rest = remainder;
            if let Some(literal) = name.strip_prefix('!') {
                result.push_str(&format!("${{{literal}}}"));
            } else if let Some(value) = own.and_then(|own| own.get(name)) {
                result.push_str(&text(&self.resolve(value)).unwrap_or_default());
            } else if let Some(value) = self.parameters.get(name) {
                result.push_str(&text(value).unwrap_or_default());
            } else {
                result.push_str(&self.reference(name));
            }
        }
        result + rest
    }
}

impl Resource {
    fn of(id: &str, resource: &Value) -> Self {
        let arn =
            |service: &str, rest: &str| format!("arn:aws:{service}:{REGION}:{ACCOUNT}:{rest}");
        match resource["Type"].as_str() {
            Some("AWS::DynamoDB::Table") => {
                let name = words(id.strip_suffix("Table").unwrap_or(id), '_');
                Self {
                    arn: arn("dynamodb", &format!("table/{name}")),
                    name,
                }
            }
            Some("AWS::S3::Bucket") => Self {
                name: BUCKET.into(),
                arn: format!("arn:aws:s3:::{BUCKET}"),
            },
            Some("AWS::Serverless::Function") => {
                let name = text(&resource["Metadata"]["BuildProperties"]["Binary"])
                    .unwrap_or_else(|| words(id.strip_suffix("Function").unwrap_or(id), '-'));
                Self {
                    arn: arn("lambda", &format!("function:{name}")),
                    name,
                }
            }
            Some("AWS::KMS::Key") => Self {
                arn: arn("kms", &format!("key/{id}")),
                name: id.into(),
            },
            Some("AWS::Logs::LogGroup") => Self {
                arn: arn("logs", &format!("log-group:{id}")),
                name: id.into(),
            },
            _ => Self {
                arn: format!("{id}.Arn"),
                name: id.into(),
            },
        }
    }
}

/// `AgentGrants` in lower case, its words joined by `separator`.
fn words(id: &str, separator: char) -> String {
    let mut result = String::new();
    for (position, letter) in id.char_indices() {
        if letter.is_ascii_uppercase() && position > 0 {
            result.push(separator);
        }
        result.push(letter.to_ascii_lowercase());
    }
    result
}

fn single_entry(object: &Map<String, Value>) -> Option<(&str, &Value)> {
    let mut entries = object.iter();
    match (entries.next(), entries.next()) {
        (Some((name, value)), None) => Some((name, value)),
        _ => None,
    }
}
