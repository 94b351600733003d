//! Serves a gateway over HTTP/1.1. The target of a request reaches the gateway as it
//! was sent.

use std::{future::Future, io, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, header};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::{
    body::{Body as _, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};

use crate::gateway::{ClientAddress, Gateway, MAX_BODY};

/// How long a client may take to send the head of a request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(60);

/// Serves the gateway until `shutdown` resolves. Requests that are under way then
/// are dropped.
pub async fn serve(
    gateway: Arc<Gateway>,
    listener: TcpListener,
    shutdown: impl Future<Output = ()>,
) {
    let mut connections = tokio::task::JoinSet::new();
    tokio::pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            () = &mut shutdown => return,
            accepted = listener.accept() => accepted,
            // Connections that are done leave the set.
            Some(_) = connections.join_next() => continue,
        };
        match accepted {
            Ok((stream, _)) => {
                connections.spawn(connection(Arc::clone(&gateway), stream));
            }
            Err(error) => {
                eprintln!("gateway: cannot accept a connection: {error}");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

async fn connection(gateway: Arc<Gateway>, stream: TcpStream) {
    let _ = stream.set_nodelay(true);
    let client = stream.peer_addr().ok().map(|peer| ClientAddress(peer.ip()));
    let answer = service_fn(move |mut request: Request<Incoming>| {
        let gateway = Arc::clone(&gateway);
        if let Some(client) = client {
            request.extensions_mut().insert(client);
        }
        async move { respond(&gateway, request).await }
    });
    // A client that hangs up is no concern of the server's.
    let _ = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .serve_connection(TokioIo::new(stream), answer)
        .await;
}

/// An error ends the connection: the client's body broke off.
async fn respond(
    gateway: &Gateway,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, io::Error> {
    let (parts, body) = request.into_parts();
    let body = match body.size_hint().lower() {
        announced if announced > MAX_BODY as u64 => return Ok(refuse(gateway)),
        _ => Limited::new(body, MAX_BODY).collect().await,
    };
    match body {
        Ok(body) => {
            let request = Request::from_parts(parts, body.to_bytes());
            Ok(gateway.handle(request).await.map(Full::from))
        }
        Err(error) if error.is::<LengthLimitError>() => Ok(refuse(gateway)),
        Err(error) => Err(io::Error::other(error)),
    }
}

/// Refuses a body that is not read to its end, so nothing can follow it.
fn refuse(gateway: &Gateway) -> Response<Full<Bytes>> {
    let mut refused = gateway.refuse_body();
    let headers = refused.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    refused.map(Full::from)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use futures::FutureExt;
    use serde_json::json;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;
    use crate::{Error, invoke::Invoker, template::Template};

    /// Sends these bytes to a gateway whose functions answer with the path, the client
    /// and the body of the event, and gives back all that comes.
    async fn exchange(sent: &[u8]) -> Result<String, Error> {
        let template = Template::parse(include_str!("template/fixture.yaml"), &BTreeMap::new())?;
        let invoker = Invoker::in_process(|_, event| {
            let seen = json!([
                event["path"],
                event["requestContext"]["identity"]["sourceIp"],
                event["body"],
            ]);
            async move { Ok(json!({ "statusCode": 200, "body": seen.to_string() })) }.boxed()
        });
        let gateway = Arc::new(Gateway::new(&template, invoker)?);
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let talk = async {
            let mut stream = TcpStream::connect(address).await?;
            let (mut reading, mut writing) = stream.split();
            let mut received = Vec::new();
            // A refused body is not read to its end; the rest of it fails to be sent.
            let _ = writing.write_all(sent).await;
            let _ = reading.read_to_end(&mut received).await;
            Ok(String::from_utf8_lossy(&received).into_owned())
        };
        tokio::select! {
            received = talk => received,
            () = serve(gateway, listener, std::future::pending()) => Err("it ended".into()),
        }
    }

    #[tokio::test]
    async fn targets_and_bodies_arrive_as_they_were_sent() -> Result<(), Error> {
        let sent = b"PUT /api/v4/projects/a%2fb%00/../jobs HTTP/1.1\r\nhost: localhost\r\n\
            content-length: 3\r\n\r\nabcGET /api/v4/job HTTP/1.1\r\nhost: localhost\r\n\
            connection: close\r\n\r\n";
        let received = exchange(sent).await?;
        // The first target has no route of its own: a dot segment is a segment.
        assert!(received.starts_with("HTTP/1.1 403 "), "{received}");
        assert!(
            received.ends_with(r#"["/api/v4/job","127.0.0.1",null]"#),
            "{received}"
        );

        let sent = b"PUT /api/v4/projects/a%2fb%00/jobs HTTP/1.1\r\nhost: localhost\r\n\
            transfer-encoding: chunked\r\nconnection: close\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
        let received = exchange(sent).await?;
        let body = r#"["/api/v4/projects/a%2fb%00/jobs","127.0.0.1","YWJj"]"#;
        assert!(received.ends_with(body), "{received}");
        Ok(())
    }

    #[tokio::test]
    async fn a_body_over_the_limit_is_not_read() -> Result<(), Error> {
        let sent = b"PUT /api/v4/projects/1/jobs HTTP/1.1\r\nhost: localhost\r\n\
            content-length: 10485761\r\n\r\n";
        let received = exchange(sent).await?;
        assert!(received.starts_with("HTTP/1.1 413 "), "{received}");
        assert!(received.contains("connection: close\r\n"), "{received}");
        assert!(received.ends_with(r#"{"error":"too large"}"#), "{received}");
        Ok(())
    }

    #[tokio::test]
    async fn head_says_the_length_and_sends_nothing() -> Result<(), Error> {
        let sent = b"HEAD /api/v4/projects/1/jobs HTTP/1.1\r\nhost: localhost\r\n\
            connection: close\r\n\r\n";
        let received = exchange(sent).await?;
        let body = r#"["/api/v4/projects/1/jobs","127.0.0.1",null]"#;
        let length = format!("content-length: {}\r\n", body.len());
        assert!(received.contains(&length), "{received}");
        assert!(received.ends_with("\r\n\r\n"), "{received}");
        Ok(())
    }
}
