//! Runs made up for pictures: a flow of records through partitions whose leaders come and go.

use std::rc::Rc;

use crate::history::Observer;
use crate::history::fact::{Certainty, Election, Entry, Fact, GroupState};
use crate::history::setup::{CommitSetup, ConsumerSetup, FaultSetup, Setup, TopicSetup};
use crate::protocol::catalog::{CONSUMER_OFFSETS, NodeRole};
use crate::protocol::config::{AutoOffsetReset, ConsumerConfig, IsolationLevel, TopicConfig};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::Acks;
use crate::report::series::Series;
use crate::sim::time::Nanos;

const STEP_MS: u64 = 20;
const BROKERS: u8 = 3;

/// A run in the making.
pub struct Story {
    setup: Setup,
    facts: Vec<(Nanos, Fact)>,
    occurrences: u16,
}

/// How records flow: per partition and millisecond.
pub struct Flow {
    /// Records sent per step.
    pub sent: fn(u32, u64) -> u32,
    /// Whether the partition has a leader.
    pub up: fn(u32, u64) -> bool,
    /// Records that its consumer can take per step.
    pub read: fn(u32, u64) -> u32,
}

pub fn ms(n: u64) -> Nanos {
    Nanos::from_millis(n)
}
pub fn isr(brokers: &[u8]) -> BrokerList {
    brokers.iter().map(|b| BrokerId(*b)).collect()
}

impl Story {
    pub fn new(name: &str, duration_ms: u64, partitions: u32) -> Story {
        let mut setup = Setup { scenario: name.into(), seed: 7, duration: ms(duration_ms), ..Setup::default() };
        for broker in 1..=BROKERS {
            setup.catalog.add_node(format!("broker {broker}"), NodeRole::Broker(BrokerId(broker)));
        }
        setup.catalog.add_node("checkout-0", NodeRole::producer());
        setup.catalog.add_topic("orders", partitions);
        let topic = TopicSetup {
            replication_factor: 3,
            min_insync_replicas: 2,
            unclean_leader_election: false,
            flush_messages: u64::MAX,
            config: TopicConfig::default(),
        };
        setup.topics.push(topic);
        setup.catalog.add_topic(CONSUMER_OFFSETS, 1);
        let mut story = Story { setup, facts: Vec::new(), occurrences: 0 };
        for id in 1..=BROKERS {
            let (broker, epoch) = (BrokerId(id), BrokerEpoch(1));
            story.at(0, Fact::ProcessStarted { node: story.setup.catalog.broker_node(broker) });
            story.at(0, Fact::BrokerRegistered { broker, epoch });
        }
        // Broker 1 coordinates all groups, whatever happens.
        story.leads(partitions, 0, Some(1), &[1, 2, 3], 0, Election::Clean);
        for p in 0..partitions {
            let [a, b, c] = [0, 1, 2].map(|i| ((p + i) % 3) as u8 + 1);
            story.leads(p, 0, Some(a), &[a, b, c], 0, Election::Clean);
        }
        story
    }

    pub fn group(&mut self, name: &str) -> GroupId {
        let group = self.setup.catalog.add_group(name);
        let node = self.setup.catalog.add_node(format!("{name}-0"), NodeRole::consumer(group));
        self.setup.consumers.push(ConsumerSetup {
            instance: None,
            node,
            group,
            topics: vec![TopicId(0)],
            commit: CommitSetup::Auto,
            auto_offset_reset: AutoOffsetReset::Earliest,
            isolation_level: IsolationLevel::ReadUncommitted,
            max_poll_interval: ms(300_000),
            session_timeout: ms(45_000),
            skips_poison: false,
            commits_ahead: false,
            closes_on_failure: false,
            retries_commits: false,
            puts_aside: None,
            subscriptions: Vec::new(),
            backs_off: false,
            hands_off: false,
            pattern: false,
            regex: None,
            assigned: Vec::new(),
            without_group_id: false,
            commits_offsets: None,
            unordered: false,
            seeks: false,
            continues_after_abort: false,
            hides_generation: false,
            sink: None,
            client: None,
            config: ConsumerConfig::default(),
        });
        group
    }

    pub fn at(&mut self, at_ms: u64, fact: Fact) {
        self.facts.push((ms(at_ms), fact));
    }
    /// Forgets what happened before a moment and is not to be kept.
    pub fn facts_until(&mut self, before_ms: u64, keep: impl Fn(&Fact) -> bool) {
        self.facts.retain(|(at, fact)| *at >= ms(before_ms) || keep(fact));
    }
    pub fn leads(&mut self, p: u32, at: u64, leader: Option<u8>, in_sync: &[u8], epoch: i32, election: Election) {
        let (leader, isr) = (leader.map(BrokerId), isr(in_sync));
        let (leader_epoch, partition_epoch) = (LeaderEpoch(epoch), PartitionEpoch(epoch));
        self.at(at, Fact::PartitionChanged { tp: Tp(p), leader, leader_epoch, partition_epoch, isr, election });
    }
    pub fn fault(&mut self, label: &str, from: u64, to: Option<u64>) {
        let known = self.setup.faults.iter().position(|f| f.label == label);
        let fault = known.unwrap_or_else(|| {
            self.setup.faults.push(FaultSetup {
                label: label.into(),
                kind: "crash".into(),
                ends: true,
                conditional: false,
                factor: 0,
                may_miss: false,
            });
            self.setup.faults.len() - 1
        }) as u16;
        let occurrence = self.occurrences;
        self.occurrences += 1;
        self.at(from, Fact::FaultStarted { fault, occurrence, node: NodeId(0) });
        if let Some(to) = to {
            self.at(to, Fact::FaultEnded { fault, occurrence });
        }
    }
    pub fn rebalance(&mut self, group: GroupId, from: u64, to: u64) {
        let generation = Generation(1);
        self.at(
            from,
            Fact::GroupStateChanged {
                broker: BrokerId(1),
                group,
                state: GroupState::PreparingRebalance,
                generation,
                members: 3,
            },
        );
        self.at(
            to,
            Fact::GroupStateChanged { broker: BrokerId(1), group, state: GroupState::Stable, generation, members: 3 },
        );
    }
    pub fn give_up(&mut self, p: u32, at: u64, count: u32) {
        let (error, certainty) = (ErrorCode::NotEnoughReplicas, Certainty::Definite);
        self.at(
            at,
            Fact::BatchFailed {
                node: NodeId(3),
                tp: Tp(p),
                ordinal: 0,
                count,
                error: crate::protocol::exceptions::Exception::Answered(error),
                certainty,
                created: ms(at),
            },
        );
    }

    /// Lets records flow to the end; every group reads every partition.
    pub fn flow(&mut self, flow: &Flow) {
        let duration = self.setup.duration.as_millis();
        let partitions = self.setup.catalog.topics[0].partitions;
        let consumers: Vec<(NodeId, GroupId)> = self.setup.consumers.iter().map(|c| (c.node, c.group)).collect();
        let mut noise = Noise(1);
        let mut reigns: Vec<(Nanos, Tp, BrokerId)> = Vec::new();
        for (at, fact) in &self.facts {
            if let Fact::PartitionChanged { tp, leader: Some(leader), .. } = fact {
                reigns.push((*at, *tp, *leader));
            }
        }
        reigns.sort_by_key(|(at, ..)| *at);
        let leader = |tp: Tp, now: u64| {
            reigns
                .iter()
                .rev()
                .find(|(at, led, _)| *led == tp && *at <= ms(now))
                .map_or(BrokerId(1), |(.., leader)| *leader)
        };
        for p in 0..partitions {
            let (mut log, mut waiting) = (0i64, Vec::<(u64, u32)>::new());
            let mut positions = vec![0i64; consumers.len()];
            for now in (0..duration + 1_000).step_by(STEP_MS as usize) {
                let tp = Tp(p);
                let count = if now < duration { noise.about((flow.sent)(p, now)) } else { 0 };
                if count > 0 {
                    self.at(now, self.sent(tp, now, count));
                    waiting.push((now, count));
                }
                if !(flow.up)(p, now) {
                    continue;
                }
                let backlog = waiting.len() as u64;
                for (created, count) in std::mem::take(&mut waiting) {
                    let answered = now
                        + 2
                        + noise.about(3) as u64
                        + if backlog > 1 { 15 } else { 0 }
                        + if noise.next().is_multiple_of(60) { 9 } else { 0 };
                    log += i64::from(count);
                    self.acked((leader(tp, answered), tp), created, answered, count, log);
                }
                for (i, (node, group)) in consumers.iter().enumerate() {
                    let take = i64::from((flow.read)(p, now)).min(log - positions[i]) as u32;
                    if take > 0 {
                        let behind = ((log - positions[i]) as u64 * STEP_MS)
                            .checked_div(u64::from((flow.sent)(p, now)))
                            .unwrap_or(0);
                        let created = ms((now + 6 + noise.about(4) as u64).saturating_sub(behind + 4));
                        self.polled(*node, tp, positions[i], take, created, now + 6 + u64::from(noise.about(4)));
                        positions[i] += i64::from(take);
                    }
                    if now.is_multiple_of(1_000) {
                        self.at(
                            now,
                            Fact::OffsetStored {
                                broker: BrokerId(1),
                                group: *group,
                                tp,
                                offset: Offset(positions[i]),
                                member: MemberId(1),
                                generation: Generation(1),
                            },
                        );
                    }
                }
            }
        }
    }

    fn sent(&self, tp: Tp, now: u64, count: u32) -> Fact {
        let (producer_epoch, sequence) = (ProducerEpoch(0), Sequence(0));
        Fact::BatchSent {
            node: NodeId(3),
            tp,
            ordinal: 0,
            count,
            attempt: 0,
            created: ms(now),
            producer_epoch,
            sequence,
        }
    }
    fn acked(&mut self, (broker, tp): (BrokerId, Tp), created: u64, at: u64, count: u32, log: i64) {
        let (epoch, log_end) = (LeaderEpoch(0), Offset(log));
        let created = ms(created);
        self.at(
            at,
            Fact::BatchAcked { node: NodeId(3), tp, ordinal: 0, count, offset: Offset(log), acks: Acks::All, created },
        );
        self.at(
            at,
            Fact::HighWatermarkAdvanced {
                broker,
                tp,
                epoch,
                high_watermark: log_end,
                log_end,
                isr: isr(&[1, 2, 3]),
                min_isr: 2,
            },
        );
    }
    fn polled(&mut self, node: NodeId, tp: Tp, offset: i64, count: u32, timestamp: Nanos, at: u64) {
        let (origin, leader_epoch) = (NodeId(3), LeaderEpoch(0));
        let high_watermark = Offset(offset + i64::from(count));
        self.at(
            at,
            Fact::RecordsPolled {
                node,
                tp,
                offset: Offset(offset),
                count,
                origin,
                ordinal: 0,
                leader_epoch,
                high_watermark,
                timestamp,
            },
        );
    }

    /// Ends the run that long after its final phase began.
    pub fn series(mut self, drain_ms: u64) -> Series {
        let end = self.setup.duration.as_millis();
        self.at(end, Fact::FinalPhaseStarted {});
        let last = end + drain_ms;
        self.facts.retain(|(at, _)| *at <= ms(last));
        self.at(last, Fact::RunEnded {});
        self.facts.sort_by_key(|(at, fact)| (*at, matches!(fact, Fact::RunEnded {})));
        let mut series = Series::new(Rc::new(self.setup));
        for (event, (at, fact)) in self.facts.into_iter().enumerate() {
            series.observe(&Entry { at, event: event as u64, fact });
        }
        series
    }
}

/// A little unrest (Knuth's linear congruential generator).
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }
    /// Within a third of `n`.
    fn about(&mut self, n: u32) -> u32 {
        let spread = u64::from(n) * 2 / 3;
        (u64::from(n) + self.next() % (spread + 1) - spread / 2) as u32
    }
}

// --- the stories ---------------------------------------------------------------------------------

/// 60 s, six partitions; broker 1 dies at 12 s and is back at 24 s; later a network partition.
pub fn leader_crash() -> Series {
    let mut story = Story::new("leader-crash", 60_000, 6);
    story.group("billing");
    story.fault("crash leader of orders-0", 12_000, Some(20_000));
    story.fault("partition [broker 1] from [broker 2, broker 3]", 36_000, Some(41_000));
    for p in 0..6u32 {
        let replicas: Vec<u8> = [0, 1, 2].map(|i| ((p + i) % 3) as u8 + 1).to_vec();
        let others: Vec<u8> = replicas.iter().copied().filter(|b| *b != 1).collect();
        let leader = replicas[0];
        let successor = if leader == 1 { others[0] } else { leader };
        if leader == 1 {
            story.leads(p, 12_050, None, &[1], 1, Election::Leaderless);
        }
        story.leads(p, 21_250, Some(successor), &others, 2, Election::Clean);
        story.leads(p, 24_600, Some(successor), &[others[0], others[1], 1], 2, Election::Unchanged);
        if leader == 1 {
            story.leads(p, 30_000, Some(1), &[others[0], others[1], 1], 3, Election::Preferred);
            story.give_up(p, 20_000, 600);
        }
        story.leads(p, 38_000 + u64::from(p) * 120, Some(others[0]), &others[..1], 4, Election::Clean);
        story.leads(p, 42_000 + u64::from(p) * 60, Some(others[0]), &replicas, 4, Election::Unchanged);
    }
    story.flow(&Flow {
        sent: |_, _| 4,
        up: |p, t| p % 3 != 0 || !(12_000..21_250).contains(&t),
        read: |_, t| if (12_500..16_000).contains(&t) { 0 } else { 7 },
    });
    story.series(640)
}

/// 120 s, members that time out again and again.
pub fn rebalance_storm() -> Series {
    let mut story = Story::new("rebalance-storm", 120_000, 6);
    let group = story.group("billing");
    story.rebalance(group, 200, 3_300);
    for i in 0..12u64 {
        story.rebalance(group, 18_000 + i * 7_000, 18_000 + i * 7_000 + 1_500 + i * 260);
    }
    story.fault("slow processing of billing: 400ms per record", 15_000, Some(100_000));
    story.flow(&Flow {
        sent: |_, _| 4,
        up: |_, _| true,
        read: |_, t| match t {
            0..3_300 => 0,
            18_000..102_000 => {
                if (t - 18_000) % 7_000 < 1_500 + (t - 18_000) / 7_000 * 260 {
                    0
                } else {
                    5
                }
            }
            _ => 12,
        },
    });
    story.series(900)
}

/// 60 s, one key takes most of the traffic.
pub fn hot_partition() -> Series {
    let mut story = Story::new("hot-partition", 60_000, 12);
    let group = story.group("billing");
    story.rebalance(group, 100, 3_100);
    story.flow(&Flow {
        sent: |p, _| match p {
            5 => 60,
            8 => 28,
            _ => 4,
        },
        up: |_, _| true,
        read: |_, t| if t < 3_100 { 0 } else { 24 },
    });
    story.series(500)
}

/// 40 s, an unclean election, and many faults of the same kind.
pub fn unclean_election() -> Series {
    let mut story = Story::new("unclean-election", 40_000, 2);
    story.group("audit");
    story.group("billing");
    story.fault("isolate broker 3", 4_000, Some(9_000));
    story.fault("power loss of leader of orders-0", 11_000, None);
    story.fault("clog links from broker 2 to broker 3 & back <50%>", 11_500, Some(12_500));
    for i in 0..6 {
        story.fault("slow disk of random broker", 22_000 + i * 3_000, Some(23_000 + i * 3_000));
    }
    story.leads(0, 6_000, Some(1), &[1, 2], 0, Election::Unchanged);
    story.leads(0, 8_000, Some(1), &[1], 0, Election::Unchanged);
    story.leads(0, 11_050, None, &[1], 1, Election::Leaderless);
    story.leads(0, 16_000, Some(3), &[3], 2, Election::Unclean);
    story.leads(0, 20_000, Some(3), &[3, 2], 2, Election::Unchanged);
    story.leads(0, 27_000, Some(3), &[3, 2, 1], 2, Election::Unchanged);
    story.flow(&Flow {
        sent: |_, t| if t < 30_000 { 10 } else { 6 },
        up: |p, t| p == 1 || !(11_000..16_000).contains(&t),
        read: |p, t| if p == 0 && t > 18_000 { 8 } else { 14 },
    });
    story.series(2_300)
}

/// Nobody sends anything.
pub fn idle() -> Series {
    let mut story = Story::new("idle", 30_000, 3);
    story.group("billing");
    story.series(0)
}

/// One second.
pub fn one_second() -> Series {
    let mut story = Story::new("one-second", 1_000, 1);
    story.group("billing");
    story.flow(&Flow { sent: |_, _| 20, up: |_, _| true, read: |_, _| 30 });
    story.series(7)
}

/// 30 partitions with rolling restarts, for three hours.
pub fn many_partitions() -> Series {
    let mut story = Story::new(
        "rolling-restart-of-a-cluster-with-a-name-that-goes-on-and-on-for-ever-and-ever-and-ever",
        10_800_000,
        30,
    );
    for round in 0..36u64 {
        let at = 60_000 + round * 290_000;
        story.fault(&format!("restart broker {}", round % 3 + 1), at, Some(at + 90_000));
        for p in (0..30u32).filter(|p| u64::from(p % 3) == round % 3 && p % 4 != 0) {
            let [a, b, c] = [0, 1, 2].map(|i| ((p + i) % 3) as u8 + 1);
            story.leads(p, at, Some(b), &[b, c], 1, Election::Clean);
            story.leads(p, at + 100_000, Some(a), &[a, b, c], 2, Election::Preferred);
        }
    }
    story.series(0)
}

/// A transaction is open from second 4 to 11; send() blocks from second 7 on.
pub fn open_transaction() -> Series {
    let mut story = Story::new("open transaction", 20_000, 1);
    story.group("billing");
    let (broker, tp, epoch) = (BrokerId(1), Tp(0), LeaderEpoch(0));
    let (node, topic) = (NodeId(u16::from(BROKERS)), TopicId(0));
    let stable = |last_stable_offset, high_watermark| {
        let (last_stable_offset, high_watermark) = (Offset(last_stable_offset), Offset(high_watermark));
        Fact::LastStableOffsetMoved { broker, tp, epoch, last_stable_offset, high_watermark }
    };
    story.flow(&Flow { sent: |_, _| 5, up: |_, _| true, read: |_, _| 7 });
    story.at(4_000, stable(900, 1_000));
    story.at(8_000, Fact::SendUnblocked { node, topic, since: ms(7_000), memory: true });
    story.at(9_000, Fact::SendUnblocked { node, topic, since: ms(8_010), memory: true });
    story.at(11_000, stable(2_700, 2_700));
    story.series(0)
}
