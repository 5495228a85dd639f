//! `sometimes` properties: things that ought to happen at least once, so that a quiet run is not
//! taken for a safe one.

use crate::history::fact::{Election, Entry, Fact, GroupState};
use crate::protocol::errors::ErrorCode;
use crate::sim::time::Nanos;

/// One property's tally.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Seen {
    /// Its name in `sometimes:`.
    pub name: &'static str,
    /// How often it happened.
    pub count: u64,
    /// When first.
    pub first: Option<Nanos>,
}

macro_rules! properties {
    ($($name:literal => $pattern:pat $(if $guard:expr)?,)*) => {
        /// The names that exist.
        pub const NAMES: &[&str] = &[$($name),*];

        /// Calls `hit` with the number of each property that a fact fulfils.
        #[inline]
        fn fulfilled(fact: &Fact, mut hit: impl FnMut(usize)) {
            let mut numbers = 0..;
            $(
                let number = numbers.next().expect("numbers do not end");
                if matches!(fact, $pattern $(if $guard)?) {
                    hit(number);
                }
            )*
        }
    };
}

properties! {
    "leader-elected" => Fact::PartitionChanged { election: Election::Clean | Election::Unclean | Election::Preferred, partition_epoch, .. } if partition_epoch.0 > 0,
    "unclean-election" => Fact::PartitionChanged { election: Election::Unclean, .. },
    "preferred-election" => Fact::PartitionChanged { election: Election::Preferred, .. },
    "leaderless" => Fact::PartitionChanged { election: Election::Leaderless, .. },
    "broker-fenced" => Fact::BrokerFenced { .. },
    "isr-change" => Fact::IsrProposed { .. },
    "truncation" => Fact::Truncated { from, to, .. } if to < from,
    "records-lost-on-recovery" => Fact::LogRecovered { log_end, written, .. } if log_end < written,
    "not-enough-replicas" => Fact::ProduceRefused { error: ErrorCode::NotEnoughReplicas, .. },
    "out-of-order-sequence" => Fact::ProduceRefused { error: ErrorCode::OutOfOrderSequenceNumber, .. },
    "duplicate-dropped" => Fact::DuplicateDropped { .. },
    "produce-retried" => Fact::BatchRetried { .. },
    "delivery-timeout" => Fact::BatchFailed { .. },
    "rebalance" => Fact::GroupStateChanged { state: GroupState::PreparingRebalance, generation, .. } if generation.0 > 0,
    "member-expired" => Fact::MemberLeft { reason: crate::history::fact::LeaveReason::SessionTimeout, .. },
    "poll-timeout" => Fact::MemberLeft { reason: crate::history::fact::LeaveReason::PollTimeout, .. },
    "commit-refused" => Fact::CommitRefused { .. },
    "partitions-lost" => Fact::PartitionRevoked { reason: crate::history::fact::RevokeReason::Lost, .. },
    "position-reset" => Fact::PositionReset { out_of_range: true, .. },
    "position-truncated" => Fact::PositionTruncated { .. },
    "record-failed" => Fact::RecordFailed { .. },
    "coordinator-moved" => Fact::CoordinatorUnloaded { .. },
    "log-dir-failed" => Fact::LogDirFailed { .. },
}

/// Counts what happens.
#[derive(Clone, Debug)]
pub struct Sometimes {
    seen: Vec<Seen>,
}

impl Default for Sometimes {
    fn default() -> Self {
        Sometimes { seen: NAMES.iter().map(|name| Seen { name, count: 0, first: None }).collect() }
    }
}

impl Sometimes {
    /// Takes the next fact.
    pub fn observe(&mut self, entry: &Entry) {
        fulfilled(&entry.fact, |number| {
            let seen = &mut self.seen[number];
            seen.count += 1;
            seen.first.get_or_insert(entry.at);
        });
    }
    /// All properties, in order of their definition.
    pub fn seen(&self) -> &[Seen] {
        &self.seen
    }
}
