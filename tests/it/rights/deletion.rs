//! Deleted projects for the sweeper: one that goes, and one whose time has not come.

use switchyard_local::seed::at;
use switchyard_tests::TestApp;
use switchyard_tests::app::NOW;

use crate::sweeper::projects::{furnish, mark};

pub(super) async fn leave(app: &TestApp) {
    for (id, deleted_at) in [(60, "2015-12-24T17:00:00.000Z"), (61, NOW)] {
        let project = furnish(app, id, 3).await;
        mark(app, &project, at(deleted_at));
    }
}
