//! Parts of a log.

use serde_json::json;
use switchyard_tests::Answer;

use super::{World, noise};

#[tokio::test]
async fn a_range_is_a_part_of_the_log() {
    let log = b"0123456789".as_slice();
    for archived in [false, true] {
        let world = World::new().await;
        if archived {
            world.archived(log).await;
        } else {
            world.live(&[b"012", b"3", b"456789"]).await;
        }
        for (range, bytes, content_range) in [
            ("bytes=0-4", "01234", "bytes 0-4/10"),
            ("bytes=3-3", "3", "bytes 3-3/10"),
            ("bytes=4-", "456789", "bytes 4-9/10"),
            ("bytes=-3", "789", "bytes 7-9/10"),
            ("bytes=-100", "0123456789", "bytes 0-9/10"),
            ("bytes=0-", "0123456789", "bytes 0-9/10"),
            ("bytes=2-100", "23456789", "bytes 2-9/10"),
            ("bytes=9-9", "9", "bytes 9-9/10"),
            ("bytes=8-99999999999999999999", "89", "bytes 8-9/10"),
        ] {
            let answer = world.get(&[("range", range)]).await;
            assert_eq!(answer.status, 206, "{range}: {answer:?}");
            assert_eq!(answer.body, bytes, "{range}");
            assert_eq!(
                answer.header("content-range"),
                Some(content_range),
                "{range}"
            );
            assert_eq!(answer.header("content-type"), Some("text/plain"), "{range}");
            let length = bytes.len().to_string();
            assert_eq!(
                answer.header("content-length"),
                Some(length.as_str()),
                "{range}"
            );
        }
    }
}

#[tokio::test]
async fn a_range_beyond_the_end_is_refused_with_the_true_size() {
    let world = World::new().await;
    world.archived(b"0123456789").await;
    for range in [
        "bytes=10-",
        "bytes=10-20",
        "bytes=99999999999999999999-",
        "bytes=-0",
    ] {
        let answer = world.get(&[("range", range)]).await;
        assert_is_refused(&answer, "bytes */10");
    }
    let world = World::new().await;
    world.archived(b"").await;
    assert_eq!(world.get(&[]).await.status, 200);
    assert_is_refused(&world.get(&[("range", "bytes=0-")]).await, "bytes */0");
}

fn assert_is_refused(answer: &Answer, content_range: &str) {
    assert_eq!(answer.status, 416, "{answer:?}");
    assert_eq!(answer.header("content-range"), Some(content_range));
    assert_eq!(
        answer.json(),
        json!({ "message": "416 Range Not Satisfiable" })
    );
}

#[tokio::test]
async fn a_range_that_is_none_is_ignored() {
    let world = World::new().await;
    world.live(&[b"0123456789"]).await;
    for range in [
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=5",
        "bytes=5-3",
        "bytes=a-b",
        "bytes=1.5-2",
        "bytes=-1-2",
        "lines=0-4",
        "0-4",
        "bytes=0-1,4-5",
        "bytes=\u{b2}-",
    ] {
        let answer = world.get(&[("range", range)]).await;
        assert_eq!(answer.status, 200, "{range}: {answer:?}");
        assert_eq!(answer.body, "0123456789", "{range}");
        assert_eq!(answer.header("content-range"), None, "{range}");
    }
}

#[tokio::test]
async fn ranges_cross_chunks_wherever_these_are() {
    let world = World::new().await;
    let (first, second) = (noise(40_000), "text\n".repeat(2_000));
    let pieces: [&[u8]; 5] = [b"$ make\n", &first, second.as_bytes(), &first, b"done\n"];
    world.live(&pieces).await;
    let log = pieces.concat();
    let edges: Vec<usize> = pieces
        .iter()
        .scan(0, |end, piece| {
            *end += piece.len();
            Some(*end)
        })
        .collect();
    for from in [
        0,
        1,
        edges[0] - 1,
        edges[0],
        edges[1],
        edges[2] - 1,
        edges[3],
    ] {
        for to in [from, edges[0], edges[1] - 1, edges[3], log.len() - 1] {
            if to < from {
                continue;
            }
            let answer = world.get(&[("range", &format!("bytes={from}-{to}"))]).await;
            assert_eq!(answer.status, 206, "{from}-{to}");
            assert!(answer.body == log[from..=to], "{from}-{to}");
        }
    }
}

#[tokio::test]
async fn a_follower_gets_what_was_added() {
    let world = World::new().await;
    let job = world.live(&[b"$ make\n"]).await;
    let answer = world.get(&[("range", "bytes=7-")]).await;
    assert_is_refused(&answer, "bytes */7");
    world.app.seed.append_log(&job, 7, b"done\n").await.unwrap();
    let answer = world.get(&[("range", "bytes=7-")]).await;
    assert_eq!(
        (answer.status.as_u16(), answer.body.as_ref()),
        (206, b"done\n".as_slice())
    );
}

#[tokio::test]
async fn a_range_holds_only_while_the_log_is_the_one_it_was_made_for() {
    let world = World::new().await;
    let job = world.live(&[b"0123"]).await;
    let etag = world.get(&[]).await.header("etag").unwrap().to_owned();
    let headers = [("range", "bytes=2-"), ("if-range", etag.as_str())];
    let answer = world.get(&headers).await;
    assert_eq!(
        (answer.status.as_u16(), answer.body.as_ref()),
        (206, b"23".as_slice())
    );
    world.app.seed.append_log(&job, 4, b"45").await.unwrap();
    let answer = world.get(&headers).await;
    assert_eq!(
        (answer.status.as_u16(), answer.body.as_ref()),
        (200, b"012345".as_slice())
    );
}
