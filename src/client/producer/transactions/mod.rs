//! Sequence numbers and transactions (`clients/.../producer/internals/TransactionManager.java`).
//!
//! An idempotent producer has [`TransactionManager`] for its producer id and [`sequences`]. One with a `transactional.id`
//! has a [`transaction`] besides: its [`state`], the partitions and offsets in it, the control requests that wait
//! ([`queue`]), and whoever waits for these. What an answer to such a request means stands in [`answers`]; the
//! application's calls are in [`calls`].

mod answers;
mod calls;
mod invariants;
mod manager;
mod queue;
mod sequences;
mod state;
mod transaction;

pub use manager::Thread;
pub(super) use manager::TransactionManager;
pub use queue::{TxnIdentity, TxnOffsets, TxnRequest};
pub use transaction::Operation;
