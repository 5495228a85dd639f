//! Coordinators: folds over the partitions of an internal topic.
//!
//! A coordinator has no I/O and no log of its own: the broker hands it requests and what it reads from
//! the log, and carries out the appends and answers that it asks for.
//!
//! Kafka's own seam runs through this room (`coordinator-common/.../runtime`):
//!
//! - `runtime` is how any coordinator lives on a log. `runtime::CoordinatorRuntime` has one
//!   `runtime::CoordinatorContext` per partition that is led here, and that owns everything between
//!   memory and log: the positions up to which it is written and committed, the open batch and its linger,
//!   the batch on its way, the answers that wait, what is to be taken back if a batch is refused. It
//!   loads, unloads, and sets two timers of its own. It knows no group.
//! - A `runtime::CoordinatorShard` is what a coordinator knows of one partition: pure state. It takes a
//!   request, changes its memory at once, and puts into the `runtime::CoordinatorResult` lent to it the
//!   records to be written, what each change replaced, and the answer to be given once that is
//!   committed. It never learns of batches, offsets or high watermarks; the runtime comes back with the
//!   answer when the write is committed or has failed, and with each change when it is committed or to be
//!   taken back.
//! - `group` is the group coordinator: the service (`GroupCoordinator`), which finds the partition of a
//!   group and refuses what nobody here can take, and its shard.
//! - `share` is the share coordinator, which keeps the states of share-partitions (KIP-932).
//! - `transaction` is the transaction coordinator, which lives on a log in its own way: its memory follows the log.
//!
//! | who | owns | may use |
//! |---|---|---|
//! | `GroupCoordinator` | where each group belongs | its runtime |
//! | `CoordinatorRuntime<S>` | contexts, the numbers of writes, what the shards of a broker share | contexts |
//! | `CoordinatorContext<S>` | positions, open batch, deferred answers, changes, one shard | its shard, through the trait |
//! | `CoordinatorShard` | its state | what it is lent: a `CoordinatorResult` and an `Env` |
//!
//! So a client hears of a commit only when a new coordinator would know of it too. Nothing in this room
//! may look at the network or at another broker.

mod group;
mod known_topics;
mod partition;
mod refusal;
mod runtime;
mod share;
mod share_state_task;
mod timers;
mod transaction;

pub use group::{
    ConsumerGroupDetails, ConsumerMemberDetails, DescribedMember, GroupCoordinator, GroupCoordinatorTimer,
    GroupDescription, GroupRequest, ShareGroupDetails, ShareMemberDetails,
};
pub use runtime::{Command, ReplyTo};
pub use share::{ShareCoordinator, ShareCoordinatorTimer};
pub use share_state_task::{ShareStateTask, ShareStateTaskKind};
pub use timers::CoordinatorTimer;
pub use transaction::{
    MarkersToSend, PendingMarker, ProducerIds, TransactionCommand, TransactionCoordinator, TransactionCoordinatorTimer,
    TransactionDescription, TransactionEnv, TransactionRequest,
};
