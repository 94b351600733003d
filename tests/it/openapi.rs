//! The API's description in the repository is the one that the code gives.

#[test]
fn the_document_is_up_to_date() {
    let kept = include_str!("../../docs/openapi.json");
    let generated = switchyard_tests::openapi::document();
    // Not compared by `assert_eq!`: nobody reads two documents in a panic.
    assert!(
        kept == generated,
        "docs/openapi.json is out of date: run `make openapi`"
    );
}

#[test]
fn it_is_openapi_3_1() {
    let document: serde_json::Value =
        serde_json::from_str(&switchyard_tests::openapi::document()).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
}
