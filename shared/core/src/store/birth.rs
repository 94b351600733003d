//! How a pipeline comes into being: whole, or not at all.
//!
//! First its row, as `building`: nobody sees such a pipeline, or a job of it. Then its jobs,
//! bridges and definitions. Last one transaction publishes it and counts its jobs. What was
//! never published has a deadline, and the sweeper takes it away.

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};

use super::belongings::Partition;
use super::{Item, Key, Row, Store, Table, Write, Written, condition_failed, failure, item_of};
use crate::definition::Definition;
use crate::error::{Error, Result};
use crate::ids::{JobId, ProjectId};
use crate::job::{Bridge, Job};
use crate::pipeline::{Pipeline, Source};
use crate::project::Project;
use crate::variable::{CiVariable, Owner};

/// A pipeline with all that is written for it.
#[derive(Clone, Debug)]
pub struct Newborn {
    /// As it is once it was published, with one block for all of `jobs` and `bridges`.
    pub pipeline: Pipeline,
    pub jobs: Vec<Job>,
    pub bridges: Vec<Bridge>,
    pub definitions: Vec<Definition>,
    /// What the pipeline was given.
    pub variables: Vec<CiVariable>,
}

impl Store {
    /// The next number of a project's pipelines, from 1 on; none if the project is gone. A
    /// number whose answer is lost is not given out again.
    pub async fn reserve_pipeline_iid(&self, project: ProjectId) -> Result<Option<u64>> {
        let answer = self
            .client
            .update_item()
            .table_name(self.table(Table::Projects))
            .set_key(Some(Key::Project(project).attributes()))
            .update_expression("add last_pipeline_iid :one")
            .condition_expression("attribute_exists(id) and attribute_not_exists(deleted_at)")
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
            .return_values(ReturnValue::UpdatedNew)
            .send()
            .await;
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) if condition_failed(&error) => return Ok(None),
            Err(error) => return Err(failure("UpdateItem", error)),
        };
        let last = answer.attributes.as_ref();
        let last = last.and_then(|last| last.get("last_pipeline_iid")?.as_n().ok()?.parse().ok());
        let missing = || Error::Internal(format!("project {project} has no number"));
        last.map(Some).ok_or_else(missing)
    }

    /// Writes a pipeline, and lets everybody see it. What is written `along` is so in the
    /// transaction that does that. Answers `false`, and leaves nothing that is seen, if the
    /// project was deleted meanwhile, or one of those did not find what it assumed.
    ///
    /// # Errors
    /// Those of a store: then the pipeline is not seen, unless only the last answer was
    /// lost, and the sweeper removes what was written.
    pub async fn bear(
        &self,
        project: &Project,
        newborn: &Newborn,
        along: Vec<Write>,
    ) -> Result<bool> {
        let building = Pipeline {
            building: true,
            ..newborn.pipeline.clone()
        };
        if !self.create(&building).await? {
            return Err(Error::Internal(format!(
                "pipeline {} is there already",
                building.id
            )));
        }
        let mut rows: Vec<(Key, Item)> = Vec::new();
        add(&mut rows, &newborn.definitions)?;
        add(&mut rows, &newborn.jobs)?;
        add(&mut rows, &newborn.bridges)?;
        add(&mut rows, &newborn.variables)?;
        self.put_all(rows).await?;

        let count = newborn.jobs.len();
        let count = i64::try_from(count).map_err(|error| Error::Internal(error.to_string()))?;
        let is_listed = newborn.pipeline.source != Source::ParentPipeline;
        let counts = [
            ("job_count", count),
            ("pipeline_count", i64::from(is_listed)),
        ];
        let mut published = vec![
            Write::edit(&building, &newborn.pipeline)?,
            Write::count_by(project, &counts)?,
        ];
        published.extend(along);
        match self.write_all(published).await? {
            Written::All => Ok(true),
            Written::Refused(_) => Ok(false),
        }
    }

    /// Removes a pipeline that was never published, at most `limit` of its rows at a time.
    /// Answers how many it has removed: fewer than `limit` once nothing is left.
    pub async fn remove_unborn(&self, pipeline: &Pipeline, limit: usize) -> Result<usize> {
        // From here on it cannot be published any more.
        let fenced = Pipeline {
            revision: pipeline.revision + 1,
            ..pipeline.clone()
        };
        if !self.edit(pipeline, &fenced).await? {
            return Ok(0);
        }
        let ids = pipeline.blocks.iter();
        let ids = ids.flat_map(|block| (block.first.0..block.first.0 + block.count).map(JobId));
        let keys: Vec<Key> = ids
            .map(|id| match pipeline.bridges.contains(&id) {
                true => Key::Bridge(pipeline.project_id, id),
                false => Key::Job(pipeline.project_id, id),
            })
            .collect();
        let of_pipeline = Partition::Variables(Owner::Pipeline(pipeline.id));
        if pipeline.has_variables {
            let variables = self.keys_in(of_pipeline, limit).await?;
            self.delete_all(&variables).await?;
            if variables.len() == limit {
                return Ok(limit);
            }
        }
        // Definitions stay: others may run the same.
        let mut there = super::Rows::default();
        there.load(self, keys.iter().cloned()).await?;
        let keys: Vec<Key> = there.found(keys);
        let some = &keys[..keys.len().min(limit)];
        self.delete_all(some).await?;
        if keys.len() < limit {
            self.write(Write::delete(&fenced)?).await?;
        }
        Ok(some.len())
    }
}

fn add<R: Row>(rows: &mut Vec<(Key, Item)>, new: &[R]) -> Result<()> {
    for row in new {
        rows.push((row.key(), item_of(row)?));
    }
    Ok(())
}
