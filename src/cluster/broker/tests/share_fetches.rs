//! Requests of share groups at brokers, and the states that their leaders read and write at the share coordinator.

use super::world::*;
use crate::cluster::broker::share::RecordState;
use crate::history::fact::Fact;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::*;
use crate::protocol::rules::KafkaVersion;

const GROUP: GroupId = GroupId(0);
const MEMBER: MemberId = MemberId(1);

fn share_fetch(session_epoch: i32, acknowledgements: Vec<AcknowledgementBatch>) -> Request {
    let first = session_epoch == share_session_epoch::INITIAL;
    let named = first || !acknowledgements.is_empty();
    let partition = named.then_some(SharePartitionAcknowledgements { tp: TP, acknowledgements });
    Request::ShareFetch(Box::new(ShareFetchRequest {
        group: GROUP,
        member: MEMBER,
        session_epoch,
        max_wait: ms(500),
        min_bytes: 1,
        max_bytes: 50 << 20,
        max_records: 500,
        batch_size: 500,
        acquire_mode: ShareAcquireMode::BatchOptimized,
        is_renew: false,
        partitions: partition.into_iter().collect(),
        forgotten: Vec::new(),
    }))
}

fn accept(first: i64, last: i64) -> Vec<AcknowledgementBatch> {
    let types = std::iter::once(AcknowledgeType::Accept).collect();
    vec![AcknowledgementBatch { first: Offset(first), last: Offset(last), types }]
}

fn world() -> World {
    World::with_share_group(KafkaVersion::V4_3)
}

fn acquired(world: &World, correlation: u32) -> Option<Vec<(i64, i64)>> {
    match world.answer(correlation)? {
        Response::ShareFetch(response) => {
            let acquired = response.partitions.iter().flat_map(|data| &data.acquired);
            Some(acquired.map(|run| (run.first.0, run.last.0)).collect())
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_fetch_waits_for_the_state_and_then_for_the_high_watermark() {
    let mut world = world();
    let (consumer, producer) = (world.connect(1), world.connect(1));
    let fetch = world.send(consumer, share_fetch(0, Vec::new()));
    world.run_for(ms(10));
    world.run_for(ms(10));
    assert_eq!(acquired(&world, fetch), None, "there is nothing to read");
    world.produce(producer, Acks::All, batch(0, 3));
    world.run_for(ms(100));
    assert_eq!(acquired(&world, fetch), Some(vec![(0, 2)]));

    // The next fetch acknowledges, and is answered once that is written and its own time is over.
    let next = world.send(consumer, share_fetch(1, accept(0, 2)));
    world.run_for(ms(600));
    assert_eq!(acquired(&world, next), Some(vec![]));
    assert_eq!(world.broker(1).share_partitions().next().expect("it leads").start, Offset(3));
}

#[test]
fn a_lock_runs_out_and_a_lost_connection_ends_the_session() {
    let mut world = world();
    let (consumer, producer) = (world.connect(1), world.connect(1));
    world.produce(producer, Acks::All, batch(0, 3));
    world.run_for(ms(100));
    let fetch = world.send(consumer, share_fetch(0, Vec::new()));
    world.run_for(ms(10));
    world.run_for(ms(10));
    assert_eq!(acquired(&world, fetch), Some(vec![(0, 2)]));
    world.run_for(ms(30_000));
    let states = |world: &World| -> Vec<RecordState> {
        world.broker(1).share_partitions().flat_map(|found| found.batches).map(|run| run.state).collect()
    };
    assert_eq!(states(&world), [RecordState::Available]);

    let next = world.send(consumer, share_fetch(1, Vec::new()));
    world.run_for(ms(10));
    assert_eq!(acquired(&world, next), Some(vec![(0, 2)]));
    world.disconnect(consumer);
    world.run_for(ms(10));
    assert!(world.broker(1).share_partitions().next().is_none(), "nobody of the group is there any more");
    let released = |fact: &Fact| matches!(fact, Fact::ShareReleased { first: Offset(0), last: Offset(2), .. });
    assert_eq!(world.facts.iter().filter(|(_, fact)| released(fact)).count(), 2, "by the lock, and with the session");
}

#[test]
fn a_leader_that_goes_forgets_and_says_so() {
    let mut world = world();
    let (consumer, elsewhere) = (world.connect(1), world.connect(2));
    world.send(consumer, share_fetch(0, Vec::new()));
    world.run_for(ms(10));
    assert_eq!(world.broker(1).share_partitions().count(), 1);
    // A broker that does not lead the partition says who does.
    match world.ask(elsewhere, share_fetch(0, Vec::new())) {
        Response::ShareFetch(response) => {
            let data = &response.partitions[0];
            assert_eq!(data.error, ErrorCode::NotLeaderOrFollower);
            assert_eq!(data.current_leader.map(|leader| leader.leader), Some(b(1)));
        }
        other => panic!("{other:?}"),
    }
    world.shutdown(1);
    world.run_for(ms(2_000));
    assert!(world.broker(2).leads(TP));
    let fetch = world.send(elsewhere, share_fetch(1, Vec::new()));
    world.run_for(ms(10));
    world.run_for(ms(100));
    let loaded = |fact: &Fact| match fact {
        Fact::SharePartitionLoaded { leader_epoch, .. } => Some(*leader_epoch),
        _ => None,
    };
    let epochs: Vec<LeaderEpoch> = world.facts.iter().filter_map(|(_, fact)| loaded(fact)).collect();
    assert_eq!(epochs.last(), Some(&LeaderEpoch(1)), "the new leader reads in its epoch");
    world.run_for(ms(600));
    assert_eq!(acquired(&world, fetch), Some(vec![]));
}
