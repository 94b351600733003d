//! Bodies where none belong are not looked at.

use http::Method;

use super::{ADDRESSES, World};

#[tokio::test]
async fn a_body_of_a_get_is_ignored() {
    let world = World::new().await;
    for path in ADDRESSES {
        let plain = world.get(path).await;
        for (content_type, body) in [
            ("application/json", b"".as_slice()),
            ("application/json", b"{}"),
            (
                "application/json",
                br#"{"scope":"broken","page":"x","private_token":"wrong"}"#,
            ),
            ("application/json", br#"{"scope": ["fai"#),
            ("application/json", b"\xff\xfe\x00"),
            ("application/x-www-form-urlencoded", b""),
            (
                "application/x-www-form-urlencoded",
                b"scope=broken&page=x&job_token=wrong",
            ),
            ("multipart/form-data", b"no boundary"),
            (
                "multipart/form-data; boundary=x",
                b"--x\r\ncontent-disposition: garbage",
            ),
            ("garbage", b"garbage"),
            ("", b"{}"),
        ] {
            let mut headers = world.reader(path).headers();
            headers.push(("content-type", content_type));
            let answer = world.app.request(Method::GET, path, &headers, body).await;
            assert_eq!(answer.status, 200, "{path} {content_type}");
            assert_eq!(answer.body, plain.body, "{path} {content_type}");
        }
        let headers = world.reader(path).headers();
        let large = vec![b'{'; 1_000_000];
        let answer = world.app.request(Method::GET, path, &headers, large).await;
        assert_eq!(answer.body, plain.body, "{path}");
    }
    world.assert_unchanged();
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_by_the_gateway() {
    let world = World::new().await;
    let path = "/api/v4/projects/1/jobs";
    let headers = world.administrator.headers();
    for size in [5_000_000, 10 * 1024 * 1024 + 1] {
        let body = vec![b'x'; size];
        let answer = world.app.request(Method::GET, path, &headers, body).await;
        assert_eq!(answer.status, 413, "{size}");
        let expected = super::message("413 Request Entity Too Large");
        assert_eq!(answer.json(), expected, "{size}");
    }
    world.assert_unchanged();
}
