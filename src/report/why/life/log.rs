//! What became of a record's copies in the logs: who wrote, fetched, committed, cut and replaced it.

use super::super::stamps::{PassportStation, Stamps, Weight};
use super::Scene;
use crate::history::fact::{Election, Entry, Fact, LogStartReason, ReplicaRole, StopKind, TruncationReason};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::sim::time::Nanos;

/// The record at one offset of the log.
#[derive(Clone, Debug)]
pub struct LogPlace {
    /// When.
    pub at: Nanos,
    /// Under which producer id and epoch.
    pub producer: (ProducerId, ProducerEpoch),
    /// Where.
    pub offset: Offset,
    /// Who wrote it there as leader.
    pub writer: BrokerId,
    /// Somebody else was leader in committed metadata by then, or nobody.
    pub deposed: bool,
    /// Replicas that have it there now.
    pub holders: BrokerList,
    /// Replicas that ever had it there.
    pub ever: BrokerList,
    /// Replicas whose disk has confirmed it.
    pub flushed: BrokerList,
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
    /// Its disk had said that it was there.
    FlushedInVain,
    /// The broker is no replica of the partition any more.
    Moved,
}

/// A leader that does not have the record, though others do or did.
#[derive(Clone, Copy, Debug)]
pub struct Lacking {
    /// Since when.
    pub at: Nanos,
    /// Who.
    pub leader: BrokerId,
    /// How it came to lead.
    pub election: Election,
    /// Where its epoch begins, once it acts.
    pub start: Option<Offset>,
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Copies {
    /// In the order in which they were written.
    pub places: Vec<LogPlace>,
    /// Committed metadata has told who leads. A trimmed history may not.
    is_known: bool,
    /// Leader, and leader epoch.
    leader: Option<BrokerId>,
    epoch: LeaderEpoch,
    /// The ISR.
    isr: BrokerList,
    /// What a leader refused it with.
    pub refused: Option<ErrorCode>,
    /// What the application has sent again for it, where that stands.
    pub resent: Vec<(Tp, Offset)>,
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
    /// Its producer has sent it.
    pub sent: bool,
    /// When the leader of committed metadata came to lead.
    led_since: Nanos,
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
    /// Where it stands, as long as the leader that counts has it.
    pub fn standing(&self) -> Option<Offset> {
        self.places.last().filter(|place| self.lacking.is_none() && !place.deposed).map(|place| place.offset)
    }
    /// Who leads in committed metadata.
    pub fn leader_of_cluster(&self) -> Option<BrokerId> {
        self.leader
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
    pub fn observe(&mut self, entry: &Entry, scene: &Scene, stamps: &mut Stamps, matters: bool) {
        let tp = scene.record.tp;
        match entry.fact {
            Fact::Appended { broker, role: ReplicaRole::Leader, tp: on, base_offset, count, node, ordinal, .. }
                if let Some(offset) = scene.resend_at(node, on, ordinal, count, base_offset) =>
            {
                self.resent.push((on, offset));
                let place = scene.setup.catalog.tp_name(on);
                let text = format!("appends what was sent again, at {place}@{offset}");
                stamps.note(entry, PassportStation::Appended, Weight::Point, name(broker), text);
            }
            Fact::Appended { tp: on, .. } if on == tp => self.appended(entry, scene, stamps, matters),
            Fact::DuplicateDropped { broker, tp, node, ordinal, count, .. }
                if scene.holds(node, tp, ordinal, count) =>
            {
                let text = "has it already, and answers with its old offset";
                stamps.note(entry, PassportStation::Recognised, Weight::Turn, name(broker), text);
            }
            Fact::ProduceRefused { broker, tp, node, ordinal, count, error }
                if scene.holds(node, tp, ordinal, count) =>
            {
                self.refused = Some(error);
                let text = format!("refuses it: {}", error.name());
                stamps.note(entry, PassportStation::Refused, Weight::Turn, name(broker), text);
            }
            Fact::HighWatermarkAdvanced { broker, tp: on, high_watermark, isr, .. } if on == tp => {
                for place in &mut self.places {
                    let new = place.committed.is_none() && place.offset < high_watermark;
                    if new && place.holders.contains(broker) {
                        place.committed = Some(isr);
                        let alone = if isr.len() == 1 { ", which is the leader alone" } else { "" };
                        let text =
                            format!("commits it (high watermark {high_watermark}): all of isr {isr} have it{alone}");
                        stamps.note(entry, PassportStation::Committed, Weight::Turn, name(broker), text);
                        stamps.last_needed(isr);
                    }
                }
            }
            Fact::Flushed { broker, tp: on, offset } if on == tp => {
                for place in self.places.iter_mut().filter(|p| p.offset < offset && p.holders.contains(broker)) {
                    place.flushed.insert(broker);
                }
            }
            Fact::BecameLeader { broker, tp: on, start, .. } if on == tp => {
                let lacking = self.lacking.as_mut().filter(|lacking| lacking.leader == broker);
                if let Some(lacking) = lacking.filter(|lacking| lacking.start.is_none()) {
                    lacking.start = Some(start);
                    let text = format!("leads {} from offset {start} on", scene.partition());
                    stamps.note(entry, PassportStation::Elected, Weight::Detail, name(broker), text);
                }
            }
            Fact::PartitionChanged { tp: on, leader, leader_epoch, isr, election, .. } if on == tp => {
                self.changed(entry, scene, stamps, matters, (leader, leader_epoch, isr, election));
            }
            Fact::Truncated { broker, tp: on, to, reason, .. } if on == tp => {
                let to = if reason == TruncationReason::Reset { Offset(0) } else { to };
                if self.drop(broker, to, Gone::Truncated) {
                    let text = format!("truncates {} to {to}, and the record with it", scene.partition());
                    stamps.note(entry, PassportStation::Cut, Weight::Point, name(broker), text);
                }
            }
            Fact::ReplicaDeleted { broker, tp: on, .. } if on == tp && self.drop(broker, Offset(0), Gone::Moved) => {
                let text = format!("is no replica of {} any more, and deletes its log", scene.partition());
                stamps.note(entry, PassportStation::Cut, Weight::Point, name(broker), text);
            }
            Fact::LogStartMoved { broker, tp: on, from, to, reason, .. } if on == tp => {
                let gone = |place: &LogPlace| (from..to).contains(&place.offset) && place.holders.contains(broker);
                if self.places.iter().any(gone) {
                    let why = match reason {
                        LogStartReason::SegmentDeletion => "deletes the segment that holds it",
                        LogStartReason::ClientRecordDeletion => "deletes it, as an administrator wants it",
                        LogStartReason::LeaderOffsetIncremented => "has no more of it than its leader",
                    };
                    let text = format!("{why}: {} begins at {to} now", scene.partition());
                    let weight =
                        if reason == LogStartReason::LeaderOffsetIncremented { Weight::Detail } else { Weight::Point };
                    stamps.note(entry, PassportStation::Cut, weight, name(broker), text);
                }
            }
            Fact::LogRecovered { broker, tp: on, log_end, .. } if on == tp => {
                let lied = self.places.iter().any(|p| p.offset >= log_end && p.flushed.contains(broker));
                if self.drop(broker, log_end, if lied { Gone::FlushedInVain } else { Gone::Unflushed }) {
                    let text =
                        format!("recovers {} up to {log_end}: the record had not reached its disk", scene.partition());
                    stamps.note(entry, PassportStation::Cut, Weight::Point, name(broker), text);
                }
            }
            Fact::BrokerFenced { broker } if matters && self.matters(broker) => {
                let text = format!("broker {broker} fenced");
                stamps.note_cause(entry, PassportStation::Fenced, Weight::Detail, "controller", text);
            }
            Fact::ProcessStopped { node, kind } if matters => {
                if let Some(broker) = scene.setup.catalog.broker_of(node).filter(|b| self.matters(*b)) {
                    self.stopped(entry, scene, stamps, broker, kind);
                }
            }
            Fact::ProcessStarted { node } if matters => {
                if let Some(broker) = scene.setup.catalog.broker_of(node).filter(|b| self.ever_held_by(*b)) {
                    stamps.note(entry, PassportStation::Started, Weight::Aside, name(broker), "process starts again");
                }
            }
            _ => {}
        }
    }

    /// Whether what befalls a broker befalls the record.
    fn matters(&self, broker: BrokerId) -> bool {
        self.held_by(broker) || self.leader == Some(broker)
    }

    fn stopped(&mut self, entry: &Entry, scene: &Scene, stamps: &mut Stamps, broker: BrokerId, kind: StopKind) {
        let leads = self.leader == Some(broker);
        if leads && self.held_by(broker) {
            self.died = Some((entry.at, broker, kind));
        }
        let what = match kind {
            StopKind::Clean => "stops cleanly",
            StopKind::Crash => "crashes",
            StopKind::PowerLoss => "loses power",
        };
        let role = if leads { format!(" (leader of {})", scene.partition()) } else { String::new() };
        let weight = if leads || kind == StopKind::PowerLoss { Weight::Point } else { Weight::Turn };
        stamps.note(entry, PassportStation::Stopped, weight, name(broker), format!("{what}{role}"));
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

    fn appended(&mut self, entry: &Entry, scene: &Scene, stamps: &mut Stamps, matters: bool) {
        let Fact::Appended {
            broker,
            role,
            base_offset,
            count,
            leader_epoch,
            node,
            ordinal,
            tp,
            producer_id,
            producer_epoch,
            ..
        } = entry.fact
        else {
            return;
        };
        if !scene.holds(node, tp, ordinal, count) {
            if role == ReplicaRole::Leader {
                self.others(entry, scene, stamps, broker, (node, ordinal, count, base_offset));
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
                stamps.note(entry, PassportStation::Appended, Weight::Point, name(broker), text);
                let holders: BrokerList = [broker].into_iter().collect();
                let deposed = self.is_known && self.leader != Some(broker);
                if deposed {
                    let who = self.leader.map_or("nobody".into(), name);
                    let text = format!(
                        "{who} leads {}, epoch {}: {} is deposed, and does not know it yet",
                        scene.partition(),
                        self.epoch,
                        name(broker)
                    );
                    stamps.note_before(self.led_since, PassportStation::Elected, Weight::Point, "controller", text);
                }
                let flushed = BrokerList::EMPTY;
                self.places.push(LogPlace {
                    at: entry.at,
                    producer: (producer_id, producer_epoch),
                    offset,
                    writer: broker,
                    deposed,
                    holders,
                    ever: holders,
                    flushed,
                    committed: None,
                });
            }
            ReplicaRole::Follower => {
                let Some(place) = self.places.iter_mut().rev().find(|place| place.offset == offset) else { return };
                place.holders.insert(broker);
                place.ever.insert(broker);
                // One copy more, or one that a broker fetches again after it had cut its log.
                let copy = if self.places.len() > 1 { format!("copies it, at {offset}") } else { "copies it".into() };
                if matters {
                    stamps.note(entry, PassportStation::Replicated, Weight::Detail, name(broker), copy);
                }
            }
        }
    }

    /// Another record was written: before this one though sent later, or where this one was.
    fn others(
        &mut self,
        entry: &Entry,
        scene: &Scene,
        stamps: &mut Stamps,
        broker: BrokerId,
        (node, ordinal, count, base): (NodeId, u32, u32, Offset),
    ) {
        let later = node == scene.record.node && ordinal > scene.record.ordinal;
        if later && self.sent && self.places.is_empty() && self.overtaken.is_none() {
            self.overtaken = Some((ordinal, base));
            let record = if count == 1 {
                format!("appends a later record, number {ordinal}, at {}", scene.place(base))
            } else {
                format!("appends later records, {ordinal} to {}, from {}", ordinal + count - 1, scene.place(base))
            };
            stamps.note(entry, PassportStation::Replaced, Weight::Point, name(broker), record);
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
            stamps.note(entry, PassportStation::Replaced, Weight::Turn, name(broker), text);
        }
    }

    fn changed(
        &mut self,
        entry: &Entry,
        scene: &Scene,
        stamps: &mut Stamps,
        matters: bool,
        (leader, epoch, isr, election): (Option<BrokerId>, LeaderEpoch, BrokerList, Election),
    ) {
        let (led, before) = (self.leader, self.epoch);
        let shrunk = isr.len() < self.isr.len();
        (self.leader, self.epoch, self.isr, self.is_known) = (leader, epoch, isr, true);
        if leader != led {
            self.led_since = entry.at;
        }
        if !matters || self.lacking.is_some() {
            return;
        }
        let partition = scene.partition();
        if leader == led {
            let weight = if shrunk && isr.len() == 1 { Weight::Turn } else { Weight::Aside };
            let text = format!("isr of {partition} is {isr}");
            return stamps.note(entry, PassportStation::Isr, weight, "controller", text);
        }
        let lacks = leader.filter(|leader| !self.places.is_empty() && !self.held_by(*leader));
        self.lacking = lacks.map(|leader| Lacking { at: entry.at, leader, election, start: None });
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
        let weight = if lacks.is_some() { Weight::Point } else { Weight::Turn };
        stamps.note(entry, PassportStation::Elected, weight, "controller", text);
    }
}

fn name(broker: BrokerId) -> String {
    format!("broker {broker}")
}
