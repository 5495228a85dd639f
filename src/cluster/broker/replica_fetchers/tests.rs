//! What a fetcher asks for, and that its lists contradicting each other is noticed.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::*;
use crate::protocol::catalog::NodeRole;
use crate::protocol::errors::ErrorCode;
use crate::stage::Stage;

const LEADER: BrokerId = BrokerId(2);
const EPOCH: BrokerEpoch = BrokerEpoch(5);

struct Play {
    stage: Stage,
    fetchers: ReplicaFetchers,
    /// Log ends by replica, which is also the partition.
    ends: Vec<i64>,
}

impl Play {
    /// Two replicas follow broker 2, which is connected.
    fn new() -> Play {
        let mut catalog = Catalog::default();
        (1..=2).for_each(|id| _ = catalog.add_node(format!("broker {id}"), NodeRole::Broker(BrokerId(id))));
        let fetchers = ReplicaFetchers::new(BrokerId(1), Rc::new(BrokerConfig::default()), Rc::new(catalog));
        let mut play = Play { stage: Stage::new(NodeId(0)), fetchers, ends: vec![10, 20] };
        for replica in [ReplicaId(0), ReplicaId(1)] {
            play.fetchers.follow(replica, LEADER);
            play.run();
        }
        play.accept(play.stage.connected(ConnId(0)));
        play.run();
        play
    }
    fn run(&mut self) {
        let (fetchers, ends) = (&mut self.fetchers, &self.ends);
        let position = |replica: ReplicaId| FollowerPosition {
            tp: Tp(replica.0),
            fetch_offset: Offset(ends[replica.index()]),
            log_start: Offset(0),
            leader_epoch: LeaderEpoch(3),
            last_fetched_epoch: LeaderEpoch(3),
        };
        self.stage.run(|ctx| fetchers.run(LEADER, ctx.now(), EPOCH, position, ctx));
        self.fetchers.check_invariants();
    }
    fn accept(&mut self, input: Input) -> Option<LeaderAnswer> {
        let fetchers = &mut self.fetchers;
        self.stage.run(|ctx| fetchers.accept(input, ctx))
    }
    /// The leader answers the last request.
    fn answer(&mut self, error: ErrorCode) -> Option<LeaderAnswer> {
        let (conn, message) = self.stage.sent.last().expect("a request");
        let response = Response::Fetch(FetchResponse { error, partitions: Vec::new() });
        let message = Message { correlation: message.correlation, body: Body::Response(response) };
        let input = self.stage.message(*conn, message);
        self.accept(input)
    }
    /// Session epoch, partitions listed with their offsets, and partitions forgotten of the last fetch.
    fn asked(&self) -> (u32, Vec<(u32, i64)>, Vec<u32>) {
        match &self.stage.sent.last().expect("a request").1.body {
            Body::Request(Request::Fetch(fetch)) => (
                fetch.session_epoch,
                fetch.partitions.iter().map(|listed| (listed.tp.0, listed.fetch_offset.0)).collect(),
                fetch.forgotten.iter().map(|tp| tp.0).collect(),
            ),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn the_first_fetch_lists_all_and_the_next_what_has_changed() {
    let mut play = Play::new();
    assert_eq!(play.asked(), (0, vec![(0, 10), (1, 20)], vec![]));
    assert!(play.fetchers.expects(LEADER, ReplicaId(1), (Offset(20), LeaderEpoch(3))));
    assert!(!play.fetchers.expects(LEADER, ReplicaId(1), (Offset(21), LeaderEpoch(3))), "it stands elsewhere");
    assert!(matches!(play.answer(ErrorCode::None), Some(LeaderAnswer::Fetched(LEADER, _))));
    play.ends[1] = 25;
    play.fetchers.relist(LEADER, ReplicaId(1));
    play.run();
    assert_eq!(play.asked(), (1, vec![(1, 25)], vec![]));
}

#[test]
fn what_is_left_is_forgotten_by_the_leaders_session() {
    let mut play = Play::new();
    play.answer(ErrorCode::None);
    play.fetchers.leave(ReplicaId(0), Tp(0));
    play.run();
    assert_eq!(play.asked(), (1, vec![], vec![0]));
    assert!(!play.fetchers.expects(LEADER, ReplicaId(0), (Offset(10), LeaderEpoch(3))));
}

#[test]
fn a_delayed_replica_comes_back_and_a_failed_one_does_not() {
    let mut play = Play::new();
    play.answer(ErrorCode::None);
    let now = play.stage.now;
    play.fetchers.delay(LEADER, ReplicaId(0), Tp(0), now);
    play.fetchers.fail(LEADER, ReplicaId(1), Tp(1));
    play.run();
    assert_eq!(play.stage.sent.len(), 1, "there is nothing to be fetched");
    play.stage.now += play.fetchers.config.replica_fetch_backoff;
    play.run();
    assert_eq!(play.asked(), (1, vec![(0, 10)], vec![0, 1]));
}

#[test]
fn after_a_broken_connection_everything_is_listed_again() {
    let mut play = Play::new();
    play.answer(ErrorCode::None);
    play.accept(play.stage.disconnected(ConnId(0)));
    play.stage.now += play.fetchers.config.replica_fetch_backoff;
    play.run();
    play.accept(play.stage.connected(ConnId(1)));
    play.run();
    assert_eq!(play.asked(), (0, vec![(0, 10), (1, 20)], vec![]));
}

#[test]
fn lists_that_contradict_each_other_are_noticed() {
    type Break = fn(&mut ReplicaFetchers);
    let breaks: [(&str, Break); 5] = [
        ("a fetcher's replicas know whose they are", |f| f.states[0].source = Some(BrokerId(1))),
        ("what is listed next knows it", |f| f.threads[2].changed.push(ReplicaId(0))),
        ("what is delayed knows until when", |f| f.threads[2].delayed.push(ReplicaId(0))),
        ("a fetcher counts what has failed", |f| f.states[0].failed = true),
        ("a replica is fetched by one fetcher", |f| f.threads[2].members.truncate(1)),
    ];
    for (wanted, break_it) in breaks {
        let mut fetchers = Play::new().fetchers;
        break_it(&mut fetchers);
        let panic = catch_unwind(AssertUnwindSafe(|| fetchers.check_invariants())).expect_err("it is noticed");
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).expect("a text");
        assert!(text.contains(wanted), "{wanted}: {text}");
    }
}
