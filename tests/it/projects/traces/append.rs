//! How a log grows: every byte once, in its place, whatever is repeated or lost.

use bytes::Bytes;
use switchyard::ids::JobId;
use switchyard::trace;

use super::{PROJECT, World, noise};

/// Adds bytes, and gives the log's size then.
async fn append(world: &World, offset: u64, bytes: &[u8]) -> u64 {
    let bytes = Bytes::copy_from_slice(bytes);
    let seed = &world.app.seed;
    trace::append(
        (PROJECT, JobId(101)),
        offset,
        bytes,
        &seed.store,
        &seed.blobs,
    )
    .await
    .unwrap()
}

#[tokio::test]
async fn bytes_are_added_at_the_end_only() {
    let world = World::new().await;
    world.live(&[]).await;
    let large = noise(40_000);
    for (offset, bytes, size, why) in [
        (0, b"".as_slice(), 0, "nothing is nothing"),
        (1, b"x", 0, "a gap at the beginning"),
        (0, b"abc", 3, "the first bytes"),
        (0, b"abc", 3, "the same again, its answer was lost"),
        (0, b"ABCDEF", 3, "other bytes at a place that is taken"),
        (1, b"bcd", 3, "into the middle"),
        (4, b"e", 3, "a gap"),
        (u64::MAX, b"z", 3, "a gap as large as can be"),
        (3, b"", 3, "nothing at the end"),
        (3, &large, 40_003, "a chunk that is an object"),
        (3, &large, 40_003, "the same again"),
        (40_003, b"def", 40_006, "the last bytes"),
    ] {
        assert_eq!(append(&world, offset, bytes).await, size, "{why}");
    }
    let expected = [b"abc".as_slice(), &large, b"def"].concat();
    assert!(world.get(&[]).await.body == expected);
}

#[tokio::test]
async fn of_two_writers_at_one_place_one_wins() {
    for (one, other) in [
        (b"one ".to_vec(), b"other ".to_vec()),
        (noise(40_000), noise(50_000)),
    ] {
        let world = World::new().await;
        world.live(&[b"$ "]).await;
        let (first, second) = tokio::join!(append(&world, 2, &one), append(&world, 2, &other));
        assert_eq!(first, second, "both are told the true size");
        let winner = if first == 2 + one.len() as u64 {
            one
        } else {
            other
        };
        let body = world.get(&[]).await.body;
        assert!(body == [b"$ ".as_slice(), &winner].concat());
    }
}
