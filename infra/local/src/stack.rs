//! The stack's parts that hold data, and the environment that leads to them.

use std::{collections::BTreeMap, path::Path};

use crate::{
    Error,
    dynamodb::DynamoDb,
    s3::{CREDENTIAL, S3},
    template::Template,
};

/// The template with running emulators for its tables and its bucket.
pub struct Stack {
    /// What the stack consists of.
    pub template: Template,
    /// The tables.
    pub dynamodb: DynamoDb,
    /// The bucket.
    pub s3: S3,
}

impl Stack {
    /// A fresh stack that keeps nothing.
    pub fn memory(template: Template) -> Result<Self, Error> {
        Self::new(template, DynamoDb::memory()?, S3::temporary()?)
    }

    /// A stack whose data are in a folder, which is made if it is not there.
    pub fn open(template: Template, folder: &Path) -> Result<Self, Error> {
        let s3 = S3::open(&folder.join("s3"))?;
        let dynamodb = DynamoDb::open(&folder.join("dynamodb.sqlite"))?;
        Self::new(template, dynamodb, s3)
    }

    fn new(template: Template, dynamodb: DynamoDb, s3: S3) -> Result<Self, Error> {
        dynamodb.create_tables(&template)?;
        Ok(Self {
            template,
            dynamodb,
            s3,
        })
    }

    /// The environment variables of a function: the template's, and what leads the
    /// AWS clients to the emulators.
    pub fn environment(&self, function: &str) -> BTreeMap<String, String> {
        let local = [
            ("AWS_ENDPOINT_URL_DYNAMODB", self.dynamodb.endpoint()),
            ("AWS_ENDPOINT_URL_S3", self.s3.endpoint()),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", CREDENTIAL),
            ("AWS_SECRET_ACCESS_KEY", CREDENTIAL),
        ];
        let local = local.map(|(name, value)| (name.to_owned(), value.to_owned()));
        self.template.environment(function, &BTreeMap::from(local))
    }
}
