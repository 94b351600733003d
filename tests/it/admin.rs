//! The first administrator of a deployment, made by `switchyard-admin`.

use http::StatusCode;
use switchyard::time::Time;
use switchyard_admin::create_root;
use switchyard_local::seed;
use switchyard_tests::{Caller, TestApp};

#[tokio::test]
async fn the_first_token_opens_an_empty_deployment() {
    let app = TestApp::new().await;
    let first = create_root(&app.seed.store, Time::now()).await.unwrap();
    let second = create_root(&app.seed.store, Time::now()).await.unwrap();
    assert_ne!(first, second, "every run makes a token of its own");

    for secret in [first, second] {
        let answer = app.get("/api/v4/user", &Caller::token(&secret)).await;
        assert_eq!(answer.status, StatusCode::OK);
        let user = answer.json();
        assert_eq!(user["username"], "root");
        assert_eq!((&user["id"], &user["is_admin"]), (&1.into(), &true.into()));
    }
}

#[tokio::test]
async fn the_name_of_somebody_else_is_left_alone() {
    let app = TestApp::new().await;
    app.add_user(&seed::user(7, "root")).await;
    let before = app.dump();
    let refused = create_root(&app.seed.store, Time::now()).await.unwrap_err();
    assert_eq!(refused.to_string(), "root is no administrator");
    assert_eq!(app.dump(), before);
}
