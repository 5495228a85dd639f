//! Whatever goes wrong between a member and the leaders: once that is over every record is done with, and nothing waits for an answer
//! that will not come (which the stage looks at after every input).

use proptest::prelude::*;

use crate::app::spec::{AppSpec, FatalPolicy, Renewal, ShareCommit, ShareLoopSpec, SharePoison};
use crate::client::consumer::tests::cluster::*;
use crate::protocol::config::ShareAcknowledgementMode;
use crate::protocol::ids::Tp;
use crate::protocol::messages::ShareAcquireMode;
use crate::protocol::rules::{KafkaVersion, Rules};
use crate::sim::random::Distribution;
use crate::sim::time::Nanos;

/// What befalls it.
#[derive(Clone, Debug)]
enum Trouble {
    Produce(usize, u32, u32),
    Hang(&'static str),
    Silence(&'static str),
    Cut(u8),
    Lead(usize, u8),
    LocksRunOut,
    Assign(Vec<u32>),
}

fn trouble() -> impl Strategy<Value = Trouble> {
    let api = || prop::sample::select(vec!["ShareFetch", "ShareAcknowledge", "ShareGroupHeartbeat"]);
    prop_oneof![
        4 => (0..2_usize, 1..8_u32, 0..8_u32).prop_map(|(tp, count, poison)| Trouble::Produce(tp, count, poison)),
        1 => api().prop_map(Trouble::Hang),
        1 => api().prop_map(Trouble::Silence),
        1 => (1..3_u8).prop_map(Trouble::Cut),
        1 => (0..2_usize, 1..3_u8).prop_map(|(tp, broker)| Trouble::Lead(tp, broker)),
        1 => Just(Trouble::LocksRunOut),
        1 => prop::sample::select(vec![vec![0, 1], vec![0], vec![1], vec![]]).prop_map(Trouble::Assign),
    ]
}

fn application() -> impl Strategy<Value = (ShareLoopSpec, KafkaVersion)> {
    let version = prop::sample::select(KafkaVersion::ALL.to_vec());
    let commit = prop::sample::select(vec![ShareCommit::WithPoll, ShareCommit::Sync, ShareCommit::Async]);
    let poison = prop::sample::select(vec![SharePoison::Release, SharePoison::Reject, SharePoison::Skip]);
    (version, commit, poison, any::<bool>(), any::<bool>(), any::<bool>(), 1..6_u32).prop_map(
        |(version, commit, on_poison, explicit, limited, renews, max_poll_records)| {
            let mut consumer = spec().consumer;
            let config = &mut consumer.config;
            (config.max_poll_records, config.request_timeout) = (max_poll_records, S(2));
            if explicit {
                config.share_acknowledgement_mode = ShareAcknowledgementMode::Explicit;
            }
            if limited && version >= KafkaVersion::V4_2 {
                config.share_acquire_mode = ShareAcquireMode::RecordLimit;
            }
            let renews = renews && explicit && version >= KafkaVersion::V4_2;
            let spec = ShareLoopSpec {
                consumer: *consumer,
                per_record: Distribution::Constant(MS(20)),
                commit,
                on_poison: if explicit { on_poison } else { SharePoison::Skip },
                renewal: renews.then_some(Renewal { every: MS(30) }),
                on_fatal: FatalPolicy::Continue,
                sink: None,
                start: Nanos::ZERO,
            };
            (spec, version)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn every_record_is_done_with_in_the_end(
        (spec, version) in application(),
        troubles in prop::collection::vec((1..400_u64, trouble()), 1..30),
    ) {
        let mut cluster = Cluster::with_rules(AppSpec::ShareLoop(spec), Rules::of(version));
        let mut epoch = 1;
        for (after, trouble) in troubles {
            let next = cluster.now() + MS(after);
            cluster.run_until(next);
            match trouble {
                Trouble::Produce(tp, count, poison) => cluster.produce_poison(tp, count, poison),
                Trouble::Hang(api) => cluster.script(api, Reaction::Hang),
                Trouble::Silence(api) => cluster.script(api, Reaction::Keep),
                Trouble::Cut(broker) => cluster.disconnect(broker),
                Trouble::Lead(tp, broker) => {
                    let log = &mut cluster.partitions[tp];
                    (log.leader, log.epoch) = (broker, log.epoch + 1);
                    cluster.share.moved(Tp(tp as u32));
                }
                Trouble::LocksRunOut => cluster.share.locks_run_out(),
                Trouble::Assign(tps) => {
                    epoch += 1;
                    cluster.group.assign(tps.into_iter().map(Tp).collect::<Vec<_>>(), epoch);
                }
            }
        }
        cluster.forget_script();
        cluster.group.assign([Tp(0), Tp(1)], epoch + 1);
        // Locks end for as long as somebody may hold what it cannot acknowledge.
        for _ in 0..6 {
            let next = cluster.now() + S(8);
            cluster.run_until(next);
            cluster.share.locks_run_out();
        }
        let next = cluster.now() + S(8);
        cluster.run_until(next);
        for tp in [Tp(0), Tp(1)] {
            let end = cluster.partitions[tp.index()].batches.last().map_or(0, |batch| batch.next_offset().0);
            prop_assert!((0..end).all(|offset| cluster.share.is_done(tp, offset)), "{}", cluster.text());
        }
    }
}
