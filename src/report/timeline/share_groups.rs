//! What a reader wants to know of share groups: what is not the rule.

use super::{Key, More, Timeline, plural};
use crate::history::fact::{Fact, ShareArchiveReason, ShareReleaseReason};
use crate::protocol::ids::*;
use crate::sim::time::Nanos;

/// How many records lie from one offset up to another.
fn count(first: Offset, last: Offset) -> u64 {
    (last.0 + 1 - first.0).max(0) as u64
}

impl Timeline {
    /// Takes a fact of a share group.
    pub(super) fn share_group(&mut self, at: Nanos, fact: &Fact) {
        match *fact {
            Fact::ShareReleased { broker, group, tp, member, first, last, reason, .. }
                if self.view.reigns(broker, tp) =>
            {
                let node = self.setup.catalog.member_client(member);
                let why = match reason {
                    // Somebody wanted it so.
                    ShareReleaseReason::Released => return,
                    ShareReleaseReason::LockTimeout => "the acquisition lock ran out",
                    ShareReleaseReason::SessionClosed => "its share session is closed",
                    ShareReleaseReason::NotWritten => "its acknowledgement could not be written down",
                };
                let (name, more) = (self.node(node), More::of(tp, count(first, last)));
                self.count(at, Key::ShareReleased(node, reason), self.group(group), more, |line, open| {
                    let records = plural(open.records, "record");
                    format!("takes {records} of {} back from {name}: {why}", line.names(&open.partitions))
                });
            }
            Fact::ShareArchived { broker, group, tp, first, last, reason } if self.view.reigns(broker, tp) => {
                let why = match reason {
                    ShareArchiveReason::Rejected => "rejected",
                    ShareArchiveReason::DeliveryLimit => "delivered too often",
                    ShareArchiveReason::LogStart => "the log begins behind them",
                    // What never was a record is nobody's loss.
                    ShareArchiveReason::Gap => return,
                };
                let more = More::of(tp, count(first, last));
                self.count(at, Key::ShareArchived(group, reason), self.group(group), more, |line, open| {
                    let place = match open.records {
                        1 => format!("{}@{first}", line.setup.catalog.tp_name(tp)),
                        n => format!("{} of {}", plural(n, "record"), line.names(&open.partitions)),
                    };
                    format!("gives up {place}: {why}")
                });
            }
            Fact::ShareAcknowledgeRefused { broker, group, tp, node, first, last, error, .. }
                if self.view.reigns(broker, tp) =>
            {
                let (name, more) = (self.node(node), More::of(tp, count(first, last)));
                self.count(at, Key::ShareRefused(node, error), self.group(group), more, |_, open| {
                    let records = plural(open.records, "record");
                    format!("refuses what {name} says of {records}: {}", error.name())
                });
            }
            _ => {}
        }
    }
}
