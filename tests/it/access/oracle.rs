//! What a caller should get, worked out from GitLab's documented behaviour alone.

use serde_json::{Value, json};
use switchyard::member::Role;
use switchyard::project::{FeatureAccess, Project, Visibility};
use switchyard_tests::Answer;

use crate::endpoints::{Endpoint, Needs};

/// Who asks, and what they show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    Nobody,
    /// Somebody with an access token for everything.
    Person(Person),
    /// A developer with a token that has expired.
    Expired,
    /// A developer with a token that was revoked.
    Revoked,
    /// A token that was never given out.
    Unknown,
    /// A developer with a token for `read_user` only.
    Narrow,
    /// A developer who was blocked.
    Blocked,
    /// A running job in somebody's name.
    Job(JobOf, Person),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Person {
    Stranger,
    Member(Role),
    Administrator,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JobOf {
    ThisProject,
    /// A project on the allow list for job tokens.
    Listed,
    NotListed,
}

pub(crate) const DEVELOPER: Person = Person::Member(Role::Developer);

/// The path of the project whose job tokens are not admitted.
pub(crate) const NOT_LISTED: &str = "group92/project92";

/// The read matrix: the status with `public_jobs` on and off.
#[rustfmt::skip]
const READ_BUILD: [(Visibility, [(u16, u16); 5]); 3] = [
    // nobody, a stranger, guest and planner, from reporter on, administrator
    (Visibility::Private,  [(404, 404), (404, 404), (200, 403), (200, 200), (200, 200)]),
    (Visibility::Internal, [(404, 404), (200, 403), (200, 403), (200, 200), (200, 200)]),
    (Visibility::Public,   [(200, 403), (200, 403), (200, 403), (200, 200), (200, 200)]),
];

/// The status, with the body where it is an error or an empty list.
pub(crate) fn seen(answer: &Answer) -> String {
    let status = answer.status.as_u16();
    match &*answer.body {
        b"[]" => format!("{status} []"),
        _ if status == 200 => "200".to_owned(),
        _ => format!("{status} {}", answer.json()),
    }
}

/// What [`seen`] should say.
pub(crate) fn expected(endpoint: &Endpoint, who: Who, project: &Project) -> String {
    match answer(endpoint, who, project) {
        Ok(list) => list.to_owned(),
        Err((status, body)) => format!("{status} {body}"),
    }
}

/// The same for the log of a job in debug mode, which takes a developer.
pub(crate) fn expected_of_debug_trace(endpoint: &Endpoint, who: Who, project: &Project) -> String {
    let is_developer = match who {
        Who::Person(Person::Member(role)) => role >= Role::Developer,
        Who::Person(Person::Administrator) => true,
        _ => false,
    };
    match expected(endpoint, who, project) {
        allowed if allowed == "200" && !is_developer => {
            let (status, body) = forbidden(None);
            format!("{status} {body}")
        }
        otherwise => otherwise,
    }
}

type Refusal = (u16, Value);

fn answer(endpoint: &Endpoint, who: Who, project: &Project) -> Result<&'static str, Refusal> {
    let who = authenticated(endpoint, who)?;
    let (person, job) = match who {
        Who::Person(person) => (Some(person), None),
        Who::Job(job, person) => (Some(person), Some(job)),
        _ => (None, None),
    };
    match endpoint.needs {
        Needs::User if person.is_none() => {
            let (status, text) = endpoint.refusal;
            return Err((status, json!({ "message": text })));
        }
        Needs::User => return Ok("200"),
        Needs::AccessToken if job.is_some() => {
            let text = "400 Bad request - This endpoint requires token type to be a personal \
                        access token";
            return Err((400, json!({ "message": text })));
        }
        Needs::JobToken if job.is_none() => {
            return Err((404, json!({ "message": "404 Job Not Found" })));
        }
        Needs::AccessToken | Needs::JobToken => return Ok("200"),
        Needs::ReadProject | Needs::ReadPipeline | Needs::ReadBuild | Needs::ReadCode => {}
        Needs::Role(_)
        | Needs::Administrator
        | Needs::ReadGroup
        | Needs::TheirToken
        | Needs::TriggerToken => {
            unreachable!("not among the reads")
        }
    }

    let builds = read_build(project, person);
    if builds == 404 {
        return Err((404, json!({ "message": "404 Project Not Found" })));
    }
    if job == Some(JobOf::NotListed) {
        let to = &project.full_path;
        return Err(forbidden(Some(&format!(
            "Authentication by CI/CD job token not allowed from {NOT_LISTED} to {to}."
        ))));
    }
    match endpoint.needs {
        Needs::ReadProject => Ok("200"),
        Needs::ReadCode if reads_code(project, person) => Ok("200"),
        Needs::ReadCode => Err(forbidden(None)),
        _ if builds == 200 => Ok("200"),
        Needs::ReadPipeline if reads_pipelines(project, person) => Ok("200 []"),
        _ => Err(forbidden(None)),
    }
}

/// The caller as the endpoint takes it: a person, a job, or nobody.
fn authenticated(endpoint: &Endpoint, who: Who) -> Result<Who, Refusal> {
    let nobody = if endpoint.anonymous {
        Ok(Who::Nobody)
    } else {
        Err((401, json!({ "message": "401 Unauthorized" })))
    };
    let invalid_token = |description: &str| {
        let body = json!({ "error": "invalid_token", "error_description": description });
        Err((401, body))
    };
    match who {
        Who::Nobody => nobody,
        Who::Person(_) => Ok(who),
        Who::Job(..) if endpoint.job_token => Ok(who),
        Who::Job(..) => nobody,
        Who::Unknown => Err((401, json!({ "message": "401 Unauthorized" }))),
        Who::Expired => {
            invalid_token("Token is expired. You can either do re-authorization or token refresh.")
        }
        Who::Revoked => invalid_token("Token was revoked. You have to re-authorize from the user."),
        Who::Blocked => Err(forbidden(Some("Your account has been blocked."))),
        Who::Narrow => {
            let scopes: Vec<&str> = endpoint.scopes.split_whitespace().collect();
            if scopes.is_empty() || scopes.contains(&"read_user") {
                return Ok(Who::Person(DEVELOPER));
            }
            let description =
                "The request requires higher privileges than provided by the access token.";
            Err((
                403,
                json!({
                    "error": "insufficient_scope",
                    "error_description": description,
                    "scope": endpoint.scopes,
                }),
            ))
        }
    }
}

fn forbidden(reason: Option<&str>) -> Refusal {
    let text = match reason {
        Some(reason) => format!("403 Forbidden - {reason}"),
        None => "403 Forbidden".to_owned(),
    };
    (403, json!({ "message": text }))
}

fn read_build(project: &Project, person: Option<Person>) -> u16 {
    let column = match person {
        None => 0,
        Some(Person::Stranger) => 1,
        Some(Person::Member(role)) if role < Role::Reporter => 2,
        Some(Person::Member(_)) => 3,
        Some(Person::Administrator) => 4,
    };
    let row = READ_BUILD
        .iter()
        .find(|(visibility, _)| *visibility == project.visibility);
    let (public_jobs, members_only) = row.unwrap().1[column];
    let status = if project.public_jobs {
        public_jobs
    } else {
        members_only
    };
    match status {
        404 => 404,
        _ if !uses_builds(project, person) => 403,
        status => status,
    }
}

/// `builds_access_level`: with `private` only members count, with `disabled` nobody.
fn uses_builds(project: &Project, person: Option<Person>) -> bool {
    let is_member = matches!(person, Some(Person::Member(_) | Person::Administrator));
    match project.builds_access_level {
        FeatureAccess::Enabled => true,
        FeatureAccess::Private => is_member,
        FeatureAccess::Disabled => false,
    }
}

/// Who sees an open project sees its code; in a private one it takes a reporter.
fn reads_code(project: &Project, person: Option<Person>) -> bool {
    let is_low = matches!(person, Some(Person::Member(role)) if role < Role::Reporter);
    project.visibility != Visibility::Private || !is_low
}

/// That a pipeline exists is no secret where the project is open to the caller anyway.
fn reads_pipelines(project: &Project, person: Option<Person>) -> bool {
    let is_open = match project.visibility {
        Visibility::Private => false,
        Visibility::Internal => person.is_some(),
        Visibility::Public => true,
    };
    is_open && uses_builds(project, person)
}
