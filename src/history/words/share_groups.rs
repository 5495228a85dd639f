//! What happens in share groups, in plain words.

use super::{broker, span};
use crate::history::fact::{Fact, ShareArchiveReason, ShareReleaseReason};
use crate::protocol::catalog::Catalog;
use crate::protocol::ids::*;
use crate::protocol::messages::AcknowledgeType;

/// Records by their first and last offset.
fn run(first: Offset, last: Offset) -> String {
    span(first, (last.0 - first.0 + 1) as u32)
}

fn verb(acknowledgement: AcknowledgeType) -> &'static str {
    match acknowledgement {
        AcknowledgeType::Accept => "accepts",
        AcknowledgeType::Release => "releases",
        AcknowledgeType::Reject => "rejects",
        AcknowledgeType::Renew => "renews its lock on",
        AcknowledgeType::Gap => "finds nothing at",
    }
}

fn released(reason: ShareReleaseReason) -> &'static str {
    match reason {
        ShareReleaseReason::Released => "the member released them",
        ShareReleaseReason::LockTimeout => "the acquisition lock ran out",
        ShareReleaseReason::SessionClosed => "the member's share session is closed",
        ShareReleaseReason::NotWritten => "what the member said could not be written down",
    }
}

fn archived(reason: ShareArchiveReason) -> &'static str {
    match reason {
        ShareArchiveReason::Rejected => "rejected",
        ShareArchiveReason::DeliveryLimit => "delivered too often",
        ShareArchiveReason::Gap => "nothing there for an application",
        ShareArchiveReason::LogStart => "the log begins behind it",
    }
}

/// See the module.
pub(super) fn words(fact: &Fact, catalog: &Catalog) -> Option<(String, String)> {
    let name = |tp: Tp| catalog.tp_name(tp);
    let who = |group: GroupId| format!("group {}", catalog.groups[group.index()]);
    let client = |member: MemberId| catalog.node_name(catalog.member_client(member)).to_string();
    let node = |n: NodeId| catalog.node_name(n).to_string();
    Some(match *fact {
        Fact::ShareAcquired { group, tp, node: n, first, last, delivery_count, .. } => {
            let again = if delivery_count > 1 { format!(", delivery {delivery_count}") } else { String::new() };
            (who(group), format!("gives {}{} to {}{again}", name(tp), run(first, last), node(n)))
        }
        Fact::ShareAcknowledged { group, tp, node: n, first, last, acknowledgement, .. } => (
            who(group),
            format!("has it in writing that {} {} {}{}", node(n), verb(acknowledgement), name(tp), run(first, last)),
        ),
        Fact::ShareAcknowledgedLate { group, tp, node: n, first, last, acknowledgement, .. } => (
            who(group),
            format!(
                "has it in writing that {} {} {}{}, and has begun anew before",
                node(n),
                verb(acknowledgement),
                name(tp),
                run(first, last)
            ),
        ),
        Fact::ShareAcknowledgeRefused { group, tp, node: n, first, last, error, .. } => {
            (who(group), format!("refuses what {} says of {}{}: {}", node(n), name(tp), run(first, last), error.name()))
        }
        Fact::ShareReleased { group, tp, member, first, last, delivery_count, reason, .. } => {
            let (what, count) = (released(reason), delivery_count);
            let whose = client(member);
            (
                who(group),
                format!("has {}{} of {whose} free again after delivery {count}: {what}", name(tp), run(first, last)),
            )
        }
        Fact::ShareArchived { group, tp, first, last, reason, .. } => {
            (who(group), format!("archives {}{}: {}", name(tp), run(first, last), archived(reason)))
        }
        Fact::ShareStartMoved { group, tp, start, .. } => {
            (who(group), format!("is done with {} below {start}", name(tp)))
        }
        Fact::SharePartitionLoaded { broker: by, group, tp, leader_epoch, start, .. } => {
            let what = format!("leads {} for {} in epoch {leader_epoch}, from {start} on", name(tp), who(group));
            (broker(by), what)
        }
        Fact::SharePartitionInitialized { group, tp, start, .. } if start == Offset::INVALID => {
            (who(group), format!("begins with {}, where share.auto.offset.reset says", name(tp)))
        }
        Fact::SharePartitionInitialized { group, tp, start, .. } => {
            (who(group), format!("begins with {} at {start}", name(tp)))
        }
        Fact::ShareRecordsPolled { node: n, tp, offset, count, delivery_count, .. } => {
            let again = if delivery_count > 1 { format!(", delivery {delivery_count}") } else { String::new() };
            (node(n), format!("gets {}{} from poll(){again}", name(tp), span(offset, count)))
        }
        Fact::ShareAcknowledgementSent { node: n, tp, first, last, acknowledgement } => {
            (node(n), format!("{} {}{}", verb(acknowledgement), name(tp), run(first, last)))
        }
        Fact::ShareAcknowledgementCompleted { node: n, tp, first, last, error: Some(error) } => {
            (node(n), format!("its acknowledgement of {}{} fails: {error}", name(tp), run(first, last)))
        }
        Fact::ShareAcknowledgementCompleted { node: n, tp, first, last, error: None } => {
            (node(n), format!("is told that its acknowledgement of {}{} is written", name(tp), run(first, last)))
        }
        _ => return None,
    })
}
