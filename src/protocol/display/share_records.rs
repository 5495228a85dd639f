//! Records of share groups, as a person reads them: see `display`.

use std::fmt::{self, Display, Formatter};

use super::{Names, Shown, also, list};
use crate::protocol::batch::{ShareGroupRecord, ShareSnapshotValue, ShareStatePartitionsValue, ShareUpdateValue};
use crate::protocol::ids::{GroupId, LeaderEpoch, Offset, Tp};
use crate::protocol::messages::PersisterStateBatch;

impl Display for Shown<'_, ShareGroupRecord> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let names = self.names;
        match self.what {
            ShareGroupRecord::Epoch { epoch, hashed } => {
                write!(f, "group epoch {epoch}")?;
                match hashed {
                    Some(topics) => write!(f, ", hash of {}", names.counts(topics)),
                    None => Ok(()),
                }
            }
            ShareGroupRecord::EpochTombstone => f.write_str("is gone"),
            ShareGroupRecord::PartitionMetadata(topics) => write!(f, "partitions of {}", names.counts(topics)),
            ShareGroupRecord::PartitionMetadataTombstone => f.write_str("no partitions"),
            ShareGroupRecord::Member(value) => {
                write!(f, "member {} subscribes to {}", names.member(value.member), names.topics(&value.topics))
            }
            ShareGroupRecord::MemberTombstone(member) => write!(f, "{} is no member", names.member(*member)),
            ShareGroupRecord::TargetEpoch { epoch, timestamp } => {
                write!(f, "assignment epoch {epoch}")?;
                f.write_str(&timestamp.map_or(String::new(), |at| format!(" at {at}")))
            }
            ShareGroupRecord::TargetEpochTombstone => f.write_str("no assignment"),
            ShareGroupRecord::Target { member, partitions } => {
                write!(f, "{} is to have {}", names.member(*member), names.tps(partitions.iter().copied()))
            }
            ShareGroupRecord::TargetTombstone(member) => write!(f, "{} is to have nothing", names.member(*member)),
            ShareGroupRecord::Current(value) => {
                let (member, before) = (names.member(value.member), value.previous_epoch);
                write!(f, "{member} at epoch {} (before: {before})", value.epoch)?;
                let has = names.tps(value.assigned.iter().copied());
                f.write_str(&also(!value.assigned.is_empty(), format!("has {has}")))
            }
            ShareGroupRecord::CurrentTombstone(member) => write!(f, "{} has nothing", names.member(*member)),
            ShareGroupRecord::StatePartitions(value) => names.show(&**value).fmt(f),
            ShareGroupRecord::StatePartitionsTombstone => f.write_str("no states"),
        }
    }
}

impl Display for Shown<'_, ShareStatePartitionsValue> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (names, ShareStatePartitionsValue { initializing, initialized, deleting }) = (self.names, self.what);
        let some = |word: &str, what: String| (what != "-").then(|| format!("{word} {what}"));
        let parts = [
            some("initializing", names.tps(initializing.iter().copied())),
            some("initialized", names.tps(initialized.iter().copied())),
            some("deleting", names.topics(deleting)),
        ];
        write!(f, "states: {}", list(parts.into_iter().flatten()))
    }
}

fn state(names: &Names, group: GroupId, tp: Tp, leader_epoch: LeaderEpoch, start: Offset, count: i32) -> String {
    let start = also(start != Offset::INVALID, format!("from {start}"));
    let leader = also(leader_epoch != LeaderEpoch::UNDEFINED, format!("for leader epoch {leader_epoch}"));
    let count = also(count != -1, format!("({count} done)"));
    format!("{} {}{start}{leader}{count}", names.group(group), names.tp(tp))
}
fn runs(batches: &[PersisterStateBatch]) -> String {
    let run = |b: &PersisterStateBatch| format!("{}-{} {} x{}", b.first, b.last, b.state.name(), b.delivery_count);
    if batches.is_empty() { String::new() } else { format!(": {}", list(batches.iter().map(run))) }
}

impl Display for Shown<'_, ShareSnapshotValue> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let v = self.what;
        let text = state(self.names, v.group, v.tp, v.leader_epoch, v.start_offset, v.delivery_complete_count);
        write!(f, "snapshot {} of {text}, state epoch {}{}", v.snapshot_epoch, v.state_epoch, runs(&v.batches))
    }
}

impl Display for Shown<'_, ShareUpdateValue> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let v = self.what;
        let text = state(self.names, v.group, v.tp, v.leader_epoch, v.start_offset, v.delivery_complete_count);
        write!(f, "update of {text}{}", runs(&v.batches))
    }
}
