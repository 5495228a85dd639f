//! What a coordinator must be able to do to live on a partition's log.

use std::fmt::Debug;

use super::env::{Env, ReplyTo};
use super::result::CoordinatorResult;
use crate::cluster::metadata::MetadataImage;
use crate::protocol::batch::CoordinatorRecord;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::ProducerId;

/// A coordinator's state for one partition of its topic, a fold over the records there (`CoordinatorShard`).
///
/// The default is the state before the first record. Kafka's runtime replays the records that an operation
/// returns; here the shard changes its memory itself and leaves with the runtime what it replaced. Kafka's
/// classic groups ask for the same (`CoordinatorResult.replayRecords` is false): memory is ahead of the log there.
pub trait CoordinatorShard: Clone + Debug + Default {
    /// What it is asked.
    type Request;
    /// What is kept until a write is committed or has failed.
    type Answer: Clone + Debug;
    /// A change of memory with what it replaced (where Kafka keeps a `SnapshotRegistry`).
    type Change: Clone + Debug;
    /// A timer of its own that went off.
    type Timer;
    /// What all shards on a broker share.
    type Shared: Clone + Debug;

    /// Bytes of a record in a batch (`Serializer`).
    fn size(record: &CoordinatorRecord, shared: &Self::Shared) -> usize;

    /// A coordinator begins with a partition: before the first record is replayed.
    fn opened(&mut self, _shared: &Self::Shared) {}

    /// Takes a request. It is answered at once through `env`, or left with `result`.
    fn handle(
        &mut self,
        to: ReplyTo,
        request: Self::Request,
        result: &mut CoordinatorResult<'_, Self::Change, Self::Answer>,
        env: &mut Env<'_, '_, Self::Shared>,
    );

    /// Takes a timer of its own.
    fn timer(
        &mut self,
        timer: Self::Timer,
        result: &mut CoordinatorResult<'_, Self::Change, Self::Answer>,
        env: &mut Env<'_, '_, Self::Shared>,
    );

    /// A write is committed, or failed with the error of the log; the answer is due. REQUEST_TIMED_OUT: its
    /// records stay in the log and may yet be committed. NOT_COORDINATOR: this broker coordinates no more, and
    /// [`CoordinatorShard::unloaded`] follows.
    fn complete(&mut self, answer: Self::Answer, result: Result<(), ErrorCode>, env: &mut Env<'_, '_, Self::Shared>);

    /// Applies a record that was read from the log. It may lie above the high watermark, so the change is
    /// returned, to be committed later. `producer`: of a record that belongs to a transaction, whose.
    fn replay(&mut self, record: &CoordinatorRecord, producer: Option<ProducerId>) -> Option<Self::Change>;

    /// Applies the marker that ends a producer's transaction, be it read from the log or about to be written. Not
    /// every coordinator's records belong to transactions.
    fn replay_end_transaction_marker(&mut self, _producer: ProducerId, _commit: bool) -> Option<Self::Change> {
        None
    }

    /// A change is committed: whoever must not see what may be lost sees it from now on
    /// (`updateLastCommittedOffset`).
    fn commit(&mut self, change: &Self::Change);

    /// A change was committed under the eyes of this coordinator; what was committed before is old news.
    fn tell_committed(&self, change: &Self::Change, env: &mut Env<'_, '_, Self::Shared>);

    /// Takes a change back: its batch was refused. The last one goes first (`revertLastWrittenOffset`).
    fn revert(&mut self, change: Self::Change, env: &mut Env<'_, '_, Self::Shared>);

    /// The log has been read to its end (`onLoaded`).
    fn loaded(&mut self, env: &mut Env<'_, '_, Self::Shared>);

    /// Topics, partitions or brokers have come, gone or changed (`onNewMetadataImage`). Not every coordinator
    /// depends on them: members of classic groups look themselves.
    fn image_changed(&mut self, _image: &MetadataImage, _env: &mut Env<'_, '_, Self::Shared>) {}

    /// # Panics
    /// If the state contradicts itself.
    fn check_invariants(&self) {}

    /// The partition is led elsewhere: timers go, whoever still waits is sent away (`onUnloaded`).
    fn unloaded(&mut self, env: &mut Env<'_, '_, Self::Shared>);
}
