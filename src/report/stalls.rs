//! Partitions on which a consumer stands still although there is more to read.
//!
//! A reader may have reasons: its records are in the application's hands, other partitions have their turn,
//! the partition has no leader. Where there is none for [`LONG`], the timeline says so.

use std::rc::Rc;

use crate::history::fact::{Entry, Fact};
use crate::history::setup::Setup;
use crate::history::view::ClusterView;
use crate::protocol::config::IsolationLevel;
use crate::protocol::ids::*;
use crate::sim::time::Nanos;

/// Standing still for less than this is waiting.
pub const LONG: Nanos = Nanos::from_secs(10);
/// Whose other partitions were read so often meanwhile does not just take turns.
const TURNS: u32 = 3;
const SECOND: Nanos = Nanos::from_secs(1);

/// A consumer stands still.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stall {
    /// Who.
    pub node: NodeId,
    /// On which partitions.
    pub partitions: Vec<Tp>,
    /// Since when, on the first of them.
    pub since: Nanos,
    /// How many records wait.
    pub waiting: u64,
    /// It has no position there at all.
    pub nowhere: bool,
    /// The line of the timeline that tells it, and where it still stands still.
    line: usize,
    open: Vec<Tp>,
}

/// What a group's reader does on a partition.
#[derive(Clone, Copy, Debug, Default)]
struct Reader {
    owner: Option<NodeId>,
    position: Option<Offset>,
    /// Since when there is something to read and nothing was read.
    waiting: Option<Nanos>,
    /// How often poll() has returned records of other partitions since.
    others: u32,
    told: bool,
    /// Its application has paused it until the next record is due.
    is_paused: bool,
}

#[derive(Clone, Copy, Debug, Default)]
struct ProcessReads {
    up: bool,
    /// Records in the application's hands.
    in_hand: u64,
    /// When its application last did anything.
    active: Nanos,
    /// The event in which poll() last returned something: one poll() has many facts.
    polled: u64,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Stalls {
    setup: Rc<Setup>,
    /// By partition, in committed metadata.
    leaders: Vec<Option<BrokerId>>,
    /// By group and partition.
    readers: Vec<Vec<Reader>>,
    processes: Vec<ProcessReads>,
    told: Vec<Stall>,
    next: Nanos,
}

impl Stalls {
    /// Before the first fact.
    pub fn new(setup: Rc<Setup>) -> Stalls {
        let partitions = setup.catalog.partition_count() as usize;
        Stalls {
            leaders: vec![None; partitions],
            readers: vec![vec![Reader::default(); partitions]; setup.catalog.groups.len()],
            processes: vec![ProcessReads::default(); setup.catalog.nodes.len()],
            told: Vec::new(),
            next: SECOND,
            setup,
        }
    }

    /// A line was put in before others.
    pub fn shift(&mut self, place: usize) {
        self.told.iter_mut().filter(|stall| stall.line >= place).for_each(|stall| stall.line += 1);
    }

    /// Looks around once a second: who stands still now. `line`: where the first of them will be told.
    pub fn look(&mut self, at: Nanos, view: &ClusterView, line: usize) -> Vec<Stall> {
        if at < self.next {
            return Vec::new();
        }
        self.next = Nanos((at.0 / SECOND.0 + 1) * SECOND.0);
        let mut found: Vec<Stall> = Vec::new();
        for group in 0..self.readers.len() {
            for tp in 0..self.leaders.len() {
                let tp = Tp(tp as u32);
                if let Some((node, since)) = self.stands_still(at, view, group, tp) {
                    let reader = &mut self.readers[group][tp.index()];
                    reader.told = true;
                    let (nowhere, position) = (reader.position.is_none(), reader.position.unwrap_or(Offset(0)));
                    let waiting = (self.end(view, group, tp).0 - position.0).max(0) as u64;
                    match found.iter_mut().find(|stall| stall.node == node && stall.nowhere == nowhere) {
                        Some(stall) => {
                            stall.partitions.push(tp);
                            stall.waiting += waiting;
                            stall.since = stall.since.min(since);
                        }
                        None => {
                            let line = line + found.len();
                            let partitions = vec![tp];
                            found.push(Stall { node, partitions, since, waiting, nowhere, line, open: Vec::new() });
                        }
                    }
                }
            }
        }
        found.iter_mut().for_each(|stall| stall.open = stall.partitions.clone());
        self.told.extend(found.iter().cloned());
        found
    }

    /// The reader that stands still without a reason, and since when.
    fn stands_still(&self, at: Nanos, view: &ClusterView, group: usize, tp: Tp) -> Option<(NodeId, Nanos)> {
        let reader = &self.readers[group][tp.index()];
        let (node, since) = (reader.owner?, reader.waiting.filter(|_| !reader.is_paused)?);
        let process = &self.processes[node.index()];
        let leader = view.reigning(tp)?;
        let leads = self.processes[self.setup.catalog.broker_node(leader).index()].up;
        let idle = process.in_hand == 0 && at.saturating_sub(process.active) >= LONG;
        let passed_over = reader.others >= TURNS;
        let still = !reader.told && process.up && leads && at.saturating_sub(since) >= LONG && (idle || passed_over);
        still.then_some((node, since))
    }

    fn reader(&mut self, node: NodeId, tp: Tp) -> Option<&mut Reader> {
        let group = self.setup.catalog.nodes[node.index()].role.group()?;
        // A member of a share group has no positions.
        let owns = !self.setup.catalog.is_share_group(group);
        owns.then(|| &mut self.readers[group.index()][tp.index()])
    }

    /// Where what a group's members may read of a partition ends. What is not decided yet is no reason to stand still
    /// for who reads everything, and none to get on for who reads what is committed.
    fn end(&self, view: &ClusterView, group: usize, tp: Tp) -> Offset {
        let member = self.setup.consumers.iter().find(|consumer| consumer.group.index() == group);
        view.partition(tp).readable(member.map_or(IsolationLevel::ReadUncommitted, |member| member.isolation_level))
    }

    /// Takes the next fact; `view` shows the state after it. Returns the line of the stall that it ends, if it
    /// ends one.
    pub fn observe(&mut self, entry: &Entry, view: &ClusterView) -> Option<usize> {
        let at = entry.at;
        match entry.fact {
            Fact::ProcessStarted { node } => {
                self.processes[node.index()] = ProcessReads { up: true, active: at, ..ProcessReads::default() };
                self.led_anew(at, node);
            }
            Fact::ProcessStopped { node, .. } => {
                self.processes[node.index()].up = false;
                for reader in self.readers.iter_mut().flatten().filter(|reader| reader.owner == Some(node)) {
                    *reader = Reader::default();
                }
            }
            Fact::ProcessPaused { node, paused } => {
                (self.processes[node.index()].up, self.processes[node.index()].active) = (!paused, at);
                self.led_anew(at, node);
            }
            // Whoever pauses a partition stands still on purpose, be it to wait for the time of a retry or as its steps say.
            Fact::PartitionPaused { node, tp, paused } => {
                if let Some(reader) = self.reader(node, tp) {
                    reader.is_paused = paused;
                    reader.waiting = reader.waiting.map(|_| at);
                }
            }
            Fact::PartitionChanged { tp, leader, .. } => {
                let before = std::mem::replace(&mut self.leaders[tp.index()], leader);
                if before != leader {
                    self.restart(at, tp);
                }
            }
            Fact::HighWatermarkAdvanced { tp, .. } | Fact::LastStableOffsetMoved { tp, .. } => {
                for group in 0..self.readers.len() {
                    let end = self.end(view, group, tp);
                    let reader = &mut self.readers[group][tp.index()];
                    let more = reader.position.unwrap_or(Offset(0)) < end;
                    if reader.owner.is_some() && reader.waiting.is_some() != more {
                        reader.waiting = more.then_some(at);
                    }
                }
            }
            Fact::PartitionAssigned { node, tp, .. } => {
                let group = self.setup.catalog.nodes[node.index()].role.group();
                let end = group.map_or(Offset(0), |group| self.end(view, group.index(), tp));
                if let Some(reader) = self.reader(node, tp) {
                    *reader = Reader { owner: Some(node), waiting: (end.0 > 0).then_some(at), ..Reader::default() };
                }
            }
            Fact::PartitionRevoked { node, tp, .. } => {
                if let Some(reader) = self.reader(node, tp) {
                    *reader = Reader::default();
                }
                return self.over(node, tp);
            }
            Fact::PositionFromCommit { node, tp, offset }
            | Fact::PositionReset { node, tp, offset, .. }
            | Fact::PositionSought { node, tp, offset } => return self.moved(at, view, node, tp, offset),
            Fact::PositionTruncated { node, tp, to, .. } | Fact::OffsetsPassedOver { node, tp, to, .. } => {
                return self.moved(at, view, node, tp, to);
            }
            Fact::RecordsPolled { node, tp, offset, count, .. } => {
                let process = &mut self.processes[node.index()];
                (process.in_hand, process.active) = (process.in_hand + u64::from(count), at);
                let another = std::mem::replace(&mut process.polled, entry.event) != entry.event;
                if let (true, Some(group)) = (another, self.setup.catalog.nodes[node.index()].role.group()) {
                    let readers = self.readers[group.index()].iter_mut();
                    readers.filter(|r| r.owner == Some(node) && r.waiting.is_some()).for_each(|r| r.others += 1);
                }
                return self.moved(at, view, node, tp, offset.plus(count));
            }
            Fact::RecordsProcessed { node, count, .. } => {
                let process = &mut self.processes[node.index()];
                (process.in_hand, process.active) = (process.in_hand.saturating_sub(count.into()), at);
            }
            Fact::RecordFailed { node, skipped, .. } => {
                let process = &mut self.processes[node.index()];
                // Without the record it goes on with the others; else it starts over.
                process.in_hand = if skipped { process.in_hand.saturating_sub(1) } else { 0 };
                process.active = at;
            }
            _ => {}
        }
        None
    }

    /// A partition has another leader, or one that is back: only now can it be read.
    fn restart(&mut self, at: Nanos, tp: Tp) {
        for readers in &mut self.readers {
            let reader = &mut readers[tp.index()];
            reader.waiting = reader.waiting.map(|_| at);
        }
    }
    fn led_anew(&mut self, at: Nanos, node: NodeId) {
        let Some(broker) = self.setup.catalog.broker_of(node) else { return };
        let led: Vec<Tp> =
            (0..self.leaders.len()).filter(|tp| self.leaders[*tp] == Some(broker)).map(|tp| Tp(tp as u32)).collect();
        led.into_iter().for_each(|tp| self.restart(at, tp));
    }

    /// A reader got on.
    fn moved(&mut self, at: Nanos, view: &ClusterView, node: NodeId, tp: Tp, position: Offset) -> Option<usize> {
        let group = self.setup.catalog.nodes[node.index()].role.group()?;
        let end = self.end(view, group.index(), tp);
        let reader = self.reader(node, tp)?;
        let told = reader.told;
        reader.position = Some(position);
        (reader.waiting, reader.others, reader.told) = ((position < end).then_some(at), 0, false);
        if told { self.over(node, tp) } else { None }
    }

    /// The line of a stall that was told and ends with this partition.
    fn over(&mut self, node: NodeId, tp: Tp) -> Option<usize> {
        let place = self.told.iter().position(|stall| stall.node == node && stall.open.contains(&tp))?;
        let stall = &mut self.told[place];
        stall.open.retain(|open| *open != tp);
        stall.open.is_empty().then(|| self.told.remove(place).line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::Observer;
    use crate::history::fact::Election;
    use crate::protocol::catalog::Catalog;
    use crate::protocol::catalog::NodeRole;
    use crate::protocol::config::AutoOffsetReset;
    use crate::report::timeline::Timeline;

    const B1: BrokerId = BrokerId(1);
    const READER: NodeId = NodeId(1);
    const HOT: Tp = Tp(0);
    const COLD: Tp = Tp(1);

    /// What the timeline says of a consumer of two partitions, whose facts these are, by second.
    fn timeline(facts: &[(u64, Fact)]) -> Vec<String> {
        let mut catalog = Catalog::default();
        catalog.add_node("broker 1", NodeRole::Broker(B1));
        let group = catalog.add_group("billing");
        catalog.add_node("billing-0", NodeRole::consumer(group));
        catalog.add_topic("orders", 2);
        let mut timeline = Timeline::new(Rc::new(Setup { catalog, ..Setup::default() }));
        let mut all = vec![(0, Fact::ProcessStarted { node: NodeId(0) }), (0, Fact::ProcessStarted { node: READER })];
        all.push((0, Fact::BrokerRegistered { broker: B1, epoch: BrokerEpoch(1) }));
        for tp in [HOT, COLD] {
            let isr = [B1].into_iter().collect();
            let (leader_epoch, partition_epoch, election) = (LeaderEpoch(0), PartitionEpoch(0), Election::Clean);
            all.push((
                0,
                Fact::PartitionChanged { tp, leader: Some(B1), leader_epoch, partition_epoch, isr, election },
            ));
            all.push((0, Fact::PartitionAssigned { node: READER, tp, generation: Generation(1) }));
            let policy = AutoOffsetReset::Earliest;
            all.push((0, Fact::PositionReset { node: READER, tp, offset: Offset(0), policy, out_of_range: false }));
        }
        all.extend_from_slice(facts);
        for (event, (at, fact)) in all.into_iter().enumerate() {
            timeline.observe(&Entry { at: Nanos::from_secs(at), event: event as u64, fact });
        }
        timeline.lines().iter().map(|line| format!("{} {} {}", line.at, line.who, line.text)).collect()
    }
    fn written(tp: Tp, end: i64) -> Fact {
        let (epoch, isr) = (LeaderEpoch(0), [B1].into_iter().collect());
        let (high_watermark, log_end) = (Offset(end), Offset(end));
        Fact::HighWatermarkAdvanced { broker: B1, tp, epoch, high_watermark, log_end, isr, min_isr: 1 }
    }
    fn polled(tp: Tp, offset: i64, count: u32) -> Fact {
        Fact::RecordsPolled {
            node: READER,
            tp,
            offset: Offset(offset),
            count,
            origin: NodeId(0),
            ordinal: 0,
            leader_epoch: LeaderEpoch(0),
            high_watermark: Offset(offset + i64::from(count)),
            timestamp: Nanos::ZERO,
        }
    }
    fn processed(tp: Tp, offset: i64, count: u32) -> Fact {
        Fact::RecordsProcessed { node: READER, tp, offset: Offset(offset), count, origin: NodeId(0), ordinal: 0 }
    }

    #[test]
    fn a_reader_that_stands_still_is_told_once_and_when_it_goes_on() {
        let facts = [
            (5, written(HOT, 7)),
            (14, written(HOT, 8)),
            (16, written(HOT, 9)),
            (30, written(HOT, 10)),
            (35, polled(HOT, 0, 10)),
        ];
        assert_eq!(
            timeline(&facts),
            ["16.000s billing-0 stands still on orders-0 since 5.000s, with 9 records to read (until 35.000s)"]
        );
    }

    #[test]
    fn who_works_does_not_stand_still() {
        let facts = [
            (5, written(HOT, 500)),
            (5, written(COLD, 5)),
            (5, polled(HOT, 0, 500)),
            (60, written(COLD, 6)),
            (60, processed(HOT, 0, 500)),
            (60, polled(COLD, 0, 6)),
            (61, processed(COLD, 0, 6)),
            (200, written(COLD, 6)),
        ];
        assert_eq!(timeline(&facts), [""; 0]);
    }

    #[test]
    fn a_partition_that_is_passed_over_again_and_again_stands_still() {
        let mut facts = vec![(5, written(COLD, 5))];
        for second in 6..20 {
            facts.push((second, written(HOT, second as i64 - 5)));
            facts.push((second, polled(HOT, second as i64 - 6, 1)));
            facts.push((second, processed(HOT, second as i64 - 6, 1)));
        }
        assert_eq!(
            timeline(&facts),
            ["15.000s billing-0 stands still on orders-1 since 5.000s, with 5 records to read"]
        );
    }
}
