//! Several at once, and answers that are lost.

use futures::future::join_all;
use serde_json::json;
use switchyard::token::Scope;
use switchyard_tests::wire::{Fault, Loss, Rule};
use switchyard_tests::{Answer, Caller};

use super::{OWN, TOKENS, World, holder, id};

/// The tokens of good answers that are still good for something.
async fn good(world: &World, answers: &[Answer]) -> Vec<Caller> {
    let mut good = Vec::new();
    for answer in answers.iter().filter(|answer| answer.status == 200) {
        let token = holder(answer);
        if world.status(&token).await == 200 {
            good.push(token);
        }
    }
    good
}

#[tokio::test]
async fn of_twenty_who_rotate_one_token_at_once_one_gets_the_new_one() {
    let world = World::new().await;
    for conflicts in [0, 3] {
        let number = 50 + u64::from(conflicts);
        let old = world.token(number, &[Scope::Api]).await;
        let conflict = Rule::new(Fault::TransactionConflict)
            .action("dynamodb:TransactWriteItems")
            .times(conflicts);
        world.app.wire.faults().add(conflict);
        let path = format!("{TOKENS}/{number}/rotate");
        let answers = (0..20).map(|_| world.post(&path, &world.alice, json!({})));
        let answers = join_all(answers).await;
        let won = answers.iter().filter(|answer| answer.status == 200).count();
        assert_eq!(won, 1);
        for lost in answers.iter().filter(|answer| answer.status != 200) {
            let text = "400 Bad request - token already revoked";
            assert_eq!(lost.status, 400, "{lost:?}");
            assert_eq!(lost.json(), json!({ "message": text }));
        }
        assert_eq!(good(&world, &answers).await.len(), 1);
        assert_eq!(world.status(&old).await, 401);
        let shown = world
            .app
            .get(&format!("{TOKENS}?state=active"), &world.alice)
            .await;
        // The winner's, and the one that all of them came with; earlier rounds left theirs.
        let expected = if conflicts == 0 { 2 } else { 3 };
        assert_eq!(shown.ids().len(), expected);
    }
}

#[tokio::test]
async fn of_twenty_who_come_with_the_token_itself_one_at_most_has_a_good_one() {
    let world = World::new().await;
    let old = world.token(50, &[Scope::SelfRotate]).await;
    let path = format!("{TOKENS}/self/rotate");
    let answers = (0..20).map(|_| world.post(&path, &old, json!({})));
    let answers = join_all(answers).await;
    let won = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(won, 1);
    assert!(good(&world, &answers).await.len() <= 1);
    assert_eq!(world.status(&old).await, 401);
}

#[tokio::test]
async fn a_lost_answer_of_a_store_leaves_one_token() {
    let world = World::new().await;
    for loss in [Loss::Io, Loss::Timeout] {
        for calls in [1, 2] {
            let rule = Rule::new(Fault::LostAnswer(loss))
                .action("dynamodb:TransactWriteItems")
                .times(calls);
            let fired = world.app.wire.faults().add(rule);
            let body = json!({ "name": "once", "scopes": ["self_rotate"] });
            let made = world.post(OWN, &world.alice, body).await;
            assert_eq!((made.status.as_u16(), fired.count()), (201, calls));
            let list = format!("{TOKENS}?search=once&state=active");
            assert_eq!(world.app.get(&list, &world.alice).await.ids(), [id(&made)]);

            let rule = Rule::new(Fault::LostAnswer(loss))
                .action("dynamodb:TransactWriteItems")
                .times(calls);
            let fired = world.app.wire.faults().add(rule);
            let path = format!("{TOKENS}/self/rotate");
            let rotated = world.post(&path, &holder(&made), json!({})).await;
            assert_eq!((rotated.status.as_u16(), fired.count()), (200, calls));
            assert_eq!(world.status(&holder(&made)).await, 401);
            assert_eq!(world.status(&holder(&rotated)).await, 200);

            let rule = Rule::new(Fault::LostAnswer(loss))
                .action("dynamodb:UpdateItem")
                .times(calls);
            let fired = world.app.wire.faults().add(rule);
            let path = format!("{TOKENS}/{}", id(&rotated));
            let revoked = world.app.delete(&path, &world.alice).await;
            assert_eq!((revoked.status.as_u16(), fired.count()), (204, calls));
            assert_eq!(world.status(&holder(&rotated)).await, 401);
        }
    }
}

#[tokio::test]
async fn a_store_that_stays_away_is_a_503_and_leaves_what_there_was() {
    let world = World::with_project().await;
    let old = world.token(50, &[Scope::Api]).await;
    let tokens = "/api/v4/projects/1/access_tokens";
    let body = json!({ "name": "a", "scopes": ["api"] });
    let made = world.post(tokens, &world.alice, body.clone()).await;
    let robot = holder(&made);
    let rule = Rule::new(Fault::Throttle).action("dynamodb:TransactWriteItems");
    world.app.wire.faults().add(rule);
    let rotate = format!("{TOKENS}/50/rotate");
    for (path, body) in [(rotate.as_str(), json!({})), (tokens, body)] {
        let answer = world.post(path, &world.alice, body).await;
        assert_eq!(answer.status, 503, "{path}: {answer:?}");
        assert!(answer.header("retry-after").is_some());
    }
    let one = format!("{tokens}/{}", id(&made));
    assert_eq!(world.app.delete(&one, &world.alice).await.status, 503);
    world.app.wire.faults().clear();
    for caller in [&old, &robot] {
        assert_eq!(world.status(caller).await, 200);
    }
    let listed = world.app.get(tokens, &world.alice).await;
    assert_eq!(listed.ids(), [id(&made)]);
    assert_eq!(
        world.post(&rotate, &world.alice, json!({})).await.status,
        200
    );
}

/// Whoever revokes the family must not miss the token that is made at that moment.
#[tokio::test]
async fn a_family_is_revoked_while_it_grows() {
    let world = World::new().await;
    let first = world.token(50, &[Scope::SelfRotate]).await;
    let path = format!("{TOKENS}/self/rotate");
    let second = holder(&world.post(&path, &first, json!({})).await);
    let both = join_all([
        world.post(&path, &second, json!({})),
        world.post(&path, &first, json!({})),
    ]);
    let answers = both.await;
    assert_eq!(answers[1].status, 401);
    for answer in answers.iter().filter(|answer| answer.status == 200) {
        // The rotation came first, and the revocation met its outcome.
        assert_eq!(world.status(&holder(answer)).await, 401);
    }
    assert_eq!(world.status(&second).await, 401);
}

#[tokio::test]
async fn who_revokes_is_not_sent_away_by_those_who_rotate() {
    let world = World::new().await;
    let token = world.token(50, &[Scope::SelfRotate]).await;
    let path = format!("{TOKENS}/self/rotate");
    let next = holder(&world.post(&path, &token, json!({})).await);
    let conflict = || Rule::new(Fault::TransactionConflict).times(2);
    let fired = world.app.wire.faults().add(conflict());
    assert_eq!(world.post(&path, &token, json!({})).await.status, 401);
    assert_eq!((world.status(&next).await, fired.count()), (401, 2));

    let other = world.token(60, &[Scope::Api]).await;
    let fired = world.app.wire.faults().add(conflict());
    let path = format!("{TOKENS}/60");
    assert_eq!(world.app.delete(&path, &world.alice).await.status, 204);
    assert_eq!((world.status(&other).await, fired.count()), (401, 2));
}

#[tokio::test]
async fn robots_are_made_and_removed_whole_when_answers_are_lost() {
    let world = World::with_project().await;
    let tokens = "/api/v4/projects/1/access_tokens";
    for loss in [Loss::Io, Loss::Timeout] {
        let lost = || {
            let rule = Rule::new(Fault::LostAnswer(loss)).action("dynamodb:TransactWriteItems");
            world.app.wire.faults().add(rule.times(1))
        };
        let fired = lost();
        let body = json!({ "name": "a", "scopes": ["api"] });
        let made = world.post(tokens, &world.alice, body).await;
        assert_eq!((made.status.as_u16(), fired.count()), (201, 1));
        assert_eq!(world.app.get(tokens, &world.alice).await.ids(), [id(&made)]);
        let fired = lost();
        let one = format!("{tokens}/{}", id(&made));
        let gone = world.app.delete(&one, &world.alice).await;
        assert_eq!((gone.status.as_u16(), fired.count()), (204, 1));
        assert_eq!(world.status(&holder(&made)).await, 401);
        assert_eq!(world.app.get(tokens, &world.alice).await.json(), json!([]));
    }
}

#[tokio::test]
async fn of_several_who_remove_one_robot_none_is_surprised() {
    let world = World::with_project().await;
    let tokens = "/api/v4/projects/1/access_tokens";
    let body = json!({ "name": "a", "scopes": ["api"] });
    let made = world.post(tokens, &world.alice, body).await;
    let one = format!("{tokens}/{}", id(&made));
    let conflict = Rule::new(Fault::TransactionConflict).times(2);
    world.app.wire.faults().add(conflict);
    let answers = (0..8).map(|_| world.app.delete(&one, &world.alice));
    let answers = join_all(answers).await;
    for answer in &answers {
        assert!(matches!(answer.status.as_u16(), 204 | 404), "{answer:?}");
    }
    assert!(answers.iter().any(|answer| answer.status == 204));
    assert_eq!(world.status(&holder(&made)).await, 401);
}

/// What must not be missed is found without the indexes, which may lag.
#[tokio::test]
async fn indexes_that_lag_hide_no_token_that_matters() {
    let world = World::with_project().await;
    let tokens = "/api/v4/projects/1/access_tokens";
    let body = json!({ "name": "a", "scopes": ["api"] });
    let first = world.post(tokens, &world.alice, body).await;
    world.token(50, &[Scope::Api]).await;
    world.app.wire.lag().freeze();

    // Lists may miss what is new, and show what they know as it is now.
    let rotated = world
        .post(&format!("{TOKENS}/50/rotate"), &world.alice, json!({}))
        .await;
    let listed = world
        .app
        .get(&format!("{TOKENS}?state=active"), &world.alice)
        .await;
    assert!(!listed.ids().contains(&50));
    let shown = world
        .app
        .get(&format!("{TOKENS}/{}", id(&rotated)), &world.alice)
        .await;
    assert_eq!(shown.status, 200);

    let itself = format!("{tokens}/self/rotate");
    let second = world.post(&itself, &holder(&first), json!({})).await;
    assert_eq!(second.status, 200);
    assert_eq!(
        world.post(&itself, &holder(&first), json!({})).await.status,
        401
    );
    assert_eq!(world.status(&holder(&second)).await, 401);

    let one = format!("{tokens}/{}", id(&second));
    assert_eq!(world.app.delete(&one, &world.alice).await.status, 204);
    assert_eq!(world.app.get(tokens, &world.alice).await.json(), json!([]));
    world.app.wire.lag().thaw();
    assert_eq!(world.app.get(tokens, &world.alice).await.json(), json!([]));
}
