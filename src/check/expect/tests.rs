//! Questions, asked of histories written by hand.

use super::*;
use crate::history::Observer;
use crate::history::fact::{Certainty, Election, Fact, StopKind};
use crate::history::setup::Setup;
use crate::protocol::catalog::NodeRole;
use crate::protocol::exceptions::Exception;
use crate::protocol::ids::*;
use crate::protocol::messages::Acks;

const TP: Tp = Tp(0);
const B1: BrokerId = BrokerId(1);
const B2: BrokerId = BrokerId(2);
const P: NodeId = NodeId(2);

fn secs(n: u64) -> Nanos {
    Nanos::from_secs(n)
}

/// A history under construction, and one question.
struct Story(Questions);

impl Story {
    fn asks(question: Question) -> Story {
        let mut setup = Setup::default();
        setup.catalog.add_node("broker 1", NodeRole::Broker(B1));
        setup.catalog.add_node("broker 2", NodeRole::Broker(B2));
        setup.catalog.add_node("p-0", NodeRole::producer());
        setup.catalog.add_group("g");
        setup.catalog.add_topic("t", 1);
        let mut story = Story(Questions::new(&setup, [question]));
        story.tell(0, Fact::PartitionCreated { tp: TP, replicas: brokers(&[1, 2]), leader: Some(B1) });
        story.leads(0, Some(B1), &[1, 2])
    }
    fn tell(&mut self, at: u64, fact: Fact) {
        self.0.observe(&Entry { at: secs(at), event: 0, fact });
    }
    fn leads(mut self, at: u64, leader: Option<BrokerId>, isr: &[u8]) -> Story {
        let (leader_epoch, partition_epoch) = (LeaderEpoch(at as i32), PartitionEpoch(at as i32));
        let election = if leader.is_some() { Election::Clean } else { Election::Leaderless };
        let isr = brokers(isr);
        self.tell(at, Fact::PartitionChanged { tp: TP, leader, leader_epoch, partition_epoch, isr, election });
        self
    }
    fn sends(mut self, at: u64, ordinal: u32) -> Story {
        let (created, sequence, producer_epoch) = (secs(at), Sequence(-1), ProducerEpoch(-1));
        let (count, attempt) = (10, 0);
        self.tell(at, Fact::BatchSent { node: P, tp: TP, ordinal, count, attempt, created, producer_epoch, sequence });
        self
    }
    fn acks(mut self, at: u64, ordinal: u32, created: u64) -> Story {
        let (created, offset, acks, count) = (secs(created), Offset(0), Acks::All, 10);
        self.tell(at, Fact::BatchAcked { node: P, tp: TP, ordinal, count, offset, acks, created });
        self
    }
    fn dies(mut self, at: u64) -> Story {
        self.tell(at, Fact::ProcessStopped { node: P, kind: StopKind::Crash });
        self
    }
    fn fails(mut self, at: u64, ordinal: u32, created: u64) -> Story {
        let (created, error, certainty) = (secs(created), Exception::Expired, Certainty::Unknown);
        self.tell(at, Fact::BatchFailed { node: P, tp: TP, ordinal, count: 10, error, certainty, created });
        self
    }
    /// The answer of a run that ends then.
    fn ends(mut self, at: u64) -> (Option<bool>, String) {
        self.tell(at, Fact::RunEnded {});
        let answer = self.0.finish(false).remove(0);
        (answer.fits, answer.found)
    }
    fn cut_at(mut self, at: u64) -> Option<bool> {
        self.tell(at, Fact::RunEnded {});
        self.0.finish(true).remove(0).fits
    }
}

fn brokers(ids: &[u8]) -> BrokerList {
    ids.iter().map(|id| BrokerId(*id)).collect()
}

#[test]
fn how_things_stand_at_a_time_includes_what_happens_then() {
    let leads = |at: u64, broker| Question::State { at: Some(secs(at)), says: Statement::Leader(TP, Some(broker)) };
    let story = |at: u64, broker| Story::asks(leads(at, broker)).leads(10, Some(B2), &[2]).leads(20, Some(B1), &[2, 1]);
    assert_eq!(story(9, B1).ends(30), (Some(true), "broker 1".into()));
    assert_eq!(story(10, B2).ends(30), (Some(true), "broker 2".into()));
    assert_eq!(story(19, B1).ends(30), (Some(false), "broker 2".into()));
    assert_eq!(story(30, B1).ends(30), (Some(true), "broker 1".into()), "the last instant belongs to the run");
    assert_eq!(story(31, B1).ends(30).0, None, "nobody knows what comes after the end");
}

#[test]
fn what_was_never_seen_is_unknown() {
    let group = Question::State { at: None, says: Statement::Members(GroupId(0), Bound::AtMost(5)) };
    assert_eq!(Story::asks(group).ends(9), (None, "unknown".into()));
    let lag = Question::State { at: None, says: Statement::Lag(GroupId(0), Bound::AtMost(0)) };
    assert_eq!(Story::asks(lag).ends(9).0, None, "a group that has committed nothing has no lag, not even 0");
}

#[test]
fn events_are_counted_within_their_window() {
    let elected = |times, from, to| Question::Count {
        of: Countable::Event(crate::check::sometimes::number("leader-elected").unwrap()),
        times,
        window: Window { from: secs(from), to: secs(to) },
    };
    let story = |question| Story::asks(question).leads(10, Some(B2), &[2]).leads(20, Some(B1), &[2, 1]);
    assert_eq!(story(elected(Bound::Exactly(2), 5, 25)).ends(30), (Some(true), "2 times, first at 10.000s".into()));
    let (fits, found) = story(elected(Bound::Exactly(2), 5, 15)).ends(30);
    assert_eq!((fits, found.as_str()), (Some(false), "once, first at 10.000s (1 more at other times)"));
    assert_eq!(story(elected(Bound::Exactly(0), 11, 19)).ends(30).0, Some(true));
    assert_eq!(story(elected(Bound::AtMost(1), 5, 25)).cut_at(30), Some(false), "what is broken stays broken");
    assert_eq!(story(elected(Bound::AtMost(2), 5, 25)).cut_at(22), None, "there might be another");
    assert_eq!(story(elected(Bound::AtMost(2), 5, 25)).cut_at(26), Some(true), "the window has passed");
    assert_eq!(story(elected(Bound::AtLeast(2), 5, 99)).cut_at(22), Some(true), "enough is enough");
}

#[test]
fn facts_are_matched_by_their_fields() {
    let changed = |fields: Vec<(&'static str, Matcher)>| Question::Count {
        of: Countable::Fact(Pattern { name: "PartitionChanged", fields }),
        times: Bound::AtLeast(0),
        window: Window::default(),
    };
    let story = |fields| Story::asks(changed(fields)).leads(10, Some(B2), &[2]).leads(20, None, &[2]).ends(30).1;
    let is = |name, value| (name, Matcher::Is(value));
    assert!(story(vec![]).starts_with("3 times"));
    assert!(story(vec![is("leader", serde_json::json!(B2))]).starts_with("once, first at 10"));
    assert!(story(vec![is("leader", serde_json::Value::Null)]).starts_with("once, first at 20"));
    assert!(story(vec![is("election", "Leaderless".into())]).starts_with("once"));
    assert!(story(vec![("leader_epoch", Matcher::Number(Bound::AtLeast(10)))]).starts_with("2 times"));
    assert!(story(vec![is("isr", serde_json::json!([2]))]).starts_with("2 times"));
}

#[test]
fn leaders_and_in_sync_replicas_in_turn() {
    let story =
        |question| Story::asks(question).leads(5, Some(B1), &[1]).leads(10, None, &[1]).leads(20, Some(B1), &[2, 1]);
    let leaders = |sequence: &[Option<BrokerId>]| Question::Leaders { tp: TP, sequence: sequence.to_vec() };
    let (fits, found) = story(leaders(&[Some(B1), None, Some(B1)])).ends(30);
    assert_eq!((fits, found.as_str()), (Some(true), "broker 1, none, broker 1"));
    assert_eq!(story(leaders(&[Some(B1), Some(B2)])).ends(30).0, Some(false));
    assert_eq!(
        story(leaders(&[Some(B1), None, Some(B1), Some(B2)])).cut_at(30),
        None,
        "the rest may have been to come"
    );
    assert_eq!(story(leaders(&[Some(B2)])).cut_at(30), Some(false));
    let isrs = |sets: &[&[u8]]| Question::Isrs { tp: TP, sequence: sets.iter().map(|set| brokers(set)).collect() };
    assert_eq!(story(isrs(&[&[1, 2], &[1], &[1, 2]])).ends(30).0, Some(true), "the order in a set means nothing");
    assert_eq!(story(isrs(&[&[1, 2], &[1]])).ends(30).0, Some(false));
}

#[test]
fn a_stall_lasts_while_a_record_waits_and_none_is_acknowledged() {
    let stall =
        || Question::Stall { of: RecordScope::default(), longest: Bound::AtMost(secs(5).0), after: Nanos::ZERO };
    let quiet = Story::asks(stall()).sends(1, 0).acks(2, 0, 1).sends(60, 1).acks(61, 1, 60);
    assert_eq!(quiet.ends(90), (Some(true), "1.000s, from 1.000s on".into()), "who sends nothing does not wait");
    let busy = Story::asks(stall()).sends(1, 0).sends(2, 1).acks(3, 0, 1).acks(10, 1, 2);
    assert_eq!(busy.ends(90), (Some(false), "7.000s, from 3.000s on".into()), "an acknowledgement of any ends it");
    let failed = Story::asks(stall()).sends(1, 0).fails(7, 0, 1);
    assert_eq!(failed.ends(90), (Some(false), "6.000s, from 1.000s on".into()), "after it nobody waits");
    let later = Story::asks(stall()).sends(1, 0).fails(5, 0, 1).sends(60, 1).acks(61, 1, 60);
    assert_eq!(later.ends(90), (Some(true), "4.000s, from 1.000s on".into()), "who sends after it has not waited");
    let beside = Story::asks(stall()).sends(1, 0).sends(4, 1).fails(5, 0, 1).acks(7, 1, 4);
    assert_eq!(beside.ends(90), (Some(false), "6.000s, from 1.000s on".into()), "who waited beside it waits on");
    let drained = Story::asks(stall()).fails(4, 0, 1).sends(4, 0);
    assert_eq!(drained.ends(90), (Some(true), "3.000s, from 1.000s on".into()), "given up as it was drained");
    let died = Story::asks(stall()).sends(1, 0).dies(3).sends(60, 1).acks(61, 1, 60);
    assert_eq!(died.ends(90), (Some(true), "2.000s, from 1.000s on".into()), "who has died waits no longer");
    let open = Story::asks(stall()).sends(1, 0);
    assert_eq!(open.ends(90), (Some(false), "89.000s, from 1.000s on".into()));
    assert_eq!(Story::asks(stall()).ends(90).0, None);
    let other = RecordScope { producers: Some(vec![NodeId(0)]), ..RecordScope::default() };
    let elsewhere =
        Story::asks(Question::Stall { of: other, longest: Bound::AtMost(0), after: Nanos::ZERO }).sends(1, 0);
    assert_eq!(elsewhere.ends(90).0, None, "somebody else's record");
}

#[test]
fn errors_by_name() {
    let errors = |named: &[(&'static str, Bound)], others| Question::Errors {
        of: RecordScope::default(),
        named: named.to_vec(),
        others,
    };
    let story = |question| Story::asks(question).sends(1, 0).fails(7, 0, 1).ends(9);
    let timed_out = ("TimeoutException", Bound::AtLeast(10));
    assert_eq!(story(errors(&[timed_out], Some(Bound::Exactly(0)))), (Some(true), "TimeoutException 10".into()));
    assert_eq!(story(errors(&[], Some(Bound::Exactly(0)))).0, Some(false));
    let unseen = ("NotEnoughReplicasException", Bound::AtLeast(1));
    assert_eq!(story(errors(&[unseen], None)).0, Some(false));
    assert_eq!(Story::asks(errors(&[], Some(Bound::Exactly(0)))).ends(9).0, None, "nothing was sent");
}
