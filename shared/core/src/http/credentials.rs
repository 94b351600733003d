//! Which credentials a request carries, in GitLab's order of precedence.

use http::{HeaderMap, header};

use super::params::Params;
use crate::ids::{JobId, ProjectId};
use crate::token::{Digest, JOB_TOKEN_PREFIX, job_of_token};

/// What a request shows to say who asks. Only digests go further.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credential {
    None,
    /// A personal, project or group access token.
    AccessToken(Digest),
    JobToken {
        project_id: ProjectId,
        job_id: JobId,
        digest: Digest,
    },
    /// In a job token's place, but it cannot be one.
    Malformed,
}

impl Credential {
    /// Looks at `Authorization`, then at the access token's places, then, on routes
    /// that take them, at the job token's.
    pub fn of(headers: &HeaderMap, params: &Params, job_token_route: bool) -> Self {
        if let Some(token) = bearer(headers) {
            return if job_token_route && token.starts_with(JOB_TOKEN_PREFIX) {
                Self::job_token(token)
            } else {
                Self::AccessToken(Digest::of(token))
            };
        }
        let access_token = params
            .text("private_token")
            .or_else(|| text(headers, "private-token"));
        if let Some(token) = access_token.filter(|token| !token.starts_with(JOB_TOKEN_PREFIX)) {
            return Self::AccessToken(Digest::of(token));
        }
        if job_token_route {
            let job_token = params
                .text("job_token")
                .or_else(|| params.text("token"))
                .or_else(|| text(headers, "job-token"));
            if let Some(token) = job_token {
                return Self::job_token(token);
            }
        }
        Self::None
    }

    /// What stands in a job token's place.
    pub fn job_token(token: &str) -> Self {
        match job_of_token(token) {
            Some((project_id, job_id)) => Self::JobToken {
                project_id,
                job_id,
                digest: Digest::of(token),
            },
            None => Self::Malformed,
        }
    }
}

/// Parameters that hold a secret: they are never echoed in a link.
pub const SECRET_PARAMETERS: [&str; 4] = ["private_token", "job_token", "token", "access_token"];

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = text(headers, header::AUTHORIZATION.as_str())?;
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

/// A header's text, if it has any. Text that is not ASCII is a token too, only a wrong one.
fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    std::str::from_utf8(headers.get(name)?.as_bytes())
        .ok()
        .filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(headers: &[(&'static str, &str)], query: &str, job_token_route: bool) -> Credential {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        Credential::of(&map, &Params::parse(query).unwrap(), job_token_route)
    }

    #[test]
    fn precedence() {
        let access = |token: &str| Credential::AccessToken(Digest::of(token));
        let job = |token: &str| Credential::JobToken {
            project_id: ProjectId(1),
            job_id: JobId(8),
            digest: Digest::of(token),
        };
        let token = "glcbt-1_8_abc";
        let cases = [
            (of(&[], "", true), Credential::None),
            (
                of(
                    &[("authorization", "Bearer glpat-a")],
                    "private_token=b",
                    true,
                ),
                access("glpat-a"),
            ),
            (
                of(
                    &[("authorization", "bearer glcbt-1_8_abc")],
                    "private_token=b",
                    true,
                ),
                job(token),
            ),
            (
                of(&[("authorization", "Bearer glcbt-1_8_abc")], "", false),
                access(token),
            ),
            (
                of(
                    &[("authorization", "Basic abc"), ("private-token", "b")],
                    "",
                    true,
                ),
                access("b"),
            ),
            (
                of(&[("private-token", "header")], "private_token=param", true),
                access("param"),
            ),
            (
                of(&[("private-token", "b"), ("job-token", token)], "", true),
                access("b"),
            ),
            (of(&[("private-token", token)], "", true), Credential::None),
            (of(&[("job-token", token)], "", true), job(token)),
            (of(&[("job-token", token)], "", false), Credential::None),
            (
                of(&[("job-token", "x")], "job_token=glcbt-1_8_abc", true),
                job(token),
            ),
            (of(&[], "token=glcbt-1_8_abc", true), job(token)),
            (
                of(&[("job-token", "nonsense")], "", true),
                Credential::Malformed,
            ),
        ];
        for (at, (found, expected)) in cases.into_iter().enumerate() {
            assert_eq!(found, expected, "case {at}");
        }
    }
}
