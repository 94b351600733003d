//! Logs that are too large for a function's answer.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use http::Method;

use super::{World, noise};

/// A plain HTTP client, which knows nothing of S3: status, header lines, body.
fn fetch(address: &str, headers: &str) -> (u16, String, Vec<u8>) {
    let rest = address.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    write!(
        stream,
        "GET /{path} HTTP/1.0\r\nhost: {host}\r\n{headers}\r\n"
    )
    .unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer
        .windows(4)
        .position(|bytes| bytes == b"\r\n\r\n")
        .unwrap();
    let body = answer.split_off(end + 4);
    let head = String::from_utf8(answer).unwrap().to_lowercase();
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok());
    (status.unwrap(), head, body)
}

async fn redirected(world: &World, headers: &[(&str, &str)]) -> String {
    let answer = world.get(headers).await;
    assert_eq!(answer.status, 302, "{answer:?}");
    assert!(answer.body.is_empty());
    answer.header("location").unwrap().to_owned()
}

#[tokio::test]
async fn a_large_archived_log_is_fetched_from_storage() {
    let world = World::new().await;
    let log = noise(4_000_001);
    world.archived(&log).await;
    let address = redirected(&world, &[]).await;
    let (status, head, body) = fetch(&address, "");
    assert_eq!(status, 200);
    assert!(body == log);
    assert!(head.contains("\r\ncontent-type: text/plain\r\n"), "{head}");

    // The address is of this object only, and only with its signature.
    let (unsigned, _) = address.split_once('?').unwrap();
    assert_eq!(fetch(unsigned, "").0, 403);
    assert_eq!(fetch(&address.replace("/101/", "/102/"), "").0, 403);
}

#[tokio::test]
async fn four_megabytes_are_answered_at_once() {
    let world = World::new().await;
    let log = noise(4_000_000);
    world.archived(&log).await;
    let answer = world.get(&[]).await;
    assert_eq!(answer.status, 200);
    assert!(answer.body == log);
}

#[tokio::test]
async fn a_large_log_that_still_grows_is_fetched_as_it_was() {
    let world = World::new().await;
    let log = noise(6_500_000);
    let pieces: Vec<&[u8]> = log.chunks(800_000).collect();
    let job = world.live(&pieces).await;

    let first = redirected(&world, &[]).await;
    let (status, head, body) = fetch(&first, "");
    assert_eq!(status, 200);
    assert!(body == log);
    assert!(head.contains("\r\ncontent-type: text/plain\r\n"), "{head}");

    // Nothing was added: the same picture serves again.
    let again = redirected(&world, &[]).await;
    assert_eq!(
        again.split_once('?').unwrap().0,
        first.split_once('?').unwrap().0
    );

    world
        .app
        .seed
        .append_log(&job, 6_500_000, b"done\n")
        .await
        .unwrap();
    let longer = redirected(&world, &[]).await;
    let (_, _, body) = fetch(&longer, "");
    assert!(body == [log.as_slice(), b"done\n"].concat());
    assert!(fetch(&first, "").2 == log, "the older address still holds");
}

#[tokio::test]
async fn a_range_decides_by_its_own_size() {
    let log = noise(6_500_000);
    for archived in [false, true] {
        let world = World::new().await;
        if archived {
            world.archived(&log).await;
        } else {
            let pieces: Vec<&[u8]> = log.chunks(800_000).collect();
            world.live(&pieces).await;
        }
        let answer = world.get(&[("range", "bytes=6000000-6499999")]).await;
        assert_eq!(answer.status, 206);
        assert!(answer.body == log[6_000_000..]);
        let content_range = Some("bytes 6000000-6499999/6500000");
        assert_eq!(answer.header("content-range"), content_range);

        // A client repeats its headers where it is sent to.
        let address = redirected(&world, &[("range", "bytes=100-5000099")]).await;
        let (status, head, body) = fetch(&address, "range: bytes=100-5000099\r\n");
        assert_eq!(status, 206);
        assert!(
            head.contains("content-range: bytes 100-5000099/6500000"),
            "{head}"
        );
        assert!(body == log[100..5_000_100]);
    }
}

#[tokio::test]
async fn a_large_log_has_a_tag_without_being_fetched() {
    let world = World::new().await;
    let log = noise(4_000_001);
    world.archived(&log).await;
    let head = world.ask(Method::HEAD, &[]).await;
    assert_eq!((head.status.as_u16(), head.body.len()), (200, 0));
    let etag = head.header("etag").unwrap();
    let answer = world.get(&[("if-none-match", etag)]).await;
    assert_eq!(answer.status, 304);
    assert_eq!(answer.header("location"), None);
}
