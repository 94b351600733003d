//! Finds the resource for a path, as API Gateway does: on the raw path, segment by
//! segment, so that `group%2Fproject` is one segment; a literal beats a variable,
//! a variable beats `{proxy+}`, and a trailing slash does not matter.
//!
//! A path between two resources, such as `/api`, is a resource too, without methods.

use std::collections::{BTreeMap, HashMap};

use crate::{Error, template::Route};

/// A resource, with those below it.
#[derive(Debug, Default)]
pub(super) struct Resource {
    /// The path as the template writes it.
    pub(super) path: String,
    /// Function names by method or `ANY`.
    methods: BTreeMap<String, String>,
    literals: HashMap<String, Resource>,
    /// `{name}`: siblings share one name.
    variable: Option<(String, Box<Resource>)>,
    /// `{name+}`: everything below.
    greedy: Option<(String, Box<Resource>)>,
}

/// The values of a path's variables, still encoded.
pub(super) type Variables = BTreeMap<String, String>;

impl Resource {
    /// The root of an API's resources.
    pub(super) fn root(routes: &[Route]) -> Result<Self, Error> {
        let mut root = Self::at("/".to_owned());
        for route in routes {
            let resource = root
                .place(&segments(&route.path))
                .map_err(|problem| format!("{}: {problem}", route.path))?;
            let method = route.method.clone();
            if resource
                .methods
                .insert(method, route.function.clone())
                .is_some()
            {
                return Err(format!("{} {} is there twice", route.method, route.path).into());
            }
        }
        Ok(root)
    }

    fn at(path: String) -> Self {
        Self {
            path,
            ..Self::default()
        }
    }

    /// The function for a method.
    pub(super) fn function(&self, method: &str) -> Option<&str> {
        let function = self.methods.get(method).or_else(|| self.methods.get("ANY"));
        function.map(String::as_str)
    }

    /// The resource below this one for a raw path, with the values of its variables.
    pub(super) fn find(&self, path: &str) -> Option<(&Self, Variables)> {
        let mut variables = Variables::new();
        let resource = self.search(&segments(path), &mut variables)?;
        Some((resource, variables))
    }

    /// The resource at these segments, made if it is not there.
    fn place(&mut self, segments: &[&str]) -> Result<&mut Self, String> {
        let Some((first, rest)) = segments.split_first() else {
            return Ok(self);
        };
        let below = Self::at(format!("{}/{first}", self.path.trim_end_matches('/')));
        let name = first
            .strip_prefix('{')
            .and_then(|name| name.strip_suffix('}'));
        let Some(name) = name else {
            let child = self.literals.entry((*first).to_owned()).or_insert(below);
            return child.place(rest);
        };
        let (name, slot) = match name.strip_suffix('+') {
            Some(_) if !rest.is_empty() => {
                return Err("nothing can follow a greedy variable".into());
            }
            Some(name) => (name, &mut self.greedy),
            None => (name, &mut self.variable),
        };
        let (taken, child) = slot.get_or_insert_with(|| (name.to_owned(), Box::new(below)));
        if taken != name {
            return Err(format!("a sibling is called {{{taken}}}"));
        }
        child.place(rest)
    }

    fn search(&self, segments: &[&str], variables: &mut Variables) -> Option<&Self> {
        let Some((first, rest)) = segments.split_first() else {
            return Some(self);
        };
        if let Some(child) = self.literals.get(*first)
            && let Some(resource) = child.search(rest, variables)
        {
            return Some(resource);
        }
        if let Some((name, child)) = &self.variable
            && !first.is_empty()
            && let Some(resource) = child.search(rest, variables)
        {
            variables.insert(name.clone(), (*first).to_owned());
            return Some(resource);
        }
        let (name, resource) = self.greedy.as_ref()?;
        variables.insert(name.clone(), segments.join("/"));
        Some(resource)
    }
}

/// The segments of a path without its leading and a trailing slash.
fn segments(path: &str) -> Vec<&str> {
    let path = path.strip_prefix('/').unwrap_or(path);
    let path = path.strip_suffix('/').unwrap_or(path);
    if path.is_empty() {
        Vec::new()
    } else {
        path.split('/').collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routes(paths: &[&str]) -> Result<Resource, Error> {
        let routes: Vec<Route> = paths
            .iter()
            .map(|path| Route {
                path: (*path).to_owned(),
                method: "ANY".to_owned(),
                function: "f".to_owned(),
            })
            .collect();
        Resource::root(&routes)
    }

    #[test]
    fn the_most_specific_resource_wins() -> Result<(), Error> {
        let routes = routes(&[
            "/",
            "/{proxy+}",
            "/projects/{id}",
            "/projects/{id}/jobs",
            "/projects/{id}/jobs/{job_id}",
            "/projects/{id}/jobs/{job_id}/trace",
            "/projects/{id}/jobs/artifacts/{proxy+}",
            "/projects/{id}/pipelines/latest",
            "/projects/{id}/pipelines/{pipeline_id}",
        ])?;
        let cases = [
            ("/", "/", ""),
            ("", "/", ""),
            ("/projects/1", "/projects/{id}", "id=1"),
            ("/projects/1/", "/projects/{id}", "id=1"),
            ("/projects/a%2Fb", "/projects/{id}", "id=a%2Fb"),
            ("/projects/a%2fb/jobs", "/projects/{id}/jobs", "id=a%2fb"),
            (
                "/projects/1/jobs/7/trace",
                "/projects/{id}/jobs/{job_id}/trace",
                "id=1 job_id=7",
            ),
            (
                "/projects/1/pipelines/latest",
                "/projects/{id}/pipelines/latest",
                "id=1",
            ),
            (
                "/projects/1/pipelines/latest%20",
                "/projects/{id}/pipelines/{pipeline_id}",
                "id=1 pipeline_id=latest%20",
            ),
            (
                "/projects/1/jobs/artifacts",
                "/projects/{id}/jobs/artifacts",
                "id=1",
            ),
            (
                "/projects/1/jobs/artifacts/a/b/download",
                "/projects/{id}/jobs/artifacts/{proxy+}",
                "id=1 proxy=a/b/download",
            ),
            (
                "/projects/1/unknown",
                "/{proxy+}",
                "proxy=projects/1/unknown",
            ),
            ("/projects//jobs", "/{proxy+}", "proxy=projects//jobs"),
            ("/projects", "/projects", ""),
            ("//", "/", ""),
        ];
        for (path, expected, values) in cases {
            let (resource, variables) = routes.find(path).ok_or(path)?;
            let variables: Vec<String> = variables
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            assert_eq!(
                (resource.path.as_str(), variables.join(" ").as_str()),
                (expected, values),
                "{path}"
            );
        }
        Ok(())
    }

    #[test]
    fn without_a_greedy_resource_unknown_paths_are_unknown() -> Result<(), Error> {
        let routes = routes(&["/a/{b}/c"])?;
        let function = |path| {
            routes
                .find(path)
                .and_then(|(resource, _)| resource.function("GET"))
        };
        assert_eq!(function("/a/1/c"), Some("f"));
        for unknown in ["/", "/a", "/a/1", "/a/1/c/2", "/b"] {
            assert_eq!(function(unknown), None, "{unknown}");
        }
        Ok(())
    }

    #[test]
    fn what_api_gateway_refuses_is_refused() {
        for paths in [["/a/{b}", "/a/{c}/d"], ["/{a+}/b", "/c"], ["/a", "/a"]] {
            assert!(routes(&paths).is_err(), "{paths:?}");
        }
    }
}
