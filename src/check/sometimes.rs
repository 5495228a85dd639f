//! `sometimes` properties: things that ought to happen at least once, so that a quiet run is not
//! taken for a safe one.

use crate::history::fact::{Election, Entry, Fact, FactKind, FactSet, GroupState, ReplicaRole};
use crate::history::setup::Setup;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::Tp;
use crate::sim::time::Nanos;

/// One property's tally.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Seen {
    /// Its name in `sometimes:`.
    pub name: &'static str,
    /// How often it happened, on internal topics apart.
    pub count: u64,
    /// When first.
    pub first: Option<Nanos>,
    /// How often it happened on internal topics.
    pub internal: u64,
}

macro_rules! properties {
    ($($name:literal, $about:literal => $($kind:ident { $($fields:tt)* } $(if $guard:expr)?);+,)*) => {
        /// The names that exist, and what each says.
        pub const NAMES: &[(&str, &str)] = &[$(($name, $about)),*];

        /// The facts that may fulfil one.
        pub(super) const WANTS: FactSet = FactSet::of(&[$($(FactKind::$kind,)+)*]);

        /// Calls `hit` with the number of each property that a fact fulfils.
        #[inline]
        fn fulfilled(fact: &Fact, mut hit: impl FnMut(usize)) {
            let mut numbers = 0..;
            $(
                let number = numbers.next().expect("numbers do not end");
                if $(matches!(fact, Fact::$kind { $($fields)* } $(if $guard)?))||+ {
                    hit(number);
                }
            )*
        }
    };
}

properties! {
    "leader-elected", "a partition got another leader" => PartitionChanged { election: Election::Clean | Election::Unclean | Election::Preferred, partition_epoch, .. } if partition_epoch.0 > 0,
    "unclean-election", "a leader came from outside the ISR" => PartitionChanged { election: Election::Unclean, .. },
    "preferred-election", "a preferred replica got its leadership back" => PartitionChanged { election: Election::Preferred, .. },
    "leaderless", "a partition had no leader" => PartitionChanged { election: Election::Leaderless, .. },
    "broker-fenced", "the controller fenced a broker" => BrokerFenced { .. },
    "isr-change", "a leader proposed another ISR" => IsrProposed { .. },
    "truncation", "a replica cut its log back" => Truncated { from, to, .. } if to < from,
    "records-lost-on-recovery", "a restarted log was shorter than before" => LogRecovered { log_end, written, .. } if log_end < written,
    "not-enough-replicas", "a leader refused acks=all for want of replicas" => ProduceRefused { error: ErrorCode::NotEnoughReplicas, .. },
    "out-of-order-sequence", "a leader refused a batch that skipped a sequence" => ProduceRefused { error: ErrorCode::OutOfOrderSequenceNumber, .. },
    "duplicate-dropped", "a leader recognised a batch that it had" => DuplicateDropped { .. },
    "produce-retried", "a producer sent a batch again" => BatchRetried { .. },
    "delivery-timeout", "a producer gave a batch up" => BatchFailed { .. },
    "rebalance", "a group rebalanced after it had been formed; in the new protocol, its coordinator assigned anew" => GroupStateChanged { state: GroupState::PreparingRebalance, generation, .. } if generation.0 > 0; TargetAssignmentComputed { epoch, .. } if epoch.0 > 2,
    "member-fenced", "a member's heartbeat was refused for its epoch, or because it is none any more (KIP-848)" => HeartbeatAnswered { error: ErrorCode::FencedMemberEpoch | ErrorCode::UnknownMemberId, .. },
    "protocol-changed", "a group changed from the classic protocol to the new one, or back, with members in it" => GroupProtocolChanged { .. },
    "member-expired", "the coordinator removed a silent member" => MemberLeft { reason: crate::history::fact::LeaveReason::SessionTimeout, .. },
    "poll-timeout", "a member left because it did not poll in time" => MemberLeft { reason: crate::history::fact::LeaveReason::PollTimeout, .. },
    "commit-refused", "the coordinator refused a commit" => CommitRefused { .. },
    "partitions-lost", "a member lost its partitions without being asked" => PartitionRevoked { reason: crate::history::fact::RevokeReason::Lost, .. },
    "position-reset", "a position out of range was reset by policy" => PositionReset { out_of_range: true, .. },
    "position-truncated", "a log was truncated under a consumer" => PositionTruncated { .. },
    "record-failed", "an application could not process a record" => RecordFailed { .. },
    "coordinator-moved", "a broker ceased to coordinate" => CoordinatorUnloaded { .. },
    "transaction-committed", "an application was told that its transaction is committed" => TransactionEnded { commit: true, error: None, .. },
    "transaction-aborted", "an application was told that its transaction is aborted" => TransactionEnded { commit: false, error: None, .. },
    "transaction-end-unknown", "a call to end a transaction threw: its application does not know how it ended" => TransactionEnded { error: Some(_), .. },
    "abort-marker", "a leader wrote an ABORT marker that ends something" => ControlAppended { role: ReplicaRole::Leader, commit: false, first_offset, .. } if first_offset.0 >= 0,
    "transaction-timed-out", "the coordinator aborted a transaction that took too long" => TransactionFenced { timed_out: true, .. },
    "producer-fenced", "a transactional id got a new owner, and the transaction of the old one was aborted" => TransactionFenced { timed_out: false, .. },
    "producer-fatal", "a transactional producer could only be closed" => ProducerInError { fatal: true, .. },
    "transaction-refused", "a coordinator refused a producer for good" => TransactionRefused { .. },
    "lso-held-back", "a last stable offset was below its high watermark" => LastStableOffsetMoved { last_stable_offset, high_watermark, .. } if last_stable_offset < high_watermark,
    "pending-offset-dropped", "a group dropped an offset with the transaction that it came in" => PendingOffsetDropped { .. },
    "effect-outside", "a record had an effect outside of Kafka" => EffectOutside { done: true, .. },
    "effect-recognised", "the other side saw that an effect was there already" => EffectOutside { done: false, .. },
    "log-dir-failed", "a log directory went offline" => LogDirFailed { .. },
}

/// The number of a property, by its name.
pub fn number(name: &str) -> Option<usize> {
    NAMES.iter().position(|(known, _)| *known == name)
}

/// Whether a fact fulfils the property of that number, not on an internal topic, where there is always something.
pub fn happens(number: usize, fact: &Fact, internal: impl Fn(Tp) -> bool) -> bool {
    is(number, fact) && !partition(fact).is_some_and(internal)
}

/// Whether a fact fulfils the property of that number.
pub(super) fn is(number: usize, fact: &Fact) -> bool {
    let mut hit = false;
    fulfilled(fact, |other| hit |= other == number);
    hit
}

/// Counts what happens.
#[derive(Clone, Debug)]
pub struct Sometimes {
    seen: Vec<Seen>,
    /// By partition.
    internal: Vec<bool>,
}

impl Sometimes {
    /// Before the first fact.
    pub fn new(setup: &Setup) -> Sometimes {
        let seen = NAMES.iter().map(|(name, _)| Seen { name, count: 0, first: None, internal: 0 }).collect();
        let partitions = setup.catalog.partition_count();
        Sometimes { seen, internal: (0..partitions).map(|tp| setup.catalog.is_internal(Tp(tp))).collect() }
    }
    /// Takes the next fact.
    pub fn observe(&mut self, entry: &Entry) {
        let internal = &self.internal;
        let seen = &mut self.seen;
        fulfilled(&entry.fact, |number| {
            let seen = &mut seen[number];
            let of_kafka = match partition(&entry.fact) {
                Some(tp) => internal.get(tp.index()).is_some_and(|internal| *internal),
                None => false,
            };
            if of_kafka {
                seen.internal += 1;
            } else {
                seen.count += 1;
                seen.first.get_or_insert(entry.at);
            }
        });
    }
    /// All properties, in order of their definition.
    pub fn seen(&self) -> &[Seen] {
        &self.seen
    }
}

/// The partition that a fact is about, where it may be one of Kafka's own as well as one of the user's. Who
/// coordinates is a matter of an internal partition, and counts.
fn partition(fact: &Fact) -> Option<Tp> {
    match *fact {
        Fact::PartitionChanged { tp, .. }
        | Fact::IsrProposed { tp, .. }
        | Fact::Truncated { tp, .. }
        | Fact::ControlAppended { tp, .. }
        | Fact::LogRecovered { tp, .. } => Some(tp),
        _ => None,
    }
}
