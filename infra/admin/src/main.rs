//! The command line of `switchyard-admin`.

use std::process::ExitCode;

use switchyard::aws;
use switchyard::config::{Config, MissingVariable};
use switchyard::store::Store;
use switchyard::time::Time;
use switchyard::token::Secret;
use switchyard_admin::{Error, create_root};

const USAGE: &str = "usage: switchyard-admin create-root

Writes the administrator `root` of an empty deployment and prints a new personal access
token. If there is such an administrator already, only the token is made.

Read from the environment: AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,
AWS_SESSION_TOKEN if the credentials have one, and the names of the tables in
COUNTERS_TABLE, DIRECTORY_TABLE, GROUPS_TABLE, TOKENS_TABLE, TOKEN_IDS_TABLE and USERS_TABLE
(docs/DEPLOY.md).";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments != ["create-root"] {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    }
    match run().await {
        Ok(token) => {
            println!("{}", token.reveal());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("switchyard-admin: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The variables that this command needs; of the others any value will do.
const NEEDED: [&str; 10] = [
    "AWS_REGION",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "COUNTERS_TABLE",
    "DIRECTORY_TABLE",
    "GROUPS_TABLE",
    "TOKENS_TABLE",
    "TOKEN_IDS_TABLE",
    "USERS_TABLE",
];

async fn run() -> Result<Secret, Error> {
    let config = config()?;
    let http = aws::http_client(&config)?;
    let store = Store::new(aws::dynamodb(&config, http), config.tables.clone());
    create_root(&store, Time::now()).await
}

#[expect(
    clippy::disallowed_methods,
    reason = "config.rs is about the functions, which need more variables than this command"
)]
fn config() -> Result<Config, MissingVariable> {
    Config::from_variables(|name| {
        let optional = name.starts_with("AWS_ENDPOINT_URL") || NEEDED.contains(&name);
        std::env::var(name)
            .ok()
            .or_else(|| (!optional).then(|| "not-needed".to_owned()))
    })
}
