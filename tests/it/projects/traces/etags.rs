//! A log that did not change is not sent again.

use switchyard::job::Status;

use super::World;

#[tokio::test]
async fn a_log_has_one_tag_live_and_archived() {
    let world = World::new().await;
    world.live(&[b"$ make\n", b"done\n"]).await;
    let live = world.get(&[]).await;
    let etag = live.header("etag").unwrap();
    assert!(etag.starts_with('"') && etag.ends_with('"'), "{etag}");

    world.archived(b"$ make\ndone\n").await;
    let archived = world.get(&[]).await;
    assert_eq!(archived.header("etag"), Some(etag));
    let answer = world.get(&[("if-none-match", etag)]).await;
    assert_eq!(answer.status, 304);

    let other = World::new().await;
    other.archived(b"$ make\nDone\n").await;
    assert_ne!(other.get(&[]).await.header("etag"), Some(etag));
}

#[tokio::test]
async fn a_known_tag_is_answered_with_nothing() {
    let world = World::new().await;
    let job = world.live(&[b"$ make\n"]).await;
    let etag = world.get(&[]).await.header("etag").unwrap().to_owned();
    for known in [
        etag.clone(),
        format!("W/{etag}"),
        format!("\"other\", {etag}"),
        "*".to_owned(),
    ] {
        let answer = world.get(&[("if-none-match", &known)]).await;
        assert_eq!(answer.status, 304, "{known}");
        assert!(answer.body.is_empty(), "{known}");
        assert_eq!(answer.header("etag"), Some(etag.as_str()), "{known}");
    }
    for unknown in ["\"other\"", "", "garbage", etag.trim_matches('"')] {
        let answer = world.get(&[("if-none-match", unknown)]).await;
        assert_eq!(
            (answer.status.as_u16(), answer.body.as_ref()),
            (200, b"$ make\n".as_slice())
        );
    }
    // The tag is asked about before the range.
    let answer = world
        .get(&[("if-none-match", &etag), ("range", "bytes=0-1")])
        .await;
    assert_eq!(answer.status, 304);

    world.app.seed.append_log(&job, 7, b"done\n").await.unwrap();
    let answer = world.get(&[("if-none-match", &etag)]).await;
    assert_eq!(
        (answer.status.as_u16(), answer.body.as_ref()),
        (200, b"$ make\ndone\n".as_slice())
    );
}

#[tokio::test]
async fn a_log_that_is_still_empty_has_a_tag_too() {
    let world = World::new().await;
    let job = world.put(Status::Running, |_| {});
    let etag = world.get(&[]).await.header("etag").unwrap().to_owned();
    let poll = async || world.get(&[("if-none-match", &etag)]).await;
    assert_eq!(poll().await.status, 304);
    world.app.seed.append_log(&job, 0, b"$").await.unwrap();
    assert_eq!(poll().await.status, 200);
}
