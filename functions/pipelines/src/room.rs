//! What a project may have only so many of.

use switchyard::error::{Error, Result};
use switchyard::http::App;
use switchyard::project::Project;
use switchyard::store::{Key, Row, Rows, Write, Written};

/// How often it is tried when others change the same at the same time.
const ATTEMPTS: u32 = 10;

/// Things of a project that its row counts.
pub(crate) struct Room {
    /// What GitLab calls them when there are too many.
    pub(crate) of: &'static str,
    pub(crate) limit: u64,
    /// The attribute that counts them.
    pub(crate) attribute: &'static str,
    pub(crate) count: fn(&Project) -> u64,
}

impl Room {
    /// # Errors
    /// 400 if there is no room for one more.
    pub(crate) fn demand(&self, project: &Project) -> Result<()> {
        if (self.count)(project) < self.limit {
            return Ok(());
        }
        let text = format!("Maximum number of {} ({}) exceeded", self.of, self.limit);
        Err(Error::invalid("base", text))
    }

    /// Writes a new row, and counts it. Assumes that its key is free, that the project has
    /// room, and that it carries no mark of its deletion.
    ///
    /// # Errors
    /// 400 if there is no room, 404 if the project was deleted.
    pub(crate) async fn create<R: Row>(
        &self,
        row: &R,
        mut project: Project,
        app: &App,
    ) -> Result<()> {
        for _ in 0..ATTEMPTS {
            self.demand(&project)?;
            let counted = Write::count_up(&project, self.attribute)?;
            let counted = counted.below(self.attribute, self.limit)?;
            let writes = vec![Write::create(row)?, counted];
            match app.store.write_all(writes).await? {
                Written::All => return Ok(()),
                Written::Refused(_) => project = read_again(&project, app).await?,
            }
        }
        Err(Error::ResourceLock)
    }

    /// Counts one less.
    pub(crate) fn one_less(&self, project: &Project) -> Write {
        Write::add(Key::Project(project.id), self.attribute, -1)
    }
}

async fn read_again(project: &Project, app: &App) -> Result<Project> {
    let key = Key::Project(project.id);
    let mut rows = Rows::default();
    rows.load(&app.store, [key.clone()]).await?;
    let found: Option<Project> = rows.get(&key)?;
    found
        .filter(|project| project.deleted_at.is_none())
        .ok_or_else(|| Error::not_found("Project"))
}
