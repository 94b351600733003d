//! Lambda's side of a function: the runtime API, served on loopback for one process.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::sync::{Mutex, mpsc as channel};

use crate::Error;

/// How long a function may take for anything.
const PATIENCE: Duration = Duration::from_secs(20);

/// The runtime API of one function. It ends with the process that serves it.
pub struct RuntimeApi {
    address: SocketAddr,
    asked: mpsc::Receiver<Instant>,
    events: channel::UnboundedSender<Bytes>,
    answers: mpsc::Receiver<Answer>,
}

/// What a function made of an event, or why it failed.
type Answer = Result<Bytes, Bytes>;

/// The server's ends of the channels.
struct Desk {
    asked: mpsc::Sender<Instant>,
    events: Mutex<channel::UnboundedReceiver<Bytes>>,
    answers: mpsc::Sender<Answer>,
}

impl RuntimeApi {
    pub fn serve() -> Result<Self, Error> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let (asked_sender, asked) = mpsc::channel();
        let (events, events_receiver) = channel::unbounded_channel();
        let (answers_sender, answers) = mpsc::channel();
        let desk = Arc::new(Desk {
            asked: asked_sender,
            events: Mutex::new(events_receiver),
            answers: answers_sender,
        });
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        std::thread::Builder::new()
            .name("runtime API".into())
            .spawn(move || runtime.block_on(accept(listener, desk)))?;
        Ok(Self {
            address,
            asked,
            events,
            answers,
        })
    }

    /// The value of `AWS_LAMBDA_RUNTIME_API`.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits until the function asks for an event, and gives the moment.
    pub fn asked(&self) -> Result<Instant, Error> {
        match self.asked.recv_timeout(PATIENCE) {
            Ok(moment) => Ok(moment),
            Err(_) => match self.answers.try_recv() {
                Ok(Err(failure)) => Err(said(&failure)),
                _ => Err("the function does not ask for an event".into()),
            },
        }
    }

    /// Hands out an event, and waits for the answer.
    pub fn invoke(&self, event: Bytes) -> Result<Bytes, Error> {
        self.events.send(event)?;
        self.answers
            .recv_timeout(PATIENCE)?
            .map_err(|failure| said(&failure))
    }
}

fn said(failure: &Bytes) -> Error {
    format!("the function failed: {}", String::from_utf8_lossy(failure)).into()
}

async fn accept(listener: TcpListener, desk: Arc<Desk>) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else {
        return;
    };
    while let Ok((stream, _)) = listener.accept().await {
        let _ = stream.set_nodelay(true);
        let desk = Arc::clone(&desk);
        let answer = service_fn(move |request| {
            let desk = Arc::clone(&desk);
            async move { Ok::<_, Infallible>(desk.answer(request).await) }
        });
        // A function that is killed hangs up; that is no concern here.
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), answer));
    }
}

impl Desk {
    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let path = request.uri().path();
        if request.method() == Method::GET && path.ends_with("/runtime/invocation/next") {
            let _ = self.asked.send(Instant::now());
            return match self.events.lock().await.recv().await {
                Some(event) => invocation(event),
                None => plain(StatusCode::GONE),
            };
        }
        let succeeded = path.ends_with("/response");
        let body = match request.into_body().collect().await {
            Ok(body) => body.to_bytes(),
            Err(_) => return plain(StatusCode::BAD_REQUEST),
        };
        let answer = if succeeded { Ok(body) } else { Err(body) };
        let _ = self.answers.send(answer);
        plain(StatusCode::ACCEPTED)
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "Lambda's clock, which is not the service's"
)]
fn invocation(event: Bytes) -> Response<Full<Bytes>> {
    let deadline = SystemTime::now() + Duration::from_secs(29);
    let deadline = deadline.duration_since(SystemTime::UNIX_EPOCH);
    let headers = Response::builder()
        .header(
            "lambda-runtime-aws-request-id",
            "00000000-0000-0000-0000-000000000000",
        )
        .header(
            "lambda-runtime-deadline-ms",
            deadline.unwrap_or_default().as_millis().to_string(),
        )
        .header(
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:us-east-1:000000000000:function:bench",
        )
        .header("content-type", "application/json");
    headers
        .body(Full::new(event))
        .unwrap_or_else(|_| plain(StatusCode::INTERNAL_SERVER_ERROR))
}

fn plain(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response
}
