//! What became of a record's copies in the logs: who wrote, fetched, committed, cut and replaced it.

use super::super::steps::{Steps, Weight};
use super::Scene;
use crate::history::fact::{Election, Entry, Fact, ReplicaRole, StopKind, TruncationReason};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::sim::time::Nanos;

/// The record at one offset of the log.
#[derive(Clone, Debug)]
pub struct LogPlace {
    /// Where.
    pub offset: Offset,
    /// Who wrote it there as leader.
    pub writer: BrokerId,
    /// Replicas that have it there now.
    pub holders: BrokerList,
    /// Replicas that ever had it there.
    pub ever: BrokerList,
    /// A high watermark has passed it, and with which ISR.
    pub committed: Option<BrokerList>,
}

/// How a replica lost it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Gone {
    /// Cut, to follow a leader.
    Truncated,
    /// It had not reached the disk when the process or the machine went.
    Unflushed,
}

/// A leader that does not have the record, though others do or did.
#[derive(Clone, Copy, Debug)]
pub struct Lacking {
    /// Who.
    pub leader: BrokerId,
    /// How it came to lead.
    pub election: Election,
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Copies {
    /// In the order in which they were written.
    pub places: Vec<LogPlace>,
    /// Leader, and leader epoch.
    leader: Option<BrokerId>,
    epoch: LeaderEpoch,
    /// The ISR.
    isr: BrokerList,
    /// What a leader refused it with.
    pub refused: Option<ErrorCode>,
    /// A later record of the same producer that was written before it: its number and offset.
    pub overtaken: Option<(u32, Offset)>,
    /// The last leader that held it and then stopped.
    pub died: Option<(Nanos, BrokerId, StopKind)>,
    /// The first leader without it.
    pub lacking: Option<Lacking>,
    /// Who lost it, and how.
    pub gone: Vec<(BrokerId, Gone)>,
    /// Another record stands in its place.
    replaced: bool,
}

impl Copies {
    /// Where it was written first.
    pub fn first(&self) -> Option<Offset> {
        self.places.first().map(|place| place.offset)
    }
    /// Where it was written last.
    pub fn latest(&self) -> Option<Offset> {
        self.places.last().map(|place| place.offset)
    }
    /// Nobody has it any more.
    pub fn over(&self) -> bool {
        !self.places.is_empty() && self.places.iter().all(|place| place.holders.is_empty())
    }
    /// A high watermark has passed it.
    pub fn committed(&self) -> bool {
        self.places.iter().any(|place| place.committed.is_some())
    }
    fn held_by(&self, broker: BrokerId) -> bool {
        self.places.iter().any(|place| place.holders.contains(broker))
    }
    /// Whether a broker has, or had, it.
    pub fn ever_held_by(&self, broker: BrokerId) -> bool {
        self.places.iter().any(|place| place.ever.contains(broker))
    }

    /// Takes the next fact. `matters`: what happens around the record may decide
    /// what becomes of it.
    pub fn observe(&mut self, entry: &Entry, scene: &Scene, steps: &mut Steps, matters: bool) {
        let (at, tp) = (entry.at, scene.record.tp);
        match entry.fact {
            Fact::Appended { tp: on, .. } if on == tp => self.appended(entry, scene, steps, matters),
            Fact::DuplicateDropped { broker, tp, node, ordinal, count, .. }
                if scene.holds(node, tp, ordinal, count) =>
            {
                steps.note(at, Weight::Turn, name(broker), "has it already, and answers with its old offset");
            }
            Fact::ProduceRefused { broker, tp, node, ordinal, count, error }
                if scene.holds(node, tp, ordinal, count) =>
            {
                self.refused = Some(error);
                steps.note(at, Weight::Turn, name(broker), format!("refuses it: {}", error.name()));
            }
            Fact::HighWatermarkAdvanced { broker, tp: on, high_watermark, isr, .. } if on == tp => {
                for place in &mut self.places {
                    let new = place.committed.is_none() && place.offset < high_watermark;
                    if new && place.holders.contains(broker) {
                        place.committed = Some(isr);
                        let alone = if isr.len() == 1 { ", which is the leader alone" } else { "" };
                        let text =
                            format!("commits it (high watermark {high_watermark}): all of isr {isr} have it{alone}");
                        steps.note(at, Weight::Turn, name(broker), text);
                    }
                }
            }
            Fact::PartitionChanged { tp: on, leader, leader_epoch, isr, election, .. } if on == tp => {
                self.changed(at, scene, steps, matters, (leader, leader_epoch, isr, election));
            }
            Fact::Truncated { broker, tp: on, to, reason, .. } if on == tp => {
                let to = if reason == TruncationReason::Reset { Offset(0) } else { to };
                if self.drop(broker, to, Gone::Truncated) {
                    let text = format!("truncates {} to {to}, and the record with it", scene.partition());
                    steps.note_together(at, Weight::Point, name(broker), text);
                }
            }
            Fact::LogRecovered { broker, tp: on, log_end, .. } if on == tp => {
                let lost = self.drop(broker, log_end, Gone::Unflushed);
                if lost {
                    let text =
                        format!("recovers {} up to {log_end}: the record had not reached its disk", scene.partition());
                    steps.note_together(at, Weight::Point, name(broker), text);
                }
            }
            Fact::BrokerFenced { broker } if matters && self.matters(broker) => {
                steps.note_cause(at, Weight::Detail, "controller", format!("broker {broker} fenced"));
            }
            Fact::ProcessStopped { node, kind } if matters => {
                if let Some(broker) = scene.setup.catalog.broker_of(node).filter(|b| self.matters(*b)) {
                    self.stopped(at, scene, steps, broker, kind);
                }
            }
            Fact::ProcessStarted { node } if matters => {
                if let Some(broker) = scene.setup.catalog.broker_of(node).filter(|b| self.ever_held_by(*b)) {
                    steps.note(at, Weight::Aside, name(broker), "process starts again");
                }
            }
            _ => {}
        }
    }

    /// Whether what befalls a broker befalls the record.
    fn matters(&self, broker: BrokerId) -> bool {
        self.held_by(broker) || self.leader == Some(broker)
    }

    fn stopped(&mut self, at: Nanos, scene: &Scene, steps: &mut Steps, broker: BrokerId, kind: StopKind) {
        let leads = self.leader == Some(broker);
        if leads && self.held_by(broker) {
            self.died = Some((at, broker, kind));
        }
        let what = match kind {
            StopKind::Clean => "stops cleanly",
            StopKind::Crash => "crashes",
            StopKind::PowerLoss => "loses power",
        };
        let role = if leads { format!(" (leader of {})", scene.partition()) } else { String::new() };
        let weight = if leads || kind == StopKind::PowerLoss { Weight::Point } else { Weight::Turn };
        steps.note_together(at, weight, name(broker), format!("{what}{role}"));
    }

    /// Removes a broker's copies at and above `end`. Returns whether there were any.
    fn drop(&mut self, broker: BrokerId, end: Offset, how: Gone) -> bool {
        let mut any = false;
        for place in self.places.iter_mut().filter(|p| p.offset >= end && p.holders.contains(broker)) {
            place.holders.remove(broker);
            any = true;
        }
        if any {
            self.gone.push((broker, how));
        }
        any
    }

    fn appended(&mut self, entry: &Entry, scene: &Scene, steps: &mut Steps, matters: bool) {
        let Fact::Appended { broker, role, base_offset, count, leader_epoch, node, ordinal, tp, .. } = entry.fact
        else {
            return;
        };
        let at = entry.at;
        if !scene.holds(node, tp, ordinal, count) {
            if role == ReplicaRole::Leader {
                self.others(at, scene, steps, broker, (node, ordinal, count, base_offset));
            }
            return;
        }
        let offset = scene.offset(base_offset, ordinal);
        match role {
            ReplicaRole::Leader => {
                let text = match (self.places.is_empty(), self.over()) {
                    (true, _) => format!("appends it at {} (leader, epoch {leader_epoch})", scene.place(offset)),
                    (_, true) => format!("appends it anew, at {} (leader, epoch {leader_epoch})", scene.place(offset)),
                    _ => format!("appends it again, at {}: a second copy", scene.place(offset)),
                };
                steps.note(at, Weight::Point, name(broker), text);
                let holders: BrokerList = [broker].into_iter().collect();
                self.places.push(LogPlace { offset, writer: broker, holders, ever: holders, committed: None });
            }
            ReplicaRole::Follower => {
                let Some(place) = self.places.iter_mut().rev().find(|place| place.offset == offset) else { return };
                place.holders.insert(broker);
                place.ever.insert(broker);
                // One copy more, or one that a broker fetches again after it had cut its log.
                let copy = if self.places.len() > 1 { format!("copies it, at {offset}") } else { "copies it".into() };
                if matters {
                    steps.note_together(at, Weight::Detail, name(broker), copy);
                }
            }
        }
    }

    /// Another record was written: before this one though sent later, or where this one was.
    fn others(
        &mut self,
        at: Nanos,
        scene: &Scene,
        steps: &mut Steps,
        broker: BrokerId,
        (node, ordinal, count, base): (NodeId, u32, u32, Offset),
    ) {
        let later = node == scene.record.node && ordinal > scene.record.ordinal;
        if later && self.places.is_empty() && self.overtaken.is_none() {
            self.overtaken = Some((ordinal, base));
            let record = if count == 1 {
                format!("appends a later record, number {ordinal}, at {}", scene.place(base))
            } else {
                format!("appends later records, {ordinal} to {}, from {}", ordinal + count - 1, scene.place(base))
            };
            steps.note(at, Weight::Point, name(broker), record);
        }
        let lost = self
            .places
            .iter()
            .find(|place| !place.holders.contains(broker) && (base..base.plus(count)).contains(&place.offset));
        if let Some(place) = lost.filter(|_| !self.replaced) {
            let other = ordinal + (place.offset.0 - base.0) as u32;
            let text = format!(
                "appends another record at {}: number {other} of {}",
                scene.place(place.offset),
                scene.node(node)
            );
            self.replaced = true;
            steps.note(at, Weight::Turn, name(broker), text);
        }
    }

    fn changed(
        &mut self,
        at: Nanos,
        scene: &Scene,
        steps: &mut Steps,
        matters: bool,
        (leader, epoch, isr, election): (Option<BrokerId>, LeaderEpoch, BrokerList, Election),
    ) {
        let (led, before) = (self.leader, self.epoch);
        let shrunk = isr.len() < self.isr.len();
        (self.leader, self.epoch, self.isr) = (leader, epoch, isr);
        if !matters || self.lacking.is_some() {
            return;
        }
        let partition = scene.partition();
        if leader == led {
            let weight = if shrunk && isr.len() == 1 { Weight::Turn } else { Weight::Aside };
            return steps.note(at, weight, "controller", format!("isr of {partition} is {isr}"));
        }
        let lacks = leader.filter(|leader| !self.places.is_empty() && !self.held_by(*leader));
        self.lacking = lacks.map(|leader| Lacking { leader, election });
        let without = if lacks.is_some() { "; it does not have the record" } else { "" };
        let text = match (leader, election) {
            (None, _) => format!("{partition} has no leader, epoch {before} -> {epoch}, isr {isr}"),
            (Some(leader), Election::Unclean) => {
                format!(
                    "UNCLEAN election: broker {leader} leads {partition}, epoch {before} -> {epoch}, isr {isr}{without}"
                )
            }
            (Some(leader), _) => {
                format!("broker {leader} leads {partition}, epoch {before} -> {epoch}, isr {isr}{without}")
            }
        };
        steps.note(at, if lacks.is_some() { Weight::Point } else { Weight::Turn }, "controller", text);
    }
}

fn name(broker: BrokerId) -> String {
    format!("broker {broker}")
}
