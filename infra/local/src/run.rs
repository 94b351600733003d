//! The whole service on this machine, from start to Ctrl-C: what `make run` runs.

use std::{
    collections::BTreeMap,
    fs::OpenOptions,
    io::Write,
    net::Ipv4Addr,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

use crate::{
    Error, demo,
    gateway::Gateway,
    invoke::Invoker,
    server,
    stack::Stack,
    template::Template,
    watch::{self, Watch},
};

/// How often expired items are removed.
const EXPIRE: Duration = Duration::from_secs(10);

/// How often the sweeper is called; on AWS it is every minute.
const SWEEP: Duration = Duration::from_secs(5);

/// How a local stack is to run.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The port of the API; 0 takes a free one.
    pub port: u16,
    /// The folder that keeps the data; none keeps nothing.
    pub folder: Option<PathBuf>,
    /// The administrator's token; without one, one is made.
    pub root_token: Option<String>,
}

impl Settings {
    /// Reads `PORT` (8080), `DATA` (`.local`, or `memory`), `SWITCHYARD_ROOT_TOKEN`.
    #[expect(
        clippy::disallowed_methods,
        reason = "config.rs is about the functions; these three steer the local stack"
    )]
    pub fn from_env() -> Result<Self, Error> {
        let variable = |name| {
            std::env::var(name)
                .ok()
                .filter(|value: &String| !value.is_empty())
        };
        let port = match variable("PORT") {
            Some(port) => port
                .parse()
                .map_err(|_| format!("PORT is not a port: {port}"))?,
            None => 8080,
        };
        let folder = match variable("DATA").as_deref() {
            Some("memory") => None,
            Some(folder) => Some(PathBuf::from(folder)),
            None => Some(PathBuf::from(".local")),
        };
        Ok(Self {
            port,
            folder,
            root_token: variable("SWITCHYARD_ROOT_TOKEN"),
        })
    }
}

/// Runs the stack until Ctrl-C or SIGTERM, and ends everything it started.
pub async fn run(settings: Settings) -> Result<(), Error> {
    let mut terminated = signal(SignalKind::terminate())?;
    tokio::select! {
        result = serve(settings) => result,
        interrupted = tokio::signal::ctrl_c() => Ok(interrupted?),
        _ = terminated.recv() => Ok(()),
    }
}

/// Starts everything and serves for ever. What was started ends when the future is
/// dropped.
async fn serve(settings: Settings) -> Result<(), Error> {
    // First, so that a second stack fails before it touches the data of the first.
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, settings.port))
        .await
        .map_err(|error| format!("cannot listen on port {}: {error}", settings.port))?;
    let address = format!("http://{}", listener.local_addr()?);

    let template = Template::of_repository()?;
    let (mut stack, scratch) = match &settings.folder {
        Some(folder) => {
            std::fs::create_dir_all(folder)?;
            let stack = Stack::open(template, folder).map_err(|error| {
                format!(
                    "{error}; is {} of an older version? Then remove it",
                    folder.display()
                )
            })?;
            (stack, None)
        }
        None => (Stack::memory(template)?, Some(tempfile::tempdir()?)),
    };
    let folder = match (&settings.folder, &scratch) {
        (Some(folder), _) => folder.canonicalize()?,
        (None, Some(scratch)) => scratch.path().to_owned(),
        (None, None) => return Err("no folder".into()),
    };
    stack.dynamodb.sweep_expired(EXPIRE)?;
    let root_token = match settings.root_token {
        Some(token) => token,
        None => kept_token(&folder.join("token"))?,
    };
    let notes = demo::load(&stack, &root_token).await?;

    let environment = folder.join("env");
    watch::write_environment(&environment, &variables(&stack))?;
    let mut functions = Watch::start(&environment).await?;
    let gateway = Gateway::new(&stack.template, Invoker::watch(functions.endpoint()))?;
    for function in &stack.template.functions {
        eprintln!("starting {} (the first time, it is built)", function.name);
        let warmed = watch::warm(gateway.invoker(), &function.name);
        tokio::select! {
            warmed = warmed => warmed?,
            ended = ended(&mut functions) => return Err(ended),
        }
    }

    println!("\nSwitchyard runs at {address}\n");
    println!("  token      {root_token}");
    for (word, meaning) in notes {
        println!("  {word:<10} {meaning}");
    }
    println!(
        "  data       {}",
        match &settings.folder {
            Some(folder) => folder.display().to_string(),
            None => "in memory".to_owned(),
        }
    );
    println!(
        "  functions  cargo lambda watch --env-file {}",
        environment.display()
    );
    println!(
        "\n  curl --header \"PRIVATE-TOKEN: {root_token}\" \
         \"{address}/api/v4/projects/foo%2Fbar/jobs\"\n\nCtrl-C ends it."
    );
    let gateway = Arc::new(gateway);
    let serving = server::serve(gateway.clone(), listener, std::future::pending());
    tokio::select! {
        () = serving => Ok(()),
        () = sweep(gateway.invoker()) => Ok(()),
        ended = ended(&mut functions) => Err(ended),
    }
}

/// Calls the sweeper for ever, as the template's schedule would.
async fn sweep(invoker: &Invoker) {
    loop {
        tokio::time::sleep(SWEEP).await;
        if let Err(error) = invoker.invoke("sweeper", watch::scheduled()).await {
            eprintln!("sweeper: {error}");
        }
    }
}

/// Resolves when the functions' process has ended by itself.
async fn ended(functions: &mut Watch) -> Error {
    loop {
        if let Err(error) = functions.check() {
            return error;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// `cargo lambda watch` has one environment for all functions.
fn variables(stack: &Stack) -> BTreeMap<String, String> {
    let functions = &stack.template.functions;
    let mut variables: BTreeMap<String, String> = functions
        .iter()
        .flat_map(|function| stack.environment(&function.name))
        .collect();
    // Each function would warn that it answers one request at a time, as it should.
    let filter = "info,lambda_runtime=error".to_owned();
    variables.insert("RUST_LOG".to_owned(), filter);
    variables
}

/// The token in this file, made and written there the first time.
fn kept_token(path: &Path) -> Result<String, Error> {
    if let Ok(token) = std::fs::read_to_string(path) {
        return Ok(token.trim().to_owned());
    }
    let letters = (0..20).map(|_| rand::random_range(0..36));
    let letters: String = letters
        .filter_map(|digit| char::from_digit(digit, 36))
        .collect();
    let token = format!("glpat-{letters}");
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(token.as_bytes())?;
    Ok(token)
}
