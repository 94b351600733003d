//! Processing pipelines, with those that trigger jobs start.

use std::collections::VecDeque;

use switchyard::error::Result;
use switchyard::http::App;
use switchyard::ids::{PipelineId, ProjectId};
use switchyard::pipeline::Picture;
use switchyard::time::Time;

use crate::downstream;

/// Bridges that are started in one go; the sweeper goes on with the others.
const BRIDGES: usize = 20;

/// Does what is due in a pipeline, starts the pipelines that its bridges are to start, and
/// does what is due in those. Gives the picture of the first.
pub async fn process(
    app: &App,
    base_url: &str,
    project: ProjectId,
    id: PipelineId,
    now: Time,
) -> Result<Option<Picture>> {
    let mut first = None;
    let mut due = VecDeque::from([(project, id)]);
    let mut started = 0;
    while let Some((project, id)) = due.pop_front() {
        let is_first = first.is_none();
        let processed = Box::pin(app.store.process(project, id, now)).await;
        let picture = match processed {
            Ok(picture) => picture,
            Err(error) if is_first => return Err(error),
            Err(error) => {
                tracing::warn!(%error, %project, pipeline = %id, "what follows there is left to the sweeper");
                continue;
            }
        };
        let Some(picture) = picture else {
            if is_first {
                return Ok(None);
            }
            continue;
        };
        let mut bridges = picture.bridges.iter();
        let bridge = bridges.find(|bridge| bridge.is_to_start());
        if let Some(bridge) = bridge
            && started < BRIDGES
        {
            started += 1;
            let child = downstream::start(app, base_url, &picture.pipeline, bridge, now);
            let child = Box::pin(child).await?;
            // It first, for there may be more bridges.
            due.push_front((project, id));
            due.extend(child);
            first.get_or_insert((project, id, picture));
            continue;
        }
        match &mut first {
            None => first = Some((project, id, picture)),
            Some((its_project, its_id, shown)) if (*its_project, *its_id) == (project, id) => {
                *shown = picture;
            }
            Some(_) => {}
        }
    }
    Ok(first.map(|(_, _, picture)| picture))
}
