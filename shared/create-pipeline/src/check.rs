//! Checking a configuration by itself: it is compiled, and no pipeline is planned.

use std::sync::Arc;

use ci_config::Node;
use ci_config::compile::{Compilation, Compiled};
use ci_config::include::{Limits, Root};
use ci_config::node::{Mapping, Span, Value};
use ci_config::yaml;
use switchyard::error::{Error, Result};
use switchyard::http::App;
use switchyard::project::Project;
use switchyard::repository::Oid;
use switchyard::time::Time;
use switchyard::user::User;

use crate::compile::{compile, place_of};
use crate::create::elsewhere;
use crate::sources::Sources;
use crate::variables::{config_path, without_pipeline};

/// What is to be checked.
pub struct Check<'a> {
    pub app: &'a App,
    /// Without a slash at the end.
    pub base_url: &'a str,
    pub project: &'a Project,
    /// Who may include what they may read; nobody in particular what everybody may.
    pub user: Option<&'a User>,
    /// Where its local files are; none where there is no repository.
    pub commit: Option<Oid>,
    pub text: &'a [u8],
    pub now: Time,
}

/// Compiles it. Rules of includes see no branch and no variables of project and groups, as in
/// GitLab.
pub async fn check(check: &Check<'_>) -> Result<Compiled> {
    let variables = without_pipeline(check.app, check.base_url, check.project).await?;
    let root = Root {
        place: check.commit.map(|commit| place_of(check.project, commit)),
        is_child: false,
    };
    let compilation = Compilation::new(check.text, None, root, Limits::default());
    let mut sources = Sources::new(check.app, check.user, check.project, check.now);
    compile(compilation, &mut sources, &variables, None).await
}

/// The text of a project's configuration at a commit; none if it has none there. Where the
/// project keeps it elsewhere the text includes that.
pub async fn configuration_at(
    app: &App,
    project: &Project,
    commit: Oid,
    now: Time,
) -> Result<Option<Arc<[u8]>>> {
    let path = config_path(project);
    let Some(include) = elsewhere(path) else {
        let mut sources = Sources::new(app, None, project, now);
        let sha = commit.to_string();
        return sources.file(project.id, &sha, path).await;
    };
    let keys = Mapping::from([("include".into(), include)]);
    let root = Node::new(Value::Mapping(Arc::new(keys)), Span::default());
    let text = yaml::write(&root);
    let text =
        text.ok_or_else(|| Error::Internal("a path is too long to be written".to_owned()))?;
    Ok(Some(text.into_bytes().into()))
}
