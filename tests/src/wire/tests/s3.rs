//! Requests to S3.

use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryPartition;
use aws_sdk_s3::config::{BehaviorVersion, Config, Credentials, Region};
use aws_sdk_s3::error::ProvideErrorMetadata;

use switchyard_local::s3::S3;
use switchyard_local::template::BUCKET;

use super::super::{Fault, Loss, Right, Rule, s3};
use super::{World, retries};

/// A client of an S3 that nobody serves, for calls that never get that far.
fn client(world: &World) -> Client {
    client_of(world, "http://127.0.0.1:1")
}

fn client_of(world: &World, endpoint: &str) -> Client {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .endpoint_url(endpoint)
        .force_path_style(true)
        .retry_config(retries())
        .retry_partition(RetryPartition::new(world.endpoint.clone()))
        .http_client(world.wire.client("traces"));
    Client::from_conf(config.build())
}

#[tokio::test]
async fn a_throttle_of_s3_is_a_slow_down() {
    let world = World::start().await;
    world.wire.faults().add(Rule::new(Fault::Throttle));
    let get = client(&world).get_object().bucket("bucket");
    let error = get.key("logs/a b/ü").send().await.unwrap_err();
    assert_eq!(error.raw_response().unwrap().status().as_u16(), 503);
    assert_eq!(error.into_service_error().code(), Some("SlowDown"));
    let calls = world.wire.tape().calls();
    assert_eq!(calls.len(), 3);
    assert_eq!(calls[0].action, "s3:GetObject");
    assert_eq!(calls[0].resources(), ["logs/a b/ü"]);
    assert_eq!(calls[0].function, "traces");
}

#[tokio::test]
async fn an_internal_error_also_reaches_a_head_request() {
    let world = World::start().await;
    world.wire.faults().add(Rule::new(Fault::InternalError));
    let head = client(&world).head_object().bucket("bucket");
    let error = head.key("logs/1").send().await.unwrap_err();
    assert_eq!(error.raw_response().unwrap().status().as_u16(), 500);
    let calls = world.wire.tape().calls();
    assert_eq!(calls[0].action, "s3:HeadObject");
    assert_eq!(calls[0].rights, [Right::new("s3:GetObject", "logs/1")]);
}

#[tokio::test]
async fn an_upload_counts_its_content_alone() {
    let world = World::start().await;
    world.wire.faults().add(Rule::new(Fault::InternalError));
    let put = client(&world).put_object().bucket("bucket").key("logs/1");
    put.body(vec![b'x'; 1000].into()).send().await.unwrap_err();
    assert_eq!(world.wire.tape().calls()[0].request_bytes, 1000);
}

#[tokio::test]
async fn real_calls_are_recorded_with_their_bytes_and_lost_like_any_other() {
    let world = World::start().await;
    let emulator = S3::temporary().unwrap();
    let s3 = client_of(&world, emulator.endpoint());
    let put = s3.put_object().bucket(BUCKET).key("logs/a b");
    put.body(vec![b'x'; 1000].into()).send().await.unwrap();
    let get = s3.get_object().bucket(BUCKET).key("logs/a b");
    let got = get.range("bytes=10-19").send().await.unwrap();
    assert_eq!(got.body.collect().await.unwrap().into_bytes().len(), 10);
    let copy = s3.copy_object().bucket(BUCKET).key("scratch/copy");
    let source = format!("{BUCKET}/logs/a%20b");
    copy.copy_source(source).send().await.unwrap();
    let rule = Rule::new(Fault::LostAnswer(Loss::Io)).action("s3:DeleteObject");
    world.wire.faults().add(rule.times(1));
    let delete = s3.delete_object().bucket(BUCKET).key("logs/a b");
    delete.send().await.unwrap();

    let calls = world.wire.tape().calls();
    let seen: Vec<_> = calls
        .iter()
        .map(|call| (&*call.action, call.resources(), call.status))
        .collect();
    let (log, copied) = ("logs/a b", vec!["logs/a b", "scratch/copy"]);
    assert_eq!(
        seen,
        [
            ("s3:PutObject", vec![log], Some(200)),
            ("s3:GetObject", vec![log], Some(206)),
            ("s3:CopyObject", copied, Some(200)),
            ("s3:DeleteObject", vec![log], None),
            ("s3:DeleteObject", vec![log], Some(204)),
        ]
    );
    assert_eq!(calls[0].request_bytes, 1000);
    assert_eq!(calls[1].response_bytes, 10);
}

#[test]
fn requests_are_told_apart_by_method_path_and_query() {
    let object = "http://127.0.0.1:9/bucket/logs/1%2F2";
    let bucket = "http://127.0.0.1:9/bucket";
    let cases = [
        ("GET", object, "x-id=GetObject", "GetObject", "s3:GetObject"),
        ("HEAD", object, "", "HeadObject", "s3:GetObject"),
        ("PUT", object, "x-id=PutObject", "PutObject", "s3:PutObject"),
        (
            "POST",
            object,
            "uploads",
            "CreateMultipartUpload",
            "s3:PutObject",
        ),
        (
            "PUT",
            object,
            "partNumber=1&uploadId=u",
            "UploadPart",
            "s3:PutObject",
        ),
        (
            "POST",
            object,
            "uploadId=u",
            "CompleteMultipartUpload",
            "s3:PutObject",
        ),
        (
            "GET",
            object,
            "uploadId=u",
            "ListParts",
            "s3:ListMultipartUploadParts",
        ),
        (
            "DELETE",
            object,
            "uploadId=u",
            "AbortMultipartUpload",
            "s3:AbortMultipartUpload",
        ),
        (
            "DELETE",
            object,
            "x-id=DeleteObject",
            "DeleteObject",
            "s3:DeleteObject",
        ),
        (
            "GET",
            bucket,
            "list-type=2&prefix=logs%2F",
            "ListObjectsV2",
            "s3:ListBucket",
        ),
        (
            "GET",
            bucket,
            "uploads",
            "ListMultipartUploads",
            "s3:ListBucketMultipartUploads",
        ),
        ("HEAD", bucket, "", "HeadBucket", "s3:ListBucket"),
        ("PUT", bucket, "", "CreateBucket", "s3:CreateBucket"),
    ];
    for (method, uri, query, operation, action) in cases {
        let resource = if uri == object { "logs/1/2" } else { "bucket" };
        let uri = if query.is_empty() {
            uri.to_owned()
        } else {
            format!("{uri}?{query}")
        };
        assert_eq!(
            s3::read(method, &uri, None, b""),
            (operation, vec![Right::new(action, resource)])
        );
    }
}

#[test]
fn a_copy_reads_one_object_and_writes_another() {
    let uri = "http://127.0.0.1:9/bucket/logs/whole";
    let rights = vec![
        Right::new("s3:GetObject", "logs/part 1"),
        Right::new("s3:PutObject", "logs/whole"),
    ];
    let source = Some("bucket/logs/part%201?versionId=3");
    assert_eq!(
        s3::read("PUT", uri, source, b""),
        ("CopyObject", rights.clone())
    );
    let uri = format!("{uri}?partNumber=1&uploadId=u");
    assert_eq!(
        s3::read("PUT", &uri, source, b""),
        ("UploadPartCopy", rights)
    );
}

#[test]
fn a_bulk_delete_needs_a_right_on_every_key() {
    let body = b"<Delete><Object><Key>logs/1</Key></Object><Object><Key>a&amp;lt;b</Key></Object></Delete>";
    let (operation, rights) = s3::read("POST", "http://127.0.0.1:9/bucket/?delete", None, body);
    assert_eq!(operation, "DeleteObjects");
    assert_eq!(
        rights,
        [
            Right::new("s3:DeleteObject", "logs/1"),
            Right::new("s3:DeleteObject", "a&lt;b"),
        ]
    );
}
