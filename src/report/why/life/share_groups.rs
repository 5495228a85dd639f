//! What a share group made of a record: who held it, how often, and how that ended.

use super::super::cause::StoryCause;
use super::super::stamps::{PassportStation, Stamps, Weight};
use super::reading::Reading;
use super::{RecordLife, Scene};
use crate::history::fact::{Entry, Fact, ShareArchiveReason, ShareReleaseReason};
use crate::protocol::exceptions::Exception;
use crate::protocol::ids::*;
use crate::protocol::messages::AcknowledgeType;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct ShareDeliveries {
    /// How often it was given to somebody, as the leader counts.
    count: u32,
    /// Who holds it.
    holder: Option<NodeId>,
    /// How it last came to be free again, whose it was, and which delivery that was.
    freed: Option<(NodeId, Freed, u32)>,
    archived: Option<ShareArchiveReason>,
    /// A member accepted it.
    accepted: bool,
}

/// How a record comes to be free again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Freed {
    By(ShareReleaseReason),
    /// Who leads the partition now has only what was written down.
    AnotherLeader,
}

impl Reading {
    /// Takes a fact of a share group; `place` is where the record lies.
    pub(super) fn share_group(&mut self, entry: &Entry, scene: &Scene, stamps: &mut Stamps, place: Option<Offset>) {
        let here = |group: GroupId, tp: Tp, first: Offset, last: Offset| {
            group == self.group && tp == scene.record.tp && place.is_some_and(|at| first <= at && at <= last)
        };
        let leader = |broker: BrokerId| format!("broker {broker}");
        let weigh = |weight: Weight| self.weight(weight);
        match entry.fact {
            Fact::ShareAcquired { broker, group, tp, node, first, last, delivery_count, .. }
                if here(group, tp, first, last) =>
            {
                let text = match delivery_count {
                    1 => format!("gives it to {}", scene.node(node)),
                    n => format!("gives it to {}, delivery {n}", scene.node(node)),
                };
                stamps.note(entry, PassportStation::Acquired, weigh(Weight::Point), leader(broker), text);
                (self.share.count, self.share.holder) = (delivery_count, Some(node));
            }
            Fact::ShareAcknowledged { broker, group, tp, node, first, last, acknowledgement, .. }
                if here(group, tp, first, last) =>
            {
                let (name, said) = (scene.node(node), acknowledgement.name());
                let text = format!("has {said} of {name} written down");
                stamps.note(entry, PassportStation::OffsetCommitted, weigh(Weight::Point), leader(broker), text);
                self.share.accepted |= acknowledgement == AcknowledgeType::Accept;
            }
            Fact::ShareAcknowledgedLate { broker, group, tp, node, first, last, acknowledgement, .. }
                if here(group, tp, first, last) =>
            {
                let (name, said) = (scene.node(node), acknowledgement.name());
                let text = format!("has {said} of {name} written down, and has begun anew before");
                stamps.note(entry, PassportStation::OffsetCommitted, weigh(Weight::Point), leader(broker), text);
                self.share.accepted |= acknowledgement == AcknowledgeType::Accept;
            }
            Fact::ShareAcknowledgeRefused { broker, group, tp, node, first, last, error, .. }
                if here(group, tp, first, last) =>
            {
                let text = format!("refuses what {} says of it: {}", scene.node(node), error.name());
                stamps.note(entry, PassportStation::CommitFailed, weigh(Weight::Point), leader(broker), text);
            }
            Fact::ShareReleased { broker, group, tp, member, first, last, delivery_count, reason }
                if here(group, tp, first, last) =>
            {
                let node = scene.setup.catalog.member_client(member);
                let text = format!("has it free again: {}", freed(scene.node(node), Freed::By(reason)));
                stamps.note(entry, PassportStation::Freed, weigh(Weight::Point), leader(broker), text);
                self.share.free(node, Freed::By(reason), delivery_count);
            }
            Fact::ShareArchived { broker, group, tp, first, last, reason } if here(group, tp, first, last) => {
                let text = format!("archives it: {}", archived(reason, self.share.count));
                stamps.note(entry, PassportStation::Freed, weigh(Weight::Point), leader(broker), text);
                (self.share.archived, self.share.holder) = (Some(reason), None);
            }
            Fact::SharePartitionLoaded { group, tp, .. } if group == self.group && tp == scene.record.tp => {
                if let Some(node) = self.share.holder {
                    let count = self.share.count;
                    self.share.free(node, Freed::AnotherLeader, count);
                }
            }
            Fact::ShareRecordsPolled { node, tp, offset, count, origin, ordinal, delivery_count, .. }
                if let Some(at) = scene.offset_of(origin, tp, ordinal, count, offset)
                    && self.concerns(scene, node) =>
            {
                let again = if delivery_count > 1 { format!(", delivery {delivery_count}") } else { String::new() };
                let text = format!("gets it from poll(), at {}@{at}{again}", scene.setup.catalog.tp_name(tp));
                stamps.note(entry, PassportStation::Fetched, weigh(Weight::Turn), scene.node(node), text);
                self.polled.push(node);
            }
            Fact::ShareAcknowledgementCompleted { node, tp, first, last, error: Some(error) }
                if tp == scene.record.tp
                    && self.concerns(scene, node)
                    && place.is_some_and(|at| first <= at && at <= last) =>
            {
                let text = format!("hears that its acknowledgement failed: {error}");
                stamps.note(entry, PassportStation::CommitFailed, weigh(Weight::Turn), scene.node(node), text);
                if let Exception::Answered(error) = error {
                    self.refused = Some(error);
                }
            }
            _ => {}
        }
    }
}

impl ShareDeliveries {
    fn free(&mut self, node: NodeId, how: Freed, count: u32) {
        (self.freed, self.holder) = (Some((node, how, count)), None);
    }
}

/// How it came to be free, in a clause.
fn freed(name: &str, how: Freed) -> String {
    match how {
        Freed::By(ShareReleaseReason::Released) => format!("{name} released it"),
        Freed::By(ShareReleaseReason::LockTimeout) => format!("the acquisition lock of {name} ran out"),
        Freed::By(ShareReleaseReason::SessionClosed) => format!("the share session of {name} was closed"),
        Freed::By(ShareReleaseReason::NotWritten) => {
            format!("what {name} said of it could not be written down")
        }
        Freed::AnotherLeader => {
            format!("another broker leads the partition, and that {name} held it is written nowhere")
        }
    }
}

fn archived(reason: ShareArchiveReason, count: u32) -> String {
    match reason {
        ShareArchiveReason::Rejected => "a member rejected it".into(),
        ShareArchiveReason::DeliveryLimit => format!("it was delivered {count} times and not accepted"),
        ShareArchiveReason::Gap => "there is nothing for an application".into(),
        ShareArchiveReason::LogStart => "the log begins behind it".into(),
    }
}

impl RecordLife {
    /// Why a share group processed a record again.
    pub(super) fn shared_again(&self, reading: &Reading) -> (StoryCause, String) {
        let Some((node, how, count)) = reading.share.freed else {
            return (StoryCause::Unexplained, "Nothing that is known here leads to it.".into());
        };
        let name = self.scene.node(node);
        let cause = match how {
            Freed::By(ShareReleaseReason::Released) => StoryCause::ReleasedForAnotherTry,
            Freed::By(ShareReleaseReason::LockTimeout) => StoryCause::AcquisitionLockRanOut,
            Freed::By(ShareReleaseReason::SessionClosed) => StoryCause::ShareSessionClosed,
            Freed::By(ShareReleaseReason::NotWritten) | Freed::AnotherLeader => StoryCause::AcknowledgementLost,
        };
        let refused = reading
            .refused
            .map_or(String::new(), |error| format!(" What it said of it later was refused: {}.", error.name()));
        let text = format!(
            "{name} held it in delivery {count}, and had not accepted it when {}. So it was delivered again, and more than one of them \
             processed it.{refused}",
            freed(name, how)
        );
        (cause, text)
    }

    /// Why nobody of a share group processed a record.
    pub(super) fn shared_never(&self, reading: &Reading) -> (StoryCause, String) {
        let name = self.scene.group_name(reading.group);
        match (reading.share.archived, reading.share.holder, reading.share.freed) {
            (Some(reason), ..) => {
                let cause = match reason {
                    ShareArchiveReason::DeliveryLimit => StoryCause::DeliveredTooOften,
                    ShareArchiveReason::Rejected => StoryCause::Rejected,
                    ShareArchiveReason::Gap | ShareArchiveReason::LogStart => StoryCause::KafkaDoesSo,
                };
                (cause, format!("{name} gave it up: {}.", archived(reason, reading.share.count)))
            }
            (None, _, _) if reading.share.accepted => {
                (StoryCause::SkippedPoison, format!("A member of {name} accepted it without having processed it."))
            }
            (None, Some(node), _) => {
                let text = format!("{} held it, and had not processed it when the run ended.", self.scene.node(node));
                (StoryCause::NotReached, text)
            }
            (None, None, Some((node, how, count))) => {
                let how = freed(self.scene.node(node), how);
                let text = format!("It was free again after delivery {count} ({how}), and the run ended.");
                (StoryCause::NotReached, text)
            }
            (None, None, None) => (StoryCause::NotReached, format!("Nobody of {name} was ever given it.")),
        }
    }
}
