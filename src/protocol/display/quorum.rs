//! What controllers say among each other.

use std::fmt::{self, Formatter};

use super::{epoch, fails, list};
use crate::protocol::ids::Offset;
use crate::protocol::messages::*;

/// `; controller 101 leads in epoch 3`
pub(super) fn leads(quorum: QuorumLeader) -> String {
    match quorum.leader {
        Some(leader) => format!("; controller {leader} leads{}", epoch(quorum.epoch)),
        None => format!("; nobody leads{}", epoch(quorum.epoch)),
    }
}

pub(super) fn vote(f: &mut Formatter<'_>, r: &VoteRequest) -> fmt::Result {
    let what = if r.pre_vote { " pre-vote" } else { "" };
    let VoteRequest { candidate, last_epoch, last_offset, .. } = r;
    write!(
        f,
        "{what} for controller {candidate}{}, whose log ends at {last_offset}{}",
        epoch(r.epoch),
        epoch(*last_epoch)
    )
}

pub(super) fn voted(f: &mut Formatter<'_>, r: &VoteResponse) -> fmt::Result {
    let word = if r.granted { " granted" } else { " rejected" };
    write!(f, "{}{word}{}", fails(r.error), leads(r.quorum))
}

pub(super) fn end_quorum_epoch(f: &mut Formatter<'_>, r: &EndQuorumEpochRequest) -> fmt::Result {
    let successors = list(r.preferred_candidates.iter().map(|id| id.to_string()));
    write!(f, " controller {} resigns{}; {successors} should follow", r.leader, epoch(r.epoch))
}

pub(super) fn fetch(f: &mut Formatter<'_>, r: &FetchQuorumRequest) -> fmt::Result {
    let who = match r.replica {
        QuorumReplica::Voter(id) => format!("controller {id}"),
        QuorumReplica::Observer(broker) => format!("broker {broker}"),
    };
    let last = epoch(r.last_fetched_epoch);
    write!(f, " {who}{}: __cluster_metadata@{}, after{last}", epoch(r.current_leader_epoch), r.fetch_offset)
}

pub(super) fn fetched(f: &mut Formatter<'_>, r: &FetchQuorumResponse) -> fmt::Result {
    f.write_str(&fails(r.error))?;
    match &r.records {
        QuorumRecords::Batches(batches) => {
            let count: u32 = batches.iter().map(|batch| batch.count).sum();
            let from = batches.first().map_or(String::new(), |batch| format!(" from {}", batch.base_offset));
            write!(f, " {count} records{from}")?;
        }
        QuorumRecords::Diverging { epoch: diverging, end_offset } => {
            write!(f, " diverging:{} ends at {end_offset}", epoch(*diverging))?;
        }
    }
    if r.high_watermark != Offset::INVALID {
        write!(f, ", committed up to {}", r.high_watermark)?;
    }
    f.write_str(&leads(r.quorum))
}
