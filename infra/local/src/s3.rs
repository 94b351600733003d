//! S3 on this machine: an emulator over a folder, served on loopback, with the one
//! bucket and the credentials `test` / `test`. It stops when its handle is dropped.
//!
//! The emulator's `If-None-Match` is not atomic; conditional uploads are therefore
//! let in one at a time. It still lacks listing of multipart uploads, life cycle
//! rules, tagging and versions, and answers 200 to a GET with `If-None-Match`.

use std::{
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    sync::Arc,
    thread::JoinHandle,
};

use http::{Method, header};
use hyper::service::{Service, service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use s3s::{
    auth::SimpleAuth,
    service::{S3Service, S3ServiceBuilder},
};
use tokio::sync::{Mutex, oneshot};

use crate::{Error, template::BUCKET};

/// The access key, and the secret key, that the emulators take.
pub const CREDENTIAL: &str = "test";

/// A running S3 emulator.
pub struct S3 {
    endpoint: String,
    folder: PathBuf,
    shutdown: Option<oneshot::Sender<()>>,
    server: Option<JoinHandle<()>>,
    /// The folder, when it ends with the emulator. Dropped last.
    _temporary: Option<tempfile::TempDir>,
}

impl S3 {
    /// Starts an empty emulator whose folder is removed in the end.
    pub fn temporary() -> Result<Self, Error> {
        let folder = tempfile::tempdir()?;
        let mut s3 = Self::open(folder.path())?;
        s3._temporary = Some(folder);
        Ok(s3)
    }

    /// Starts an emulator over a folder, which is made if it is not there.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        std::fs::create_dir_all(folder.join(BUCKET))?;
        let files = s3s_fs::FileSystem::new(folder)
            .map_err(|error| format!("cannot serve {}: {error:?}", folder.display()))?;
        let mut builder = S3ServiceBuilder::new(files);
        builder.set_auth(SimpleAuth::from_single(CREDENTIAL, CREDENTIAL));
        let service = builder.build();

        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let endpoint = format!("http://{}", listener.local_addr()?);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let (shutdown, stopped) = oneshot::channel::<()>();
        let server = std::thread::Builder::new()
            .name("s3".into())
            .spawn(move || {
                runtime.block_on(async {
                    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else {
                        return;
                    };
                    tokio::select! {
                        () = accept(listener, service) => {}
                        _ = stopped => {}
                    }
                });
            })?;
        Ok(Self {
            endpoint,
            folder: folder.to_owned(),
            shutdown: Some(shutdown),
            server: Some(server),
            _temporary: None,
        })
    }

    /// The endpoint for `AWS_ENDPOINT_URL_S3`; clients must use path-style addresses.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The folder that holds the bucket's folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for S3 {
    fn drop(&mut self) {
        drop(self.shutdown.take());
        if let Some(server) = self.server.take() {
            // A thread that panicked has already said so.
            let _ = server.join();
        }
    }
}

async fn accept(listener: tokio::net::TcpListener, service: S3Service) {
    let conditional = Arc::new(Mutex::new(()));
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                eprintln!("s3: cannot accept a connection: {error}");
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                continue;
            }
        };
        let _ = stream.set_nodelay(true);
        let service = service.clone();
        let conditional = Arc::clone(&conditional);
        tokio::spawn(async move {
            let answer = service_fn(move |request: http::Request<hyper::body::Incoming>| {
                let service = service.clone();
                let conditional = Arc::clone(&conditional);
                async move {
                    let _alone = match *request.method() {
                        Method::PUT if request.headers().contains_key(header::IF_NONE_MATCH) => {
                            Some(conditional.lock().await)
                        }
                        _ => None,
                    };
                    Service::call(&service, request).await
                }
            });
            // A client that hangs up is no concern of the server's.
            let _ = auto::Builder::new(TokioExecutor::new())
                .serve_connection(TokioIo::new(stream), answer)
                .await;
        });
    }
}

#[cfg(test)]
mod tests {
    use switchyard::aws;

    use super::*;
    use crate::{seed, stack::Stack, template::Template};

    #[test]
    fn the_folder_lives_as_long_as_the_emulator() -> Result<(), Error> {
        let s3 = S3::temporary()?;
        let folder = s3.folder().to_owned();
        assert!(folder.join(BUCKET).is_dir());
        let address = s3.endpoint().trim_start_matches("http://").to_owned();
        let _open = std::net::TcpStream::connect(&address)?;
        drop(s3);
        assert!(!folder.exists());
        assert!(std::net::TcpStream::connect(&address).is_err());
        Ok(())
    }

    /// Without its lock, the emulator lets more than one of these through.
    #[tokio::test]
    async fn of_uploads_that_must_be_the_first_one_wins() -> Result<(), Error> {
        let stack = Stack::memory(Template::of_repository()?)?;
        let config = seed::config(&stack, "traces")?;
        let client = aws::s3(&config, aws::http_client(&config)?);
        for round in 0..5 {
            let uploads = (0..16).map(|_| {
                let upload = client
                    .put_object()
                    .bucket(BUCKET)
                    .key(format!("key-{round}"));
                upload.if_none_match("*").send()
            });
            let uploaded = futures::future::join_all(uploads).await;
            assert_eq!(uploaded.iter().filter(|one| one.is_ok()).count(), 1);
        }
        Ok(())
    }
}
