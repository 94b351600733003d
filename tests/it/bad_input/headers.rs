//! Headers that make no sense.

use http::Method;
use switchyard::project::Visibility;
use switchyard_local::seed;
use switchyard_tests::Caller;

use super::{ADDRESSES, World, message};

#[tokio::test]
async fn garbage_beside_a_good_token_is_ignored() {
    let world = World::new().await;
    for path in ADDRESSES {
        let plain = world.get(path).await;
        for header in [
            ("accept", "garbage;;;"),
            ("accept", "text/xml"),
            ("accept-encoding", "zip, \u{fffd}"),
            ("authorization", "Bearer"),
            ("authorization", "Basic cm9vdDpyb290"),
            ("authorization", ""),
            ("cookie", "_gitlab_session=abc; a\u{e4}=b"),
            ("content-length", "7"),
            ("x-http-method-override", "DELETE"),
            ("x-forwarded-host", "evil.example"),
            ("x-forwarded-proto", "gopher"),
            ("x-forwarded-for", "not an address"),
            ("x-request-id", "mine\u{e4}"),
            ("if-modified-since", "yesterday"),
            ("if-none-match", "\u{e4}"),
            ("if-range", "garbage"),
            ("range", "bytes=\u{e4}"),
            ("range", "pages=1-2"),
            ("x-amzn-trace-id", "Root=garbage"),
        ] {
            let mut headers = world.reader(path).headers();
            headers.push(header);
            let answer = world.ask(Method::GET, path, &headers).await;
            assert_eq!(answer.status, 200, "{path} {header:?}");
            assert_eq!(answer.body, plain.body, "{path} {header:?}");
            assert_eq!(
                answer.header("link"),
                plain.header("link"),
                "{path} {header:?}"
            );
        }
    }
    world.assert_unchanged();
}

#[tokio::test]
async fn a_token_that_cannot_be_one_is_a_wrong_one() {
    let world = World::new().await;
    let mut project = seed::project(1, &[1.into()], "group1/project1");
    project.visibility = Visibility::Public;
    world.app.replace(&project);
    let path = "/api/v4/projects/1/pipelines/6";
    assert_eq!(world.app.get(path, &Caller::Nobody).await.status, 200);
    for header in [
        ("private-token", "x"),
        ("private-token", "\u{e4}\u{fffd}"),
        ("private-token", "a b c"),
        ("authorization", "Bearer x"),
        ("authorization", "bearer \u{e4}"),
        ("authorization", "Bearer a b"),
    ] {
        let answer = world.ask(Method::GET, path, &[header]).await;
        assert_eq!(answer.status, 401, "{header:?}");
        assert_eq!(answer.json(), message("401 Unauthorized"), "{header:?}");
    }
    // What is no credential leaves the caller nobody.
    for header in [
        ("private-token", ""),
        ("authorization", "Bearer "),
        ("authorization", "Digest x"),
        ("job-token", "nonsense"),
    ] {
        let answer = world.ask(Method::GET, path, &[header]).await;
        assert_eq!(answer.status, 200, "{header:?}");
    }
}
