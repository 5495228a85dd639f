//! The state of share-partitions, written down elsewhere (`server-common/.../server/share/persister/DefaultStatePersister.java`).
//!
//! Every broker has one: for the partitions that it leads, whose states it reads and writes, and for its group coordinator, which has
//! states made and deleted. It finds the share coordinator of each share-partition, and speaks to it over connections like any other,
//! also where that is the broker itself.

mod attempts;
mod calls;
mod manager;
mod rpc;
#[cfg(test)]
mod tests;

pub use self::calls::{CallId, PersisterAnswer, PersisterCall};
pub use self::manager::{Persisted, PersisterStateManager, ShareCoordinatorFinder};
