//! The first administrator of a deployment, made by `switchyard-admin`.

use http::StatusCode;
use switchyard::time::Time;
use switchyard_admin::create_root;
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
async fn what_was_cut_short_is_finished() {
    use switchyard::ids::UserId;
    use switchyard::project::DirectoryTarget;

    let app = TestApp::new().await;
    app.seed
        .put_path("root", DirectoryTarget::User { id: UserId(1) })
        .await
        .unwrap();
    let secret = create_root(&app.seed.store, Time::now()).await.unwrap();
    let answer = app.get("/api/v4/user", &Caller::token(&secret)).await;
    assert_eq!(answer.json()["id"], 1);
}
