//! The API's description in OpenAPI 3.1, put together from the functions' parts.

use serde_json::json;
use utoipa::OpenApi as _;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{
    Components, ContentBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, RefOr,
    Response, ResponseBuilder,
};

/// The failures that every endpoint may answer with, in one of GitLab's two forms.
const FAILURES: [(&str, &str); 6] = [
    ("400", "a parameter cannot be read"),
    ("401", "no credentials, or none that are good"),
    ("403", "the caller may not do this"),
    ("404", "no such thing, as far as the caller may see"),
    ("429", "too many requests"),
    ("503", "a store is busy: try again after `Retry-After`"),
];

/// The document as it stands in the repository, with a newline at the end.
pub fn document() -> String {
    let parts = [
        jobs::ApiDoc::openapi(),
        job_token::ApiDoc::openapi(),
        traces::ApiDoc::openapi(),
        pipelines::ApiDoc::openapi(),
        projects::ApiDoc::openapi(),
        repository::ApiDoc::openapi(),
    ];
    let mut whole = OpenApiBuilder::new()
        .info(info())
        .components(Some(components()))
        .build();
    for part in parts {
        whole.merge(part);
    }
    whole.security = Some(
        ["private_token", "bearer", "job_token"]
            .map(|name| SecurityRequirement::new(name, [] as [&str; 0]))
            .into(),
    );
    add_failures(&mut whole);
    let mut text = whole.to_pretty_json().expect("a document in JSON");
    text.push('\n');
    text
}

fn info() -> utoipa::openapi::Info {
    InfoBuilder::new()
        .title("Switchyard")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some("A CI job service that speaks GitLab's Jobs API."))
        .license(Some(
            LicenseBuilder::new()
                .name("Apache-2.0")
                .identifier(Some("Apache-2.0"))
                .build(),
        ))
        .build()
}

fn components() -> Components {
    let header = |name: &str| SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::new(name)));
    let mut components = Components::new();
    components.add_security_scheme("private_token", header("PRIVATE-TOKEN"));
    components.add_security_scheme("job_token", header("JOB-TOKEN"));
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    for (status, description) in FAILURES {
        let failure: Response = ResponseBuilder::new()
            .description(description)
            .content(
                "application/json",
                ContentBuilder::new().example(Some(example(status))).build(),
            )
            .build();
        components.responses.insert(name(status), RefOr::T(failure));
    }
    components
}

fn example(status: &str) -> serde_json::Value {
    match status {
        "400" => json!({ "error": "scope does not have a valid value" }),
        "401" => json!({ "message": "401 Unauthorized" }),
        "403" => json!({ "message": "403 Forbidden" }),
        "404" => json!({ "message": "404 Not found" }),
        "429" => json!({ "message": {
            "error": "This endpoint has been requested too many times. Try again later."
        } }),
        _ => json!({ "message": "503 Service Unavailable" }),
    }
}

fn name(status: &str) -> String {
    format!("Failure{status}")
}

fn add_failures(document: &mut OpenApi) {
    for item in document.paths.paths.values_mut() {
        let Some(operation) = item.get.as_mut() else {
            continue;
        };
        for (status, _) in FAILURES {
            let reference = utoipa::openapi::Ref::from_response_name(name(status));
            let responses = &mut operation.responses.responses;
            responses
                .entry(status.to_owned())
                .or_insert(RefOr::Ref(reference));
        }
    }
}
