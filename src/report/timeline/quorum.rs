//! What a reader wants to know of several controllers: who stands for election, who is the active one, and since when no
//! longer.

use super::Timeline;
use crate::history::fact::{Fact, RaftRole};
use crate::protocol::ids::{ControllerId, LeaderEpoch};
use crate::sim::time::Nanos;

impl Timeline {
    /// Takes a fact of the quorum.
    pub(super) fn quorum(&mut self, at: Nanos, fact: &Fact) {
        let name = |id: ControllerId| format!("controller {id}");
        match *fact {
            // The first election is none that anybody waits for.
            Fact::ControllerActivated { epoch: LeaderEpoch(1), .. } => {}
            Fact::ControllerActivated { controller, epoch } => {
                self.line(at, name(controller), format!("is the active controller, epoch {epoch}"));
            }
            Fact::ControllerResigned { controller, epoch } => {
                self.line(at, name(controller), format!("is no longer the active controller of epoch {epoch}"));
            }
            Fact::RaftRoleChanged { controller, epoch, role: RaftRole::Candidate, .. } if epoch.0 > 1 => {
                self.line(at, name(controller), format!("stands for election, epoch {epoch}"));
            }
            Fact::RaftRoleChanged { controller, epoch, role: RaftRole::Resigned, .. } => {
                self.line(at, name(controller), format!("has resigned in epoch {epoch}: it cannot lead there again"));
            }
            Fact::MetadataLogTruncated { controller, from, to } if to < from => {
                let records = from.0 - to.0;
                let text =
                    format!("cuts {records} records off its metadata log ({from} -> {to}): they were not committed");
                self.line(at, name(controller), text);
            }
            _ => {}
        }
    }
}
