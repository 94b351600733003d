//! What AWS refuses, and what the design forbids.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::Select;
use serde_json::json;

use super::super::{IndexShape, expression};
use super::{World, text};

fn by_status(world: &World) -> QueryFluentBuilder {
    let query = world.dynamodb.query().table_name("jobs");
    query
        .index_name("by_status")
        .key_condition_expression("project_status = :s")
        .expression_attribute_values(":s", text("1#running"))
}

async fn code(query: QueryFluentBuilder) -> Option<String> {
    match query.send().await {
        Ok(_) => None,
        Err(SdkError::ServiceError(error)) => {
            assert_eq!(error.raw().status().as_u16(), 400);
            error.err().code().map(str::to_owned)
        }
        Err(error) => panic!("neither answered nor refused: {error:?}"),
    }
}

#[tokio::test]
async fn an_index_read_may_name_what_the_index_holds() {
    let world = World::start().await;
    world.put_job(1, "running").await;
    let names = "id, project_id, pipeline_id, #s";
    let query = by_status(&world)
        .projection_expression(names)
        .expression_attribute_names("#s", "project_status")
        .filter_expression("attribute_exists(pipeline_id) AND pipeline_id > :zero")
        .expression_attribute_values(":zero", super::number(0));
    let found = query.send().await.unwrap();
    assert_eq!(found.items()[0].len(), 4);
    assert!(world.wire.tape().violations().is_empty());
}

#[tokio::test]
async fn an_index_read_may_not_name_what_only_the_table_holds() {
    let world = World::start().await;
    world.put_job(1, "running").await;
    let refused = [
        by_status(&world).projection_expression("id, started_at"),
        by_status(&world)
            .projection_expression("id, #status")
            .expression_attribute_names("#status", "status"),
        by_status(&world)
            .filter_expression("attribute_not_exists(#status)")
            .expression_attribute_names("#status", "status"),
        by_status(&world).filter_expression("NOT (plan.stages[0] = :s)"),
        by_status(&world).select(Select::AllAttributes),
        by_status(&world).consistent_read(true),
        by_status(&world).index_name("by_mood"),
    ];
    let count = refused.len();
    for query in refused {
        assert_eq!(code(query).await.as_deref(), Some("ValidationException"));
    }
    let violations = world.wire.tape().violations();
    assert_eq!(violations.len(), count);
    assert_eq!(
        violations[0],
        "jobs: dynamodb:Query on jobs/index/by_status: the index does not project [started_at]"
    );
}

#[tokio::test]
async fn the_sdk_does_not_repeat_what_was_refused() {
    let world = World::start().await;
    let refused = by_status(&world).consistent_read(true);
    assert_eq!(code(refused).await.as_deref(), Some("ValidationException"));
    assert_eq!(world.wire.tape().count(), 1);
}

#[tokio::test]
async fn a_scan_is_always_refused() {
    let world = World::start().await;
    let scan = world.dynamodb.scan().table_name("users").send().await;
    let error = scan.unwrap_err().into_service_error();
    assert_eq!(error.code(), Some("ValidationException"));
    assert_eq!(
        world.wire.tape().violations(),
        ["jobs: dynamodb:Scan on users: a Scan is never made"]
    );
}

#[tokio::test]
async fn shapes_are_read_from_the_database() {
    let world = World::start().await;
    let shapes = IndexShape::all_of(&world.database);
    let held = ["id", "pipeline_id", "project_id", "project_status"];
    assert_eq!(
        shapes,
        [IndexShape {
            table: "jobs".to_owned(),
            index: "by_status".to_owned(),
            attributes: Some(held.map(str::to_owned).into()),
        }]
    );
}

#[test]
fn only_names_of_attributes_are_read_out_of_an_expression() {
    let placeholders = json!({ "#s": "status", "#d": "a.b" });
    let cases: [(&str, &[&str]); 8] = [
        ("a, b ,c", &["a", "b", "c"]),
        ("#s,#d", &["status", "a.b"]),
        ("plan.stages[12].jobs, log . size", &["plan", "log"]),
        ("#s.code", &["status"]),
        ("plan.#s = :plan", &["plan"]),
        ("a BETWEEN :low AND :high or not b IN (:x, :y)", &["a", "b"]),
        ("begins_with(a, :v) AND contains (b, c)", &["a", "b", "c"]),
        ("size(a)>:n AND(b<>c)", &["a", "b", "c"]),
    ];
    for (text, names) in cases {
        assert_eq!(expression::attributes(text, &placeholders), names, "{text}");
    }
}
