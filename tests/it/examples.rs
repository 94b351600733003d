//! The examples of GitLab's documentation of the jobs API: loaded, fetched, compared.
