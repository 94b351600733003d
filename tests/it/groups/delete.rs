//! `DELETE /groups/:id`. What follows is the sweeper's.

use serde_json::json;
use switchyard::ids::GroupId;
use switchyard::member::{Role, Source};
use switchyard::project::{DirectoryEntry, DirectoryTarget};
use switchyard_local::seed;
use switchyard_tests::TestApp;
use switchyard_tests::wire::{Fault, Loss, Rule};

use super::{create, get};

#[tokio::test]
async fn a_deleted_group_is_gone_at_once_and_its_path_is_free() {
    let app = TestApp::new().await;
    let root = app.administrator().await;
    let owner = app.add_user(&seed::user(2, "ann")).await;
    let id = create(&app, &owner, "mine", None).await;
    let answer = app.delete("/api/v4/groups/mine", &owner).await;
    assert_eq!(answer.status, 202, "{answer:?}");
    assert_eq!(answer.json(), json!({ "message": "202 Accepted" }));
    let missing = json!({ "message": "404 Group Not Found" });
    for caller in [&owner, &root] {
        for path in ["mine".to_owned(), id.to_string(), format!("{id}/members")] {
            let answer = get(&app, caller, &path).await;
            assert_eq!(answer.status, 404, "{path}");
            assert_eq!(answer.json(), missing);
        }
        assert_eq!(app.get("/api/v4/groups", caller).await.ids(), [0_u64; 0]);
    }
    // A second time there is nothing to delete.
    let again = app.delete(&format!("/api/v4/groups/{id}"), &owner).await;
    assert_eq!(again.status, 404);
    let new = create(&app, &owner, "mine", None).await;
    assert_ne!(new, id);
}

#[tokio::test]
async fn only_owners_delete() {
    let app = TestApp::new().await;
    let group = seed::group(1, &[], "group");
    app.seed.put_group(&group).await.unwrap();
    let source = Source::Group(GroupId(1));
    let maintainer = app.add_member(2, source, Role::Maintainer).await;
    let owner = app.add_member(3, source, Role::Owner).await;
    let answer = app.delete("/api/v4/groups/1", &maintainer).await;
    assert_eq!(answer.status, 403);
    assert_eq!(get(&app, &owner, 1).await.status, 200);
}

#[tokio::test]
async fn a_path_that_belongs_to_another_by_now_stays() {
    let app = TestApp::new().await;
    let owner = app.add_user(&seed::user(2, "ann")).await;
    let id = create(&app, &owner, "old", None).await;
    // Between reading and writing the group moves, and another one takes its path.
    let mut moved = seed::group(id, &[], "new");
    moved.created_at = seed::at("2015-12-24T18:00:00.000Z");
    app.replace_before("dynamodb:TransactWriteItems", &moved);
    let entry = DirectoryEntry {
        path: "old".to_owned(),
        target: DirectoryTarget::Group { id: GroupId(77) },
    };
    app.replace_before("dynamodb:TransactWriteItems", &entry);
    let answer = app.delete(&format!("/api/v4/groups/{id}"), &owner).await;
    assert_eq!(answer.status, 202, "{answer:?}");
    let rows = app.dump().rows;
    let directory = rows.iter().find(|(name, _)| name.contains("irectory"));
    let (_, entries) = directory.unwrap();
    let old = entries.iter().find(|entry| entry.contains(r#""S":"old""#));
    assert!(old.unwrap().contains("77"), "{old:?}");
}

#[tokio::test]
async fn a_lost_answer_is_not_noticed() {
    let app = TestApp::new().await;
    let owner = app.add_user(&seed::user(2, "ann")).await;
    let id = create(&app, &owner, "mine", None).await;
    let rule = Rule::new(Fault::LostAnswer(Loss::Io)).action("dynamodb:TransactWriteItems");
    let fired = app.wire.faults().add(rule.times(1));
    let answer = app.delete(&format!("/api/v4/groups/{id}"), &owner).await;
    assert_eq!(answer.status, 202, "{answer:?}");
    assert_eq!(fired.count(), 1);
}
