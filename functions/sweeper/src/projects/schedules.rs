//! The pipeline schedules of a deleted project.

use switchyard::error::{Error, Result};
use switchyard::store::Key;
use switchyard::store::belongings::Partition;
use switchyard::variable::Owner;

use super::Deletion;

/// Schedules that are looked at in one go.
const AT_A_TIME: usize = 25;

impl Deletion<'_> {
    /// Deletes pipeline schedules, each behind its variables.
    pub(super) async fn schedules(&mut self) -> Result<bool> {
        while !self.budget.is_spent() {
            let all = Partition::Schedules(self.id());
            let keys = self.app.store.keys_in(all, AT_A_TIME).await?;
            for key in &keys {
                let Key::Schedule(_, id) = key else {
                    return Err(Error::Internal(format!("{key:?} is of no schedule")));
                };
                let variables = Partition::Variables(Owner::Schedule(*id));
                if !self.partition(variables).await? {
                    return Ok(false);
                }
                self.app.store.delete_all(std::slice::from_ref(key)).await?;
                self.budget.spend(1);
            }
            if keys.len() < AT_A_TIME {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
