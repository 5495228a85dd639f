//! The state of share-partitions, written down elsewhere (`server-common/.../server/share/persister/DefaultStatePersister.java`).

mod calls;

pub use self::calls::{CallId, PersisterAnswer, PersisterCall};
