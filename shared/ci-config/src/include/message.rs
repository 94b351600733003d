//! What GitLab says of files that are not there.

use super::file::File;
use super::row::Kind;
use super::source::Missing;

impl File {
    pub(super) fn empty(&self, shown: &str, mask: impl Fn(&str) -> String) -> String {
        match self.kind {
            Kind::Local => format!("Local file `{shown}` is empty!"),
            Kind::File => {
                let project = mask(&self.project());
                format!("Project `{project}` file `{shown}` is empty!")
            }
            Kind::Artifact => format!("File `{shown}` is empty!"),
            Kind::Remote | Kind::Template | Kind::Component => {
                format!("Included file `{shown}` is empty or does not exist!")
            }
        }
    }

    pub(super) fn missing(&self, missing: &Missing, mask: impl Fn(&str) -> String) -> String {
        let shown = mask(&self.location);
        let is_apt = match missing {
            Missing::Project | Missing::Reference => self.kind == Kind::File,
            Missing::Job => self.kind == Kind::Artifact,
            Missing::File
            | Missing::Status { .. }
            | Missing::TimedOut { .. }
            | Missing::Unreachable { .. }
            | Missing::Integrity
            | Missing::Unsupported
            | Missing::Because(_) => true,
        };
        match if is_apt { missing } else { &Missing::File } {
            Missing::Because(text) => text.clone(),
            Missing::File => match self.kind {
                Kind::Local => format!("Local file `{shown}` does not exist!"),
                Kind::File => {
                    let project = mask(&self.project());
                    format!("Project `{project}` file `{shown}` does not exist!")
                }
                Kind::Remote => format!(
                    "Remote file `{shown}` could not be fetched because the response was empty!"
                ),
                Kind::Component => format!("Component '{shown}' - content not found"),
                Kind::Template | Kind::Artifact => self.empty(&shown, mask),
            },
            Missing::Project => format!(
                "Project `{}` not found or access denied! Make sure any includes in the \
                 pipeline configuration are correctly defined.",
                mask(&self.project())
            ),
            Missing::Reference => format!(
                "Project `{}` reference `{}` does not exist!",
                mask(&self.project()),
                self.reference()
                    .map_or_else(|| "HEAD".to_owned(), |name| mask(&name))
            ),
            Missing::Job => format!(
                "Job `{}` not found in parent pipeline or does not have artifacts!",
                mask(&self.param("job").unwrap_or_default())
            ),
            Missing::Status { code, attempts } => format!(
                "Remote file `{shown}` could not be fetched after {} because of HTTP code \
                 `{code}` error!",
                in_words(*attempts)
            ),
            Missing::TimedOut { attempts } => format!(
                "Remote file `{shown}` could not be fetched after {} because of a timeout error!",
                in_words(*attempts)
            ),
            Missing::Unreachable { attempts } => format!(
                "Remote file `{shown}` could not be fetched after {} because of a socket error!",
                in_words(*attempts)
            ),
            Missing::Integrity => format!("Remote file `{shown}` failed integrity check!"),
            Missing::Unsupported => format!(
                "{} `{shown}` could not be fetched because this server does not include such files!",
                match self.kind {
                    Kind::Local => "Local file",
                    Kind::File => "File",
                    Kind::Remote => "Remote file",
                    Kind::Template => "Template file",
                    Kind::Artifact => "Artifact file",
                    Kind::Component => "Component",
                }
            ),
        }
    }
}

fn in_words(attempts: u32) -> String {
    let noun = if attempts == 1 { "attempt" } else { "attempts" };
    format!("{attempts} {noun}")
}
