use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use futures::FutureExt;
use http::StatusCode;
use serde_json::{Value, json};

use super::*;

const FIXTURE: &str = include_str!("../template/fixture.yaml");

type Seen = Arc<Mutex<Vec<(String, Value)>>>;

/// A gateway over the fixture whose functions note the event and answer like this.
fn gateway(answer: Result<Value, &'static str>) -> Result<(Gateway, Seen), Error> {
    let template = Template::parse(FIXTURE, &BTreeMap::new())?;
    let seen = Seen::default();
    let noted = Arc::clone(&seen);
    let invoker = Invoker::in_process(move |function, event| {
        if let Ok(mut seen) = noted.lock() {
            seen.push((function.to_owned(), event));
        }
        let answer = answer
            .clone()
            .map_err(|why| InvokeError::Function(why.into()));
        async move { answer }.boxed()
    });
    Ok((Gateway::new(&template, invoker)?, seen))
}

fn request(method: &str, target: &str, body: &'static [u8]) -> Result<Request<Bytes>, Error> {
    Ok(Request::builder()
        .method(method)
        .uri(target)
        .header("host", "127.0.0.1:8080")
        .header("x-two", "a")
        .header("x-two", "b")
        .header("connection", "close")
        .body(Bytes::from_static(body))?)
}

fn last(seen: &Seen) -> Result<(String, Value), Error> {
    let seen = seen.lock().map_err(|error| error.to_string())?;
    Ok(seen.last().cloned().ok_or("no event")?)
}

#[tokio::test]
async fn a_request_becomes_a_rest_event() -> Result<(), Error> {
    let (gateway, seen) = gateway(Ok(json!({ "statusCode": 200, "body": "ok" })))?;
    let target = "/api/v4/projects/group%2Fproject/jobs?scope[]=a&scope[]=b%20c&page=2";
    let response = gateway.handle(request("POST", target, &[0, 255])?).await;
    assert_eq!(
        (response.status(), response.body().as_ref()),
        (StatusCode::OK, b"ok".as_slice())
    );

    let (function, event) = last(&seen)?;
    assert_eq!(function, "jobs");
    assert_eq!(event["resource"], "/api/v4/projects/{id}/jobs");
    assert_eq!(event["path"], "/api/v4/projects/group%2Fproject/jobs");
    assert_eq!(event["pathParameters"], json!({ "id": "group%2Fproject" }));
    assert_eq!(
        event["queryStringParameters"],
        json!({ "scope[]": "b c", "page": "2" })
    );
    assert_eq!(
        event["multiValueQueryStringParameters"],
        json!({ "scope[]": ["a", "b c"], "page": ["2"] })
    );
    assert_eq!(event["multiValueHeaders"]["x-two"], json!(["a", "b"]));
    assert_eq!(event["headers"]["x-two"], "b");
    assert_eq!(event["headers"]["x-forwarded-for"], "127.0.0.1");
    assert_eq!(event["headers"]["x-forwarded-port"], "8080");
    assert_eq!(event["headers"].get("connection"), None);
    assert_eq!(
        (&event["body"], &event["isBase64Encoded"]),
        (&json!("AP8="), &json!(true))
    );
    assert_eq!(
        event["requestContext"]["requestId"],
        response.headers()["x-amzn-requestid"].to_str()?
    );
    Ok(())
}

/// What `lambda_http` makes of the event, which is what a function sees.
#[tokio::test]
async fn a_request_survives_lambda_http() -> Result<(), Error> {
    let (gateway, seen) = gateway(Ok(json!({ "statusCode": 200 })))?;
    let gateway = gateway.with_stage("$default");
    let target = "/api/v4/projects/gr%C3%BC%2Fp.q~r/jobs?scope[]=b%20c&scope[]=%2B%26%3D&q=%00%ff";
    gateway.handle(request("PUT", target, b"{}")?).await;
    let received = lambda_http::request::from_str(&last(&seen)?.1.to_string())?;
    assert_eq!(received.method(), "PUT");
    assert_eq!(
        received.uri().path(),
        "/api/v4/projects/gr%C3%BC%2Fp.q~r/jobs"
    );
    assert_eq!(received.uri().host(), Some("127.0.0.1"));
    assert_eq!(received.body().as_ref(), b"{}");
    let mut query: Vec<&str> = received
        .uri()
        .query()
        .unwrap_or_default()
        .split('&')
        .collect();
    query.sort_unstable();
    assert_eq!(
        query,
        ["q=%00%EF%BF%BD", "scope%5B%5D=%2B%26%3D", "scope%5B%5D=b+c"]
    );
    // `lambda_http` keeps the last value only.
    let two: Vec<_> = received.headers().get_all("x-two").iter().collect();
    assert_eq!(two, ["b"]);
    Ok(())
}

/// No request that passes the gateway may make `lambda_http` panic, which it does
/// when it cannot build a URL of host, path and query.
#[tokio::test]
async fn no_request_panics_lambda_http() -> Result<(), Error> {
    let (gateway, seen) = gateway(Ok(json!({})))?;
    let gateway = gateway.with_stage("$default");
    let long = format!("/api/v4/job?q={}", "%ff".repeat(3_300));
    let targets = [
        "//",
        "/../..",
        "/a\\b",
        "/a;b",
        "/%2e%2e/%00",
        "/api/v4/job?",
        "/api/v4/job?&&=",
        "/api/v4/job?%00",
        "/api/v4/job?a='^`\\?",
        "/api/v4/a|~'^",
        "/api/v4/job?a[b][]=c",
        "http://elsewhere/api/v4/job?a",
        &long,
    ];
    for target in targets {
        for host in [
            "localhost",
            "127.0.0.1:8080",
            "[::1]:1",
            "1.2.3.999",
            "a..b",
            "xn--a",
            "",
            "a b",
        ] {
            let mut request = request("GET", target, b"")?;
            request.headers_mut().insert("host", host.parse()?);
            request
                .headers_mut()
                .insert("x-forwarded-proto", "%%".parse()?);
            gateway.handle(request).await;
        }
    }
    let events: Vec<Value> = {
        let seen = seen.lock().map_err(|error| error.to_string())?;
        seen.iter().map(|(_, event)| event.clone()).collect()
    };
    assert!(!events.is_empty());
    for event in events {
        lambda_http::request::from_str(&event.to_string())?;
    }
    Ok(())
}

#[tokio::test]
async fn what_the_gateway_refuses_is_answered_as_the_template_says() -> Result<(), Error> {
    let (gateway, seen) = gateway(Ok(json!({})))?;
    let long = format!("/api/v4/job?q={}", "x".repeat(MAX_HEAD));
    let cases = [
        (
            "GET",
            "/nowhere",
            403,
            r#"{"message":"Missing Authentication Token"}"#,
        ),
        (
            "POST",
            "/api/v4/job",
            403,
            r#"{"message":"Missing Authentication Token"}"#,
        ),
        (
            "PROPFIND",
            "/api/v4/projects/1/jobs",
            403,
            r#"{"message":"Missing Authentication Token"}"#,
        ),
        (
            "GET",
            "/api/v4/job?a=%zz",
            400,
            r#"{"message":"Bad Request"}"#,
        ),
        (
            "GET",
            "/api/v4/projects/%/jobs",
            400,
            r#"{"message":"Bad Request"}"#,
        ),
        (
            "GET",
            "/api/v4/job?a=|",
            400,
            r#"{"message":"Bad Request"}"#,
        ),
        ("GET", long.as_str(), 413, r#"{"error":"too large"}"#),
    ];
    for (method, target, status, body) in cases {
        let response = gateway.handle(request(method, target, b"")?).await;
        assert_eq!(response.status(), status, "{target}");
        assert_eq!(response.body(), body, "{target}");
    }
    assert!(seen.lock().map_err(|error| error.to_string())?.is_empty());
    Ok(())
}

#[tokio::test]
async fn limits_hold_to_the_byte() -> Result<(), Error> {
    let (gateway, _) = gateway(Ok(json!({})))?;
    let send = async |size: usize| -> Result<StatusCode, Error> {
        let mut request = request("PUT", "/api/v4/projects/1/jobs", b"")?;
        *request.body_mut() = vec![b'x'; size].into();
        Ok(gateway.handle(request).await.status())
    };
    assert_eq!(send(4_500_000).await?, StatusCode::OK);
    // Over 6 MiB in base64: Lambda refuses the event.
    assert_eq!(send(4_800_000).await?, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(send(MAX_BODY + 1).await?, StatusCode::PAYLOAD_TOO_LARGE);

    let mut request = request("GET", "/api/v4/job?q=", b"")?;
    let room = MAX_HEAD - head_size(&request.clone().into_parts().0);
    *request.uri_mut() = format!("/api/v4/job?q={}", "x".repeat(room)).parse()?;
    assert_eq!(
        gateway.handle(request.clone()).await.status(),
        StatusCode::OK
    );
    *request.uri_mut() = format!("/api/v4/job?q={}", "x".repeat(room + 1)).parse()?;
    assert_eq!(
        gateway.handle(request).await.status(),
        StatusCode::PAYLOAD_TOO_LARGE
    );
    Ok(())
}

#[tokio::test]
async fn functions_that_fail_are_bad_gateways() -> Result<(), Error> {
    let large = json!({ "statusCode": 200, "body": "x".repeat(6 * 1024 * 1024) });
    let answers = [
        Err("panicked"),
        Ok(large),
        Ok(json!({ "errorMessage": "no", "errorType": "Error" })),
        Ok(json!({ "unknown": 1 })),
    ];
    for answer in answers {
        let (gateway, _) = gateway(answer)?;
        let response = gateway.handle(request("GET", "/api/v4/job", b"")?).await;
        assert_eq!(response.status(), StatusCode::BAD_GATEWAY);
        assert_eq!(response.body(), r#"{"message":"Internal server error"}"#);
    }
    Ok(())
}

#[tokio::test]
async fn slow_functions_time_out() -> Result<(), Error> {
    let template = Template::parse(FIXTURE, &BTreeMap::new())?;
    let invoker = Invoker::in_process(|_, _| std::future::pending().boxed());
    let gateway = Gateway::new(&template, invoker)?.with_timeout(Duration::from_millis(1));
    let response = gateway.handle(request("GET", "/api/v4/job", b"")?).await;
    assert_eq!(response.status(), StatusCode::GATEWAY_TIMEOUT);
    assert_eq!(
        response.body(),
        r#"{"message":"Endpoint request timed out"}"#
    );
    Ok(())
}

#[tokio::test]
async fn an_unreachable_function_has_the_configured_answer() -> Result<(), Error> {
    let template = Template::parse(FIXTURE, &BTreeMap::new())?;
    // Nothing listens on port 9 of this machine.
    let gateway = Gateway::new(&template, Invoker::watch("http://127.0.0.1:9"))?;
    let response = gateway.handle(request("GET", "/api/v4/job", b"")?).await;
    assert_eq!(response.status(), StatusCode::BAD_GATEWAY);
    assert_eq!(response.body(), r#"{"message":"502 Bad Gateway"}"#);
    assert_eq!(
        response.headers()["x-request-id"],
        response.headers()["x-amzn-requestid"]
    );
    Ok(())
}

#[tokio::test]
async fn head_has_the_headers_and_no_body() -> Result<(), Error> {
    let answer = json!({
        "statusCode": 200,
        "multiValueHeaders": { "etag": ["\"1\""], "content-type": ["text/plain"] },
        "body": "hello",
    });
    let (gateway, seen) = gateway(Ok(answer))?;
    let response = gateway
        .handle(request("HEAD", "/api/v4/projects/1/jobs", b"")?)
        .await;
    assert_eq!(last(&seen)?.1["httpMethod"], "HEAD");
    assert_eq!(response.headers()["etag"], "\"1\"");
    assert_eq!(response.headers()["content-length"], "5");
    assert!(response.body().is_empty());
    Ok(())
}
