//! No token is written to a log or an answer, whether it is good, bad or in a wrong place.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use http::Method;
use switchyard_tests::Caller;
use tracing_subscriber::fmt::MakeWriter;

use super::{ADDRESSES, World};

/// What is logged.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

fn secret(caller: &Caller) -> &str {
    match caller {
        Caller::Nobody => panic!("nobody has no secret"),
        Caller::Token(token) | Caller::JobToken(token) => token,
    }
}

/// Tokens in every place, and in some where they do not belong.
fn requests(token: &str) -> Vec<(String, Vec<(&'static str, String)>)> {
    let mut requests = Vec::new();
    for path in ADDRESSES {
        for name in ["private-token", "job-token"] {
            requests.push((path.to_owned(), vec![(name, token.to_owned())]));
        }
        for scheme in ["Bearer", "bearer", "Basic", "Token"] {
            requests.push((
                path.to_owned(),
                vec![("authorization", format!("{scheme} {token}"))],
            ));
        }
        for name in ["private_token", "job_token", "token", "access_token"] {
            requests.push((format!("{path}?{name}={token}&per_page=1"), Vec::new()));
            requests.push((
                format!("{path}?{name}={token}&scope=broken&page=x"),
                Vec::new(),
            ));
            requests.push((format!("{path}?{name}={token}&x=%00"), Vec::new()));
        }
    }
    for path in [
        format!("/api/v4/projects/{token}"),
        format!("/api/v4/projects/{token}%2Fx/jobs"),
        format!("/api/v4/projects/1/jobs/{token}"),
        format!("/api/v4/unknown/{token}"),
        format!("/api/v4/unknown?private_token={token}"),
        format!("/api/v4/user?private_token={token}&x=%zz"),
    ] {
        requests.push((path, vec![("private-token", token.to_owned())]));
    }
    requests
}

#[tokio::test]
async fn tokens_are_neither_logged_nor_answered() {
    let world = World::new().await;
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(log.clone())
        .finish();
    let subscriber = tracing::Dispatch::new(subscriber);
    // With only one, what another test's thread logs first would be switched off for all.
    let _other = tracing::Dispatch::new(tracing::subscriber::NoSubscriber::default());
    let _guard = tracing::dispatcher::set_default(&subscriber);

    // A row that cannot be read makes a 500, whose cause is logged.
    let broken = serde_json::json!({
        "TableName": world.app.stack.environment("projects")["PROJECTS_TABLE"],
        "Item": { "bucket": { "N": "0" }, "id": { "N": "5" }, "format": { "N": "999" } },
    });
    let broken = serde_json::from_value(broken).unwrap();
    world
        .app
        .stack
        .dynamodb
        .database()
        .put_item(broken)
        .unwrap();

    let administrator = secret(&world.administrator).to_owned();
    let job_token = secret(&world.job_token).to_owned();
    let wrong = "glpat-wrong-but-still-a-secret".to_owned();
    let wrong_job = "glcbt-1_102_wrong-but-still-a-secret".to_owned();
    let tokens = [administrator, job_token, wrong, wrong_job];
    for token in &tokens {
        for (path, headers) in requests(token) {
            let headers: Vec<(&str, &str)> = headers
                .iter()
                .map(|(name, value)| (*name, value.as_str()))
                .collect();
            let answer = world.ask(Method::GET, &path, &headers).await;
            let shown = format!(
                "{:?}{}",
                answer.headers,
                String::from_utf8_lossy(&answer.body)
            );
            for token in &tokens {
                assert!(
                    !shown.contains(token.as_str()),
                    "{path} {headers:?}: {shown}"
                );
            }
        }
    }
    let answer = world
        .app
        .get("/api/v4/projects/5", &world.administrator)
        .await;
    assert_eq!(answer.status, 500);
    assert_eq!(answer.json(), super::message("500 Internal Server Error"));

    let logged = log.text();
    assert!(logged.contains("answered"), "nothing was logged");
    assert!(
        logged.contains("the request failed"),
        "the failure was not logged"
    );
    for token in &tokens {
        let at = logged.find(token.as_str());
        let line = at.map(|at| &logged[at.saturating_sub(300)..(at + 50).min(logged.len())]);
        assert_eq!(line, None);
    }
}
