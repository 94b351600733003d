//! Every parameter of the list, alone and with others.

use serde_json::json;
use switchyard_tests::Caller;

use super::World;

#[tokio::test]
async fn every_filter_narrows_the_list() {
    let world = World::new().await;
    let all = vec![7, 5, 4, 3, 2, 1];
    for (query, expected) in [
        ("", all.clone()),
        ("archived=true", vec![2]),
        ("archived=false", vec![7, 5, 4, 3, 1]),
        ("visibility=private", vec![5, 4, 1]),
        ("visibility=internal", vec![2]),
        ("visibility=public", vec![7, 3]),
        ("search=OUR", vec![4]),
        ("search=night", vec![7]),
        ("search=night%20built", vec![7]),
        ("search=night%20seven", vec![]),
        ("search=gamma", vec![]),
        ("search=gamma&search_namespaces=true", vec![7, 4]),
        ("search=beta%2Fth&search_namespaces=true", vec![3]),
        ("owned=true", vec![5]),
        ("membership=true", vec![5, 4, 3, 2, 1]),
        ("min_access_level=10", vec![5, 4, 3, 2, 1]),
        ("min_access_level=20", vec![5, 4, 3, 2, 1]),
        ("min_access_level=30", vec![5, 3, 2, 1]),
        ("min_access_level=40", vec![5]),
        ("min_access_level=50", vec![5]),
        ("membership=true&visibility=public", vec![3]),
        ("imported=true", vec![4]),
        ("id_after=3", vec![7, 5, 4]),
        ("id_before=4", vec![3, 2, 1]),
        ("id_after=2&id_before=5", vec![4, 3]),
        ("id_after=-5", all.clone()),
        ("id_before=0", vec![]),
        ("id_before=-1", vec![]),
        ("id_after=99999999999999999999", vec![]),
        ("membership=true&id_after=3", vec![5, 4]),
        ("last_activity_after=2015-12-09T20:00:00Z", vec![7, 5, 3, 1]),
        ("last_activity_before=2015-12-09T20:00:00Z", vec![4, 2]),
        // Nothing here has stars, topics, languages, issues or merge requests.
        ("starred=true", vec![]),
        ("topic=rust", vec![]),
        ("topic_id=1", vec![]),
        ("with_programming_language=ruby", vec![]),
        ("with_issues_enabled=true", vec![]),
        ("with_merge_requests_enabled=true", vec![]),
        (
            "starred=false&topic=&with_issues_enabled=0&imported=false",
            all.clone(),
        ),
        (
            "statistics=true&with_custom_attributes=true&repository_storage=default",
            all.clone(),
        ),
        ("include_pending_delete=true", all.clone()),
        (
            "archived=&visibility=&search=&order_by=&sort=&min_access_level=",
            all,
        ),
    ] {
        let path = format!("/projects?{query}");
        assert_eq!(world.ids(&path, &world.ann).await, expected, "{query}");
    }
}

#[tokio::test]
async fn filters_by_membership_are_about_the_caller() {
    let world = World::new().await;
    for filter in ["owned=true", "membership=true", "min_access_level=10"] {
        let path = format!("/projects?{filter}");
        for (name, caller) in [
            ("nobody", &Caller::Nobody),
            ("ben", &world.ben),
            // An administrator sees all and is a member of nothing.
            ("root", &world.root),
        ] {
            assert_eq!(world.ids(&path, caller).await, [0; 0], "{filter} as {name}");
        }
    }
}

#[tokio::test]
async fn even_an_administrator_sees_nothing_that_is_deleted() {
    let world = World::new().await;
    let path = "/projects?include_pending_delete=true&search=six";
    assert_eq!(world.ids(path, &world.root).await, [0; 0]);
}

#[tokio::test]
async fn the_order_is_the_one_that_was_asked_for() {
    let world = World::new().await;
    for (query, expected) in [
        ("order_by=created_at", [7, 5, 4, 3, 2, 1]),
        ("order_by=created_at&sort=asc", [1, 2, 3, 4, 5, 7]),
        ("order_by=id", [7, 5, 4, 3, 2, 1]),
        ("order_by=id&sort=asc", [1, 2, 3, 4, 5, 7]),
        ("sort=asc", [1, 2, 3, 4, 5, 7]),
        // two, three, seven, one, four, five
        ("order_by=name", [2, 3, 7, 1, 4, 5]),
        ("order_by=name&sort=asc", [5, 4, 1, 7, 3, 2]),
        ("order_by=path&sort=asc", [5, 4, 1, 7, 3, 2]),
        ("order_by=updated_at", [1, 2, 3, 4, 5, 7]),
        ("order_by=updated_at&sort=asc", [7, 5, 4, 3, 2, 1]),
        ("order_by=last_activity_at", [7, 5, 3, 1, 4, 2]),
        ("order_by=last_activity_at&sort=asc", [2, 4, 1, 3, 5, 7]),
        ("order_by=star_count", [7, 5, 4, 3, 2, 1]),
        ("order_by=similarity", [7, 5, 4, 3, 2, 1]),
        ("order_by=storage_size", [7, 5, 4, 3, 2, 1]),
    ] {
        let path = format!("/projects?{query}");
        assert_eq!(world.ids(&path, &world.ann).await, expected, "{query}");
    }
    // The name itself, a beginning, a part.
    let path = "/projects?order_by=similarity&search=e";
    assert_eq!(world.ids(path, &world.ann).await, [5, 1, 7, 3]);
    let path = "/projects?order_by=similarity&search=one&search_namespaces=true";
    assert_eq!(world.ids(path, &world.ann).await, [1]);
}

#[tokio::test]
async fn times_of_changes_go_with_their_order() {
    let world = World::new().await;
    let (after, before) = ("2015-12-16T00:00:00Z", "2015-12-18T20:00:00Z");
    let path =
        format!("/projects?order_by=updated_at&updated_after={after}&updated_before={before}");
    assert_eq!(world.ids(&path, &world.ann).await, [2, 3, 4]);
    let text = "400 Bad request - `updated_at` filter and `updated_at` sorting must be paired";
    for query in [
        format!("updated_after={after}"),
        format!("updated_before={before}&order_by=id"),
        format!("updated_before={before}&order_by=last_activity_at"),
    ] {
        let refusal = world
            .refusal(&format!("/projects?{query}"), &world.ann)
            .await;
        assert_eq!(refusal, (400, json!({ "message": text })), "{query}");
    }
}

#[tokio::test]
async fn parameters_that_cannot_be_are_refused() {
    let world = World::new().await;
    for (query, error) in [
        ("archived=maybe", "archived is invalid"),
        (
            "visibility=secret",
            "visibility does not have a valid value",
        ),
        ("order_by=size", "order_by does not have a valid value"),
        ("sort=up", "sort does not have a valid value"),
        (
            "min_access_level=35",
            "min_access_level does not have a valid value",
        ),
        ("min_access_level=owner", "min_access_level is invalid"),
        ("owned=2", "owned is invalid"),
        ("starred=2", "starred is invalid"),
        ("membership=2", "membership is invalid"),
        ("imported=2", "imported is invalid"),
        ("simple=2", "simple is invalid"),
        ("statistics=2", "statistics is invalid"),
        ("search_namespaces=2", "search_namespaces is invalid"),
        (
            "with_custom_attributes=2",
            "with_custom_attributes is invalid",
        ),
        ("with_issues_enabled=2", "with_issues_enabled is invalid"),
        (
            "with_merge_requests_enabled=2",
            "with_merge_requests_enabled is invalid",
        ),
        (
            "include_pending_delete=2",
            "include_pending_delete is invalid",
        ),
        ("id_after=x", "id_after is invalid"),
        ("id_before=1.5", "id_before is invalid"),
        ("topic_id=x", "topic_id is invalid"),
        ("last_activity_after=soon", "last_activity_after is invalid"),
        (
            "last_activity_before=2015-13-01",
            "last_activity_before is invalid",
        ),
        ("updated_after=soon", "updated_after is invalid"),
        ("updated_before=soon", "updated_before is invalid"),
        ("search[]=x", "search is invalid"),
        (
            "pagination=cursor",
            "pagination does not have a valid value",
        ),
        ("page=0", "page does not have a valid value"),
        ("per_page=0", "per_page has a value not allowed"),
    ] {
        for path in ["/projects", "/users/ann/projects", "/groups/alpha/projects"] {
            let refusal = world.refusal(&format!("{path}?{query}"), &world.ann).await;
            assert_eq!(refusal, (400, json!({ "error": error })), "{path}?{query}");
        }
    }
}
