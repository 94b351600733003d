//! A way to the embedded DynamoDB that notes how long each visitor was busy with it.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::Error;

/// Passes connections on to a store.
pub struct Door {
    address: SocketAddr,
    visit: Arc<Mutex<Option<Visit>>>,
}

/// The last connection: when it was accepted, and when the last byte went back.
#[derive(Clone, Copy)]
struct Visit {
    opened: Instant,
    answered: Instant,
}

impl Door {
    /// `store` is the endpoint of the store, such as `http://127.0.0.1:4711`.
    pub fn to(store: &str) -> Result<Self, Error> {
        let store: SocketAddr = store
            .strip_prefix("http://")
            .ok_or("the store is not plain HTTP")?
            .parse()?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let visit = Arc::default();
        let noted = Arc::clone(&visit);
        std::thread::Builder::new()
            .name("door".into())
            .spawn(move || {
                for inside in listener.incoming().flatten() {
                    let opened = Instant::now();
                    note(
                        &noted,
                        Visit {
                            opened,
                            answered: opened,
                        },
                    );
                    let noted = Arc::clone(&noted);
                    std::thread::spawn(move || pass(inside, store, opened, &noted));
                }
            })?;
        Ok(Self { address, visit })
    }

    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How long the last visitor, who is then forgotten, was connected until the last
    /// answer had gone back.
    pub fn last_visit(&self) -> Option<Duration> {
        let mut visit = self.visit.lock().unwrap_or_else(PoisonError::into_inner);
        visit.take().map(|visit| visit.answered - visit.opened)
    }
}

fn note(visit: &Mutex<Option<Visit>>, now: Visit) {
    *visit.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
}

/// Copies both ways until one side hangs up.
fn pass(
    inside: TcpStream,
    store: SocketAddr,
    opened: Instant,
    visit: &Mutex<Option<Visit>>,
) -> io::Result<()> {
    let outside = TcpStream::connect(store)?;
    for stream in [&inside, &outside] {
        stream.set_nodelay(true)?;
    }
    let (mut asking, mut asked) = (inside.try_clone()?, outside.try_clone()?);
    std::thread::spawn(move || {
        let _ = io::copy(&mut asking, &mut asked);
        let _ = asked.shutdown(Shutdown::Both);
    });
    let (mut from, mut to) = (outside, inside);
    let mut buffer = [0; 16 * 1024];
    loop {
        let length = from.read(&mut buffer)?;
        if length == 0 {
            return to.shutdown(Shutdown::Both);
        }
        // Noted before the last byte leaves: its receiver may be faster than this thread.
        note(
            visit,
            Visit {
                opened,
                answered: Instant::now(),
            },
        );
        to.write_all(&buffer[..length])?;
    }
}
