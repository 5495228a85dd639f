//! What always holds, whatever members, locks and the persister do.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::stage::{Leader, TP};
use crate::cluster::broker::share::RecordState;
use crate::cluster::broker::tests::world::ms;
use crate::history::fact::Fact;
use crate::protocol::config::{AutoOffsetReset, BrokerConfig, GroupConfig};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::*;
use crate::protocol::rules::KafkaVersion;

#[derive(Clone, Debug)]
enum Step {
    Append(u32),
    Fetch(u32, u32, bool),
    /// A member acknowledges from there on, so many records.
    Acknowledge(u32, i64, i64, Vec<AcknowledgeType>),
    Close(u32),
    Disconnect(u32),
    Pass(u64),
    /// The persister answers its oldest call, or answers at once from now on, or not.
    Answer(bool),
    Hold(bool),
    Resign,
}

fn kind() -> impl Strategy<Value = AcknowledgeType> {
    use AcknowledgeType::*;
    prop_oneof![4 => Just(Accept), 3 => Just(Release), 1 => Just(Reject), 1 => Just(Gap)]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (1..8u32).prop_map(Step::Append),
        6 => (1..4u32, 1..12u32, any::<bool>()).prop_map(|(member, max, strict)| Step::Fetch(member, max, strict)),
        8 => (1..4u32, 0..6i64, 0..8i64, proptest::collection::vec(kind(), 8))
            .prop_map(|(member, from, more, kinds)| Step::Acknowledge(member, from, more, kinds)),
        1 => (1..4u32).prop_map(Step::Close),
        1 => (1..4u32).prop_map(Step::Disconnect),
        2 => prop_oneof![Just(100), Just(600), Just(9_000), Just(31_000)].prop_map(Step::Pass),
        2 => any::<bool>().prop_map(Step::Answer),
        2 => any::<bool>().prop_map(Step::Hold),
        1 => Just(Step::Resign),
    ]
}

/// A leader, and whether the persister ever fails.
struct Model {
    leader: Leader,
    fails: bool,
    limit: u32,
}

impl Model {
    fn new(version: KafkaVersion, fails: bool) -> Model {
        let broker = BrokerConfig { group_share_delivery_count_limit: 3, ..BrokerConfig::of(version) };
        let group = GroupConfig { share_auto_offset_reset: AutoOffsetReset::Earliest, ..broker.group_defaults() };
        Model { leader: Leader::new(version, broker, group), fails, limit: 3 }
    }
    fn take(&mut self, step: Step) {
        let leader = &mut self.leader;
        match step {
            Step::Append(count) => leader.append(&[count]),
            Step::Fetch(member, max, strict) => leader.fetch(MemberId(member), |request| {
                request.max_records = max;
                request.max_wait = ms(500);
                if strict {
                    request.acquire_mode = ShareAcquireMode::RecordLimit;
                }
            }),
            Step::Acknowledge(member, from, more, kinds) => {
                let start = leader.manager.describe().next().map_or(0, |found| found.start.0.max(0));
                let (first, last) = (Offset(start + from), Offset(start + from + more));
                let types = if more == 7 { kinds.into_iter().collect() } else { std::iter::once(kinds[0]).collect() };
                let acknowledgements = vec![AcknowledgementBatch { first, last, types }];
                leader.acknowledge(MemberId(member), |request| {
                    request.partitions.push(SharePartitionAcknowledgements { tp: TP, acknowledgements });
                });
            }
            Step::Close(member) => {
                leader.acknowledge(MemberId(member), |request| request.session_epoch = share_session_epoch::FINAL);
            }
            Step::Disconnect(member) => leader.disconnect(MemberId(member)),
            Step::Pass(span) => leader.pass(ms(span)),
            Step::Answer(well) if well || !self.fails => leader.answer(ErrorCode::None),
            Step::Answer(_) => leader.answer(ErrorCode::CoordinatorNotAvailable),
            Step::Hold(holds) => {
                leader.holds = holds;
                if !holds {
                    leader.answer_all();
                }
            }
            Step::Resign => leader.resign(),
        }
    }
    /// What was told is a life of records.
    fn check_facts(&self) {
        let mut final_ones: BTreeSet<i64> = BTreeSet::new();
        let mut held: BTreeMap<i64, MemberId> = BTreeMap::new();
        let mut start = Offset::INVALID;
        for (_, fact) in &self.leader.stage.facts {
            match *fact {
                Fact::SharePartitionLoaded { start: at, .. } => {
                    held.clear();
                    start = at;
                }
                Fact::ShareStartMoved { start: to, .. } => {
                    assert!(to > start, "the start never moves back");
                    start = to;
                }
                Fact::ShareAcquired { member, first, last, delivery_count, .. } => {
                    assert!(first >= start && delivery_count <= self.limit);
                    for offset in first.0..=last.0 {
                        assert!(!final_ones.contains(&offset), "{offset} is done with and acquired again");
                        assert_eq!(held.insert(offset, member), None, "{offset} is acquired twice");
                    }
                }
                Fact::ShareAcknowledged { first, last, acknowledgement, .. } => {
                    if acknowledgement != AcknowledgeType::Release {
                        final_ones.extend(first.0..=last.0);
                    }
                    if acknowledgement == AcknowledgeType::Accept {
                        (first.0..=last.0).for_each(|offset| _ = held.remove(&offset));
                    }
                }
                Fact::ShareReleased { member, first, last, delivery_count, .. } => {
                    assert!(delivery_count < self.limit);
                    for offset in first.0..=last.0 {
                        let holder = held.remove(&offset);
                        assert!(holder.is_none_or(|holder| holder == member), "{offset} is released by its holder");
                    }
                }
                Fact::ShareArchived { first, last, .. } => {
                    // What the limit has ended stands once it is written.
                    if !self.fails {
                        final_ones.extend(first.0..=last.0);
                    }
                    (first.0..=last.0).for_each(|offset| _ = held.remove(&offset));
                }
                _ => {}
            }
        }
    }
    /// Once all is written, a new leader knows the same, but for who holds what.
    fn check_reload(&mut self) {
        self.leader.holds = false;
        self.leader.answer_all();
        // Nobody waits any more, who would acquire records as soon as they are there.
        self.leader.pass(ms(600));
        let known = |leader: &Leader| {
            let found = leader.manager.describe().find(|found| found.is_active)?;
            let mut states: BTreeMap<i64, (RecordState, u16)> = BTreeMap::new();
            for run in found.batches {
                for offset in run.first.0.max(found.start.0)..=run.last.0 {
                    // How often a record that is held was delivered before is not compared: that delivery is not written.
                    if run.state != RecordState::Acquired
                        && (run.state, run.delivery_count) != (RecordState::Available, 0)
                    {
                        states.insert(offset, (run.state, run.delivery_count));
                    }
                }
            }
            Some((found.start, states))
        };
        let Some((start, before)) = known(&self.leader) else { return };
        let held: Vec<i64> = self
            .leader
            .manager
            .describe()
            .flat_map(|found| found.batches)
            .filter(|run| run.state == RecordState::Acquired)
            .flat_map(|run| run.first.0..=run.last.0)
            .collect();
        self.leader.resign();
        // This has the state read, and acquires nothing before it is there.
        self.leader.fetch(MemberId(9), |request| request.max_wait = ms(0));
        let Some((loaded, mut after)) = known(&self.leader) else { panic!("it is loaded") };
        after.retain(|offset, _| !held.contains(offset));
        assert_eq!((start, before), (loaded, after));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// The persister writes all that it is told: what is done with stays so, and a new leader knows all that the one before knew,
    /// but for who held what.
    #[test]
    fn what_is_done_with_stays_so(steps in proptest::collection::vec(step(), 1..60)) {
        let mut model = Model::new(KafkaVersion::V4_3, false);
        steps.into_iter().for_each(|step| model.take(step));
        model.check_facts();
        model.check_reload();
        model.check_facts();
    }

    /// It fails now and then: what was acknowledged and told stays so.
    #[test]
    fn what_was_written_down_stays_so(steps in proptest::collection::vec(step(), 1..60)) {
        let mut model = Model::new(KafkaVersion::V4_3, true);
        steps.into_iter().for_each(|step| model.take(step));
        model.check_facts();
    }

    /// Under the rules of any version nothing that is known contradicts itself.
    #[test]
    fn older_versions_do_not_contradict_themselves(
        version in prop_oneof![Just(KafkaVersion::V4_0), Just(KafkaVersion::V4_1), Just(KafkaVersion::V4_2)],
        steps in proptest::collection::vec(step(), 1..60),
    ) {
        let mut model = Model::new(version, true);
        steps.into_iter().for_each(|step| model.take(step));
    }
}
