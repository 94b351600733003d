//! Resource groups: who has one, and who gets it next.

use super::counters::Counter;
use super::{Key, Rows, Store, Write, Written};
use crate::error::{Error, Result};
use crate::ids::{PipelineId, ProjectId, ResourceGroupId};
use crate::job::lifecycle::{Event, transition};
use crate::job::{Bridge, Build, Job, Status, Turn};
use crate::pipeline::{Picture, Pipeline};
use crate::resource_group::{Claim, ProcessMode, ResourceGroup};
use crate::time::Time;

/// Jobs of one pipeline that a group hears of in one transaction.
const AT_ONCE: usize = 90;

/// Jobs that left without a word, and are passed over in one go.
const PASSED_OVER: usize = 100;

/// Such transactions in one go.
const STEPS: u32 = 64;

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Settled {
    /// Others were faster: the picture has to be taken anew.
    Lost,
    /// The group knows, and a job of this pipeline has it now, if any got it.
    Done(Option<PipelineId>),
}

/// A row of one of the two tables.
#[derive(Clone)]
enum Member {
    Job(Job),
    Bridge(Bridge),
}

impl Member {
    const fn build(&self) -> &Build {
        match self {
            Self::Job(job) => &job.build,
            Self::Bridge(bridge) => &bridge.build,
        }
    }

    fn with(&self, build: Build) -> Self {
        match self {
            Self::Job(job) => Self::Job(Job {
                build,
                ..job.clone()
            }),
            Self::Bridge(bridge) => Self::Bridge(Bridge {
                build,
                ..bridge.clone()
            }),
        }
    }

    fn edit(&self, new: &Self) -> Result<Write> {
        match (self, new) {
            (Self::Job(old), Self::Job(new)) => Write::edit(old, new),
            (Self::Bridge(old), Self::Bridge(new)) => Write::edit(old, new),
            (Self::Job(_), Self::Bridge(_)) | (Self::Bridge(_), Self::Job(_)) => {
                Err(Error::Internal("a job does not become a bridge".to_owned()))
            }
        }
    }
}

/// Who got a group.
enum Given {
    Nobody,
    /// A job of this pipeline, with what is to be written beside the group and the jobs.
    To(PipelineId, Vec<Write>),
    /// Too many have left without a word for one go.
    NotYet,
}

impl Store {
    /// Lets a resource group hear of the jobs of a pipeline, and gives it to who is next if
    /// it is free. One transaction: whoever stops before it has done nothing, and whoever
    /// comes after it has nothing to do.
    pub(super) async fn settle(&self, picture: &Picture, name: &str, now: Time) -> Result<Settled> {
        let project = picture.pipeline.project_id;
        let (old, mut group) = self.resource_group(project, name, now).await?;

        let jobs = picture.jobs.iter().cloned().map(Member::Job);
        let bridges = picture.bridges.iter().cloned().map(Member::Bridge);
        let ours = jobs.chain(bridges).filter(|member| {
            member.build().resource_group.as_deref() == Some(name)
                && member.build().is_out_of_turn()
        });
        let mut ours: Vec<Member> = ours.collect();
        ours.sort_unstable_by_key(|member| member.build().id);
        let mut edits: Vec<(Member, Member)> = Vec::new();
        for member in ours.into_iter().take(AT_ONCE) {
            let turn = group.admit(member.build());
            if turn != member.build().turn {
                let build = Build {
                    turn,
                    revision: member.build().revision + 1,
                    ..member.build().clone()
                };
                edits.push((member.clone(), member.with(build)));
            }
        }

        let mut granted = None;
        match self
            .give(&mut group, Some(picture), &mut edits, now)
            .await?
        {
            Given::Nobody => {}
            Given::To(pipeline, writes) => granted = Some((pipeline, writes)),
            // Our jobs are not told yet, so that whoever comes next goes on.
            Given::NotYet => edits.clear(),
        }

        if old.as_ref() == Some(&group) && edits.is_empty() {
            return Ok(Settled::Done(None));
        }
        group.revision += 1;
        let mut writes = vec![match &old {
            Some(old) => Write::edit(old, &group)?,
            None => Write::create(&group)?,
        }];
        for (old, new) in &edits {
            writes.push(old.edit(new)?);
        }
        let (pipeline, more) = granted.unzip();
        writes.extend(more.into_iter().flatten());
        Ok(match self.write_all(writes).await? {
            Written::All => Settled::Done(pipeline),
            Written::Refused(_) => Settled::Lost,
        })
    }

    /// Lets the groups hear that the jobs of a deleted pipeline are gone, and what follows
    /// from it in the pipelines whose jobs are next.
    ///
    /// # Errors
    /// [`Error::ResourceLock`] if others were faster each time.
    pub async fn leave_resource_groups(&self, pipeline: &Pipeline, now: Time) -> Result<()> {
        let project = pipeline.project_id;
        for _ in 0..STEPS {
            let picture = self.picture_of(pipeline.clone()).await?;
            let builds = picture.builds().into_iter();
            let mut due = builds.filter(|build| build.is_out_of_turn());
            let due = due.find_map(|build| build.resource_group.clone());
            let Some(name) = due else {
                return Ok(());
            };
            if let Settled::Done(Some(next)) = self.settle(&picture, &name, now).await? {
                self.process(project, next, now).await?;
            }
        }
        Err(Error::ResourceLock)
    }

    /// Sets who comes next in a group, and gives it to who that is if it is free: in one
    /// transaction, so that nobody waits for a group that nobody has. Gives the group after
    /// it; none if there is no such group.
    ///
    /// # Errors
    /// [`Error::ResourceLock`] if others were faster each time.
    pub async fn set_process_mode(
        &self,
        project: ProjectId,
        name: &str,
        mode: ProcessMode,
        now: Time,
    ) -> Result<Option<ResourceGroup>> {
        for _ in 0..STEPS {
            let key = Key::ResourceGroup(project, name.to_owned());
            let mut rows = Rows::default();
            rows.load(self, [key.clone()]).await?;
            let Some(old) = rows.get::<ResourceGroup>(&key)? else {
                return Ok(None);
            };
            if old.process_mode == mode {
                return Ok(Some(old));
            }
            let mut group = ResourceGroup {
                process_mode: mode,
                updated_at: now,
                revision: old.revision + 1,
                ..old.clone()
            };
            let mut edits = Vec::new();
            let mut next = None;
            let mut more = Vec::new();
            let is_set = match self.give(&mut group, None, &mut edits, now).await? {
                Given::Nobody => true,
                Given::To(pipeline, writes) => {
                    next = Some(pipeline);
                    more = writes;
                    true
                }
                // They are forgotten, and the mode comes once nobody is left to forget.
                Given::NotYet => {
                    group.process_mode = old.process_mode;
                    group.updated_at = old.updated_at;
                    false
                }
            };
            let mut writes = vec![Write::edit(&old, &group)?];
            for (old, new) in &edits {
                writes.push(old.edit(new)?);
            }
            writes.extend(more);
            if self.write_all(writes).await? != Written::All || !is_set {
                continue;
            }
            if let Some(next) = next
                && let Err(error) = self.process(project, next, now).await
            {
                tracing::warn!(%error, %project, pipeline = %next, "what follows is left to the sweeper");
            }
            return Ok(Some(group));
        }
        Err(Error::ResourceLock)
    }

    /// Gives the group to who is next, if it is free, and forgets those that left without a
    /// word. `picture` tells of the jobs of one pipeline; those of others are read.
    async fn give(
        &self,
        group: &mut ResourceGroup,
        picture: Option<&Picture>,
        edits: &mut Vec<(Member, Member)>,
        now: Time,
    ) -> Result<Given> {
        let mut passed_over = 0;
        while let Some(claim) = group.next() {
            if passed_over == PASSED_OVER {
                return Ok(Given::NotYet);
            }
            let project = group.project_id;
            if let Some(writes) = self.grant(project, picture, claim, edits, now).await? {
                group.grant(claim);
                return Ok(Given::To(claim.pipeline, writes));
            }
            group.remove(claim);
            passed_over += 1;
        }
        Ok(Given::Nobody)
    }

    /// The group as it is, and the same once more to be changed; a new one if there is none.
    async fn resource_group(
        &self,
        project: ProjectId,
        name: &str,
        now: Time,
    ) -> Result<(Option<ResourceGroup>, ResourceGroup)> {
        let key = Key::ResourceGroup(project, name.to_owned());
        let mut rows = Rows::default();
        rows.load(self, [key.clone()]).await?;
        if let Some(group) = rows.get::<ResourceGroup>(&key)? {
            return Ok((Some(group.clone()), group));
        }
        let id = ResourceGroupId(self.reserve_ids(Counter::ResourceGroups, 1).await?);
        Ok((None, ResourceGroup::new(project, name.to_owned(), id, now)))
    }

    /// The writes, beside those in `edits`, that let a job have the group; none if it does
    /// not wait any more.
    async fn grant(
        &self,
        project: ProjectId,
        picture: Option<&Picture>,
        claim: Claim,
        edits: &mut Vec<(Member, Member)>,
        now: Time,
    ) -> Result<Option<Vec<Write>>> {
        let ours = picture.filter(|picture| picture.pipeline.id == claim.pipeline);
        let (member, pipeline) = if let Some(picture) = ours {
            let job = picture.job(claim.job).cloned().map(Member::Job);
            let bridge = picture.bridge(claim.job).cloned().map(Member::Bridge);
            (job.or(bridge), Some(picture.pipeline.clone()))
        } else {
            let pipeline = Key::Pipeline(project, claim.pipeline);
            let (job, bridge) = (
                Key::Job(project, claim.job),
                Key::Bridge(project, claim.job),
            );
            let keys = [job.clone(), bridge.clone(), pipeline.clone()];
            let mut rows = Rows::default();
            rows.load(self, keys).await?;
            let job = rows.get(&job)?.map(Member::Job);
            let bridge = rows.get(&bridge)?.map(Member::Bridge);
            (job.or(bridge), rows.get(&pipeline)?)
        };
        let pipeline = pipeline.filter(Pipeline::is_published);
        let Some((member, pipeline)) = member.zip(pipeline) else {
            return Ok(None);
        };
        if member.build().status != Status::WaitingForResource {
            return Ok(None);
        }
        let event = Event::EnqueueWaitingForResource {
            unmet_prerequisites: false,
        };
        let build = transition(member.build(), event, now)
            .map_err(|error| Error::Internal(error.to_string()))?;
        let holding = member.with(Build {
            turn: Turn::Holding,
            ..build
        });
        edits.retain(|(old, _)| old.build().id != claim.job);
        edits.push((member, holding));
        Ok(Some(vec![Write::edit(&pipeline, &pipeline.touched(now))?]))
    }
}
