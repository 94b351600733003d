use super::*;

const FIXTURE: &str = include_str!("fixture.yaml");

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn fixture(parameters: &[(&str, &str)]) -> Result<Template, TemplateError> {
    Template::parse(FIXTURE, &strings(parameters))
}

fn strings(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(key, value)| (key.to_string(), value.to_string()))
        .collect()
}

#[test]
fn tables_have_local_names_keys_and_indexes() -> Outcome {
    let template = fixture(&[])?;
    let names: Vec<&str> = template
        .tables
        .iter()
        .map(|table| table.name.as_str())
        .collect();
    assert_eq!(names, ["agent_grants", "jobs"]);

    let jobs = template.table("jobs").ok_or("no jobs")?;
    assert_eq!(
        (jobs.hash.name.as_str(), jobs.hash.key_type),
        ("project_id", KeyType::N)
    );
    assert_eq!(jobs.range.as_ref().map(|key| key.name.as_str()), Some("id"));
    assert_eq!(jobs.time_to_live.as_deref(), Some("expires_at"));
    assert_eq!(jobs.key_attributes().len(), 3);

    let by_status = jobs.index("by_status").ok_or("no by_status")?;
    for seen in ["project_status", "project_id", "id", "pipeline_id"] {
        assert!(jobs.index_holds(by_status, seen), "{seen}");
    }
    assert!(!jobs.index_holds(by_status, "name"));
    let by_id = jobs.index("by_id").ok_or("no by_id")?;
    assert!(!jobs.index_holds(by_id, "pipeline_id"));
    Ok(())
}

#[test]
fn a_function_has_its_environment_as_on_aws() -> Outcome {
    let template = fixture(&[])?;
    let own = template.environment("jobs", &strings(&[("EXTERNAL_URL", "http://here")]));
    let expected = strings(&[
        ("AGENT_GRANTS_TABLE", "agent_grants"),
        ("BUCKET", "other"),
        ("EXTERNAL_URL", "http://here"),
        ("IGNORE_STAGE", "true"),
        ("JOBS_TABLE", "jobs"),
        ("KEEP", "30"),
        ("OWN", "yes-please"),
    ]);
    assert_eq!(own, expected);

    let token = template.environment("job-token", &BTreeMap::new());
    assert_eq!(token["BUCKET"], BUCKET);
    assert_eq!(
        token["EXTERNAL_URL"],
        "https://Api.execute-api.local.amazonaws.com/prod"
    );
    assert!(!token.contains_key("OWN"));

    let overridden = fixture(&[("ExternalUrl", "https://ci.example.com"), ("KeepLogs", "7")])?;
    let token = overridden.environment("job-token", &BTreeMap::new());
    assert_eq!(token["EXTERNAL_URL"], "https://ci.example.com");
    assert_eq!(token["KEEP"], "7");
    Ok(())
}

#[test]
fn statements_name_local_resources() -> Outcome {
    let template = fixture(&[])?;
    let jobs = template.function("jobs").ok_or("no jobs")?;
    let granted: Vec<_> = jobs
        .statements
        .iter()
        .map(|one| {
            [
                &one.policy,
                &one.actions.join(" "),
                &one.resources.join(" "),
            ]
            .map(String::clone)
        })
        .collect();
    let table = "arn:aws:dynamodb:local:000000000000:table";
    assert_eq!(
        granted,
        [
            [
                "data",
                "dynamodb:BatchGetItem",
                &format!("{table}/jobs {table}/agent_grants")
            ],
            [
                "data",
                "dynamodb:Query",
                &format!("{table}/jobs/index/by_id")
            ],
            ["blobs", "s3:GetObject", "arn:aws:s3:::switchyard/logs/*"],
        ]
    );
    assert!(jobs.statements[0].condition.is_null());
    assert!(jobs.statements[2].condition.is_object());
    Ok(())
}

#[test]
fn routes_lead_to_functions() -> Outcome {
    let template = fixture(&[])?;
    let routes: Vec<_> = template
        .routes
        .iter()
        .map(|route| format!("{} {} {}", route.method, route.path, route.function))
        .collect();
    assert_eq!(
        routes,
        [
            "GET /api/v4/job job-token",
            "ANY /api/v4/projects/{id}/jobs jobs"
        ]
    );
    Ok(())
}

#[test]
fn gateway_responses_are_read_in_both_forms() -> Outcome {
    let responses = fixture(&[])?.gateway_responses;
    assert_eq!(responses["DEFAULT_4XX"].status, None);
    assert_eq!(responses["INTEGRATION_FAILURE"].status, Some(502));
    assert_eq!(
        responses["INTEGRATION_FAILURE"].headers["x-request-id"],
        "context.requestId"
    );
    assert_eq!(
        responses["REQUEST_TOO_LARGE"].headers["x-kind"],
        "'too large'"
    );
    assert_eq!(
        responses["REQUEST_TOO_LARGE"].templates["application/json"],
        r#"{"error":"too large"}"#
    );
    Ok(())
}

#[test]
fn a_wrong_shape_is_named() {
    let broken = FIXTURE.replace("KeyType: HASH", "KeyType: HUSH");
    let error = Template::parse(&broken, &BTreeMap::new())
        .map(|_| ())
        .map_err(|e| e.to_string());
    assert_eq!(
        error,
        Err("AgentGrantsTable: source is no kind of key".into())
    );
    let unknown = fixture(&[("Nope", "1")])
        .map(|_| ())
        .map_err(|e| e.to_string());
    assert_eq!(unknown, Err("Parameters: no Nope".into()));
}

#[test]
fn the_template_of_the_repository_is_read() -> Outcome {
    let template = Template::of_repository()?;
    let names: Vec<&str> = template
        .functions
        .iter()
        .map(|one| one.name.as_str())
        .collect();
    for name in &names {
        assert!(
            template
                .function(name)
                .is_some_and(|one| !one.statements.is_empty()),
            "{name}"
        );
        let is_routed = template.routes.iter().any(|route| route.function == *name);
        assert_eq!(is_routed, *name != "sweeper", "{name}");
    }
    for route in &template.routes {
        assert!(names.contains(&route.function.as_str()), "{route:?}");
    }
    for table in &template.tables {
        let variable = format!("{}_TABLE", table.name.to_uppercase());
        let environment = template.environment("jobs", &BTreeMap::new());
        assert_eq!(environment.get(&variable), Some(&table.name));
    }
    assert!(template.gateway_responses.contains_key("DEFAULT_5XX"));
    Ok(())
}
