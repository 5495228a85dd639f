//! What happens in a quorum of controllers, in plain words.

use crate::history::fact::{Fact, RaftRole};
use crate::protocol::ids::ControllerId;

fn controller(id: ControllerId) -> String {
    format!("controller {id}")
}

pub(super) fn words(fact: &Fact) -> Option<(String, String)> {
    Some(match *fact {
        Fact::RaftRoleChanged { controller: id, epoch, role, leader } => {
            (controller(id), became(role, leader, epoch.0))
        }
        Fact::RaftVoteGranted { controller: id, candidate, epoch } if id == candidate => {
            (controller(id), format!("votes for itself in epoch {epoch}"))
        }
        Fact::RaftVoteGranted { controller: id, candidate, epoch } => {
            (controller(id), format!("votes for controller {candidate} in epoch {epoch}"))
        }
        Fact::RaftLeaderElected { controller: id, epoch, start } => {
            (controller(id), format!("is elected leader of the quorum, epoch {epoch}, from offset {start}"))
        }
        Fact::ControllerActivated { controller: id, epoch } => {
            (controller(id), format!("is the active controller, epoch {epoch}"))
        }
        Fact::ControllerResigned { controller: id, epoch } => {
            (controller(id), format!("is no longer the active controller of epoch {epoch}"))
        }
        Fact::MetadataCommitted { controller: id, end, .. } => {
            (controller(id), format!("knows the metadata log to be committed up to {end}"))
        }
        Fact::MetadataLogTruncated { controller: id, from, to } => {
            (controller(id), format!("cuts its metadata log from {from} to {to}"))
        }
        Fact::MetadataLogLoaded { controller: id, end, epoch, voted } => {
            let vote = voted.map_or(String::new(), |voted| format!(", where it voted for controller {voted}"));
            (controller(id), format!("has read its metadata log up to {end}; the newest epoch is {epoch}{vote}"))
        }
        _ => return None,
    })
}

fn became(role: RaftRole, leader: Option<ControllerId>, epoch: i32) -> String {
    let known = leader.map_or(String::new(), |leader| format!(", controller {leader} led"));
    match role {
        RaftRole::Unattached => format!("knows no leader in epoch {epoch}"),
        RaftRole::Prospective => format!("asks whether it would be elected, epoch {epoch}{known}"),
        RaftRole::Candidate => format!("stands for election in epoch {epoch}"),
        RaftRole::Follower => {
            let leader = leader.map_or("?".into(), |leader| leader.to_string());
            format!("follows controller {leader} in epoch {epoch}")
        }
        RaftRole::Leader => format!("leads the quorum in epoch {epoch}"),
        RaftRole::Resigned => format!("has resigned in epoch {epoch}"),
    }
}
