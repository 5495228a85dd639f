use proptest::prelude::*;

use super::*;
use crate::sim::queue::EventQueue;
use crate::sim::random::Stream;

/// A network, the queue around it, and what the nodes heard, as lines of a story.
struct Story {
    network: Network<&'static str>,
    queue: EventQueue<Packet<&'static str>>,
    now: Nanos,
    heard: Vec<String>,
}

const CLIENT: u32 = 0;
const SERVER: u32 = 1;
const CONN: u32 = 0;

type Out = Vec<(Nanos, Packet<&'static str>)>;

impl Story {
    /// Three nodes, 10 ns apart.
    fn new() -> Story {
        Story::with(Distribution::Constant(Nanos(10)), None)
    }
    fn with(latency: Distribution, bytes_per_second: Option<u64>) -> Story {
        Story {
            network: Network::new(3, &LinkSpec { latency, bytes_per_second }, 1),
            queue: EventQueue::new(),
            now: Nanos::ZERO,
            heard: Vec::new(),
        }
    }
    /// With [`CONN`] established from client to server; nothing told yet.
    fn connected() -> Story {
        let mut story = Story::new();
        story.connect(CONN);
        story.until(100);
        assert_eq!(story.told(), ["10 node 1 accepted 0 from 0", "20 node 0 connected 0"]);
        story
    }
    fn call<R>(&mut self, call: impl FnOnce(&mut Network<&'static str>, Nanos, &mut Out) -> R) -> R {
        let mut out = Vec::new();
        let answer = call(&mut self.network, self.now, &mut out);
        for (at, packet) in out {
            self.queue.push(at, packet);
        }
        answer
    }
    fn connect(&mut self, conn: u32) {
        self.call(|network, now, out| network.connect(now, conn, CLIENT, SERVER, out));
    }
    fn send(&mut self, from: u32, message: &'static str) -> Option<Nanos> {
        self.call(|network, now, out| network.send(now, CONN, from, message, 100, out))
    }
    fn close(&mut self, from: u32) {
        self.call(|network, now, out| network.close(now, CONN, from, out));
    }
    fn cut(&mut self, from: u32, to: u32) {
        self.network.begin(from, to, LinkFault::Cut);
    }
    fn mend(&mut self, from: u32, to: u32) {
        self.end(from, to, LinkFault::Cut);
    }
    fn end(&mut self, from: u32, to: u32, fault: LinkFault) {
        self.call(|network, now, out| network.end(now, from, to, fault, out));
    }
    /// Both ways.
    fn part(&mut self, a: u32, b: u32) {
        self.cut(a, b);
        self.cut(b, a);
    }
    fn rejoin(&mut self, a: u32, b: u32) {
        self.mend(a, b);
        self.mend(b, a);
    }
    fn die(&mut self, node: u32, silent: bool) {
        self.call(|network, now, out| network.process_died(now, node, silent, out));
    }
    fn start(&mut self, node: u32) {
        self.call(|network, now, out| network.process_started(now, node, true, out));
    }
    /// Lets everything up to a time happen.
    fn until(&mut self, time: u64) {
        while self.queue.peek().is_some_and(|at| at <= Nanos(time)) {
            let (at, _, packet) = self.queue.pop().expect("peeked");
            self.now = at;
            let mut behind = Vec::new();
            let first = self.call(|network, now, out| network.arrive(now, packet, out, &mut behind));
            self.hear(first.into_iter().chain(behind).collect());
        }
        self.now = Nanos(time);
    }
    fn hear(&mut self, deliver: Vec<Delivery<&'static str>>) {
        let now = self.now.0;
        self.heard.extend(deliver.into_iter().map(|delivery| match delivery {
            Delivery::Accepted { node, conn, peer } => format!("{now} node {node} accepted {conn} from {peer}"),
            Delivery::Connected { node, conn, .. } => format!("{now} node {node} connected {conn}"),
            Delivery::Disconnected { node, conn, .. } => format!("{now} node {node} disconnected {conn}"),
            Delivery::Data { node, message, .. } => format!("{now} node {node} got {message}"),
        }));
    }
    /// What was heard since the last call.
    fn told(&mut self) -> Vec<String> {
        std::mem::take(&mut self.heard)
    }
}

#[test]
fn a_connection_takes_a_round_trip_and_carries_messages_in_order() {
    let mut story = Story::connected();
    assert_eq!(story.send(CLIENT, "ask"), Some(Nanos(100)));
    story.send(CLIENT, "ask again");
    story.until(115);
    story.send(SERVER, "answer");
    story.until(200);
    assert_eq!(story.told(), ["110 node 1 got ask", "110 node 1 got ask again", "125 node 0 got answer"]);
}

#[test]
fn a_message_never_overtakes_the_one_before_it() {
    let mut story = Story::connected();
    story.network.begin(CLIENT, SERVER, LinkFault::Slow(10));
    story.send(CLIENT, "slow");
    story.end(CLIENT, SERVER, LinkFault::Slow(10));
    story.send(CLIENT, "fast");
    story.until(300);
    assert_eq!(story.told(), ["200 node 1 got slow", "200 node 1 got fast"]);
}

#[test]
fn messages_queue_for_the_senders_card_whoever_they_are_for() {
    let mut story = Story::with(Distribution::Constant(Nanos(10)), Some(1_000_000_000));
    story.connect(0);
    story.call(|network, now, out| network.connect(now, 1, CLIENT, 2, out));
    story.until(100);
    story.told();
    assert_eq!(story.send(CLIENT, "one"), Some(Nanos(200)));
    let written = story.call(|network, now, out| network.send(now, 1, CLIENT, "two", 50, out));
    assert_eq!(written, Some(Nanos(250)));
    assert_eq!(story.send(SERVER, "other card"), Some(Nanos(200)));
    story.until(300);
    assert_eq!(story.told(), ["210 node 1 got one", "210 node 0 got other card", "260 node 2 got two"]);
}

/// A round trip of 20 ns, and [`LEAST_TIMEOUT`].
const TIMEOUT: u64 = 200_000_020;

#[test]
fn what_a_partition_swallowed_is_sent_again_on_tcps_timer_and_nothing_is_lost() {
    let mut story = Story::connected();
    story.send(CLIENT, "under way");
    story.part(CLIENT, SERVER);
    story.until(500);
    story.send(CLIENT, "during");
    story.send(SERVER, "back");
    story.until(1_000);
    story.rejoin(CLIENT, SERVER);
    story.send(CLIENT, "after");
    story.until(2_000);
    assert!(story.told().is_empty(), "mended, but nobody has sent again yet");
    story.until(2 * TIMEOUT);
    assert_eq!(
        story.told(),
        [
            "200000130 node 1 got under way",
            "200000130 node 1 got during",
            "200000130 node 1 got after",
            "200000530 node 0 got back"
        ]
    );
}

#[test]
fn a_connection_that_was_idle_through_a_partition_is_whole_at_once() {
    let mut story = Story::connected();
    story.part(CLIENT, SERVER);
    story.until(5_000);
    story.rejoin(CLIENT, SERVER);
    story.send(CLIENT, "hello");
    story.until(6_000);
    assert_eq!(story.told(), ["5010 node 1 got hello"]);
}

#[test]
fn the_longer_a_partition_the_longer_its_end_takes() {
    const MS: u64 = 1_000_000;
    // Sent again after 0.2, 0.6, 1.4, 3.0, 6.2, 12.6 s.
    for (mended, heard) in [(100, 200), (500, 600), (1_000, 1_400), (2_000, 3_000), (5_000, 6_200), (7_000, 12_600)] {
        let mut story = Story::connected();
        story.part(CLIENT, SERVER);
        story.send(CLIENT, "patience");
        story.until(mended * MS);
        story.rejoin(CLIENT, SERVER);
        story.until(20_000 * MS);
        let told = story.told();
        let at: u64 = told[0].split(' ').next().unwrap().parse().unwrap();
        assert_eq!((told.len(), at / MS), (1, heard), "mended after {mended} ms");
    }
}

#[test]
fn a_retransmission_into_the_next_partition_goes_on_doubling() {
    const MS: u64 = 1_000_000;
    let mut story = Story::connected();
    story.part(CLIENT, SERVER);
    story.send(CLIENT, "patience");
    story.until(1_000 * MS);
    story.rejoin(CLIENT, SERVER);
    story.until(1_300 * MS);
    story.part(CLIENT, SERVER);
    story.until(1_500 * MS);
    story.rejoin(CLIENT, SERVER);
    story.until(2_900 * MS);
    assert!(story.told().is_empty(), "the one of 1.4 s was swallowed, too");
    story.until(3_001 * MS);
    assert_eq!(story.told().len(), 1);
}

#[test]
fn the_open_way_of_a_cut_link_carries_what_needs_no_acknowledgement_yet() {
    let mut story = Story::connected();
    story.cut(SERVER, CLIENT);
    story.send(CLIENT, "ask");
    story.until(1_000);
    assert_eq!(story.told(), ["110 node 1 got ask"], "it is heard and can be acted upon");
    story.send(SERVER, "answer");
    story.send(CLIENT, "ask again");
    story.until(TIMEOUT + 110);
    assert_eq!(story.told(), ["1010 node 1 got ask again"], "but no answer passes");
    story.send(CLIENT, "too late");
    story.until(TIMEOUT + 2_000);
    assert!(story.told().is_empty(), "its system only sends again what it has no acknowledgement for");
    story.mend(SERVER, CLIENT);
    story.until(4 * TIMEOUT);
    assert_eq!(story.told(), ["600000170 node 1 got too late", "600001070 node 0 got answer",]);
}

#[test]
fn what_is_under_way_at_the_mend_waits_for_what_was_held() {
    let mut story = Story::connected();
    story.part(CLIENT, SERVER);
    story.send(CLIENT, "held");
    story.until(108);
    story.send(CLIENT, "under way");
    story.until(115);
    story.rejoin(CLIENT, SERVER);
    story.until(2 * TIMEOUT);
    assert_eq!(story.told(), ["200000130 node 1 got held", "200000130 node 1 got under way"]);
}

#[test]
fn cuts_count() {
    let mut story = Story::connected();
    story.cut(CLIENT, SERVER);
    story.cut(SERVER, CLIENT);
    story.cut(SERVER, CLIENT);
    story.send(CLIENT, "patience");
    for (from, to) in [(CLIENT, SERVER), (CLIENT, SERVER), (SERVER, CLIENT)] {
        story.until(story.now.0 + 100);
        story.mend(from, to);
    }
    story.until(500);
    assert!(story.told().is_empty(), "the second cut of server to client still holds");
    story.mend(SERVER, CLIENT);
    story.until(TIMEOUT + 600);
    assert_eq!(story.told(), ["200000130 node 1 got patience"]);
}

#[test]
fn a_connection_opened_into_a_cut_is_made_after_the_mend_unless_given_up() {
    let mut story = Story::new();
    story.cut(SERVER, CLIENT);
    story.connect(0);
    story.connect(1);
    story.until(100);
    story.call(|network, now, out| network.close(now, 1, CLIENT, out));
    story.mend(SERVER, CLIENT);
    story.until(999_999_999);
    assert!(story.told().is_empty(), "a SYN is sent again after a second");
    story.until(2_000_000_000);
    assert_eq!(story.told(), ["1000000010 node 1 accepted 0 from 0", "1000000020 node 0 connected 0"]);
}

#[test]
fn blocked_connects_are_not_answered_while_connections_go_on() {
    let mut story = Story::connected();
    story.network.begin(CLIENT, SERVER, LinkFault::NoConnects);
    story.connect(1);
    story.call(|network, now, out| network.connect(now, 2, SERVER, CLIENT, out));
    story.send(CLIENT, "still here");
    story.until(200);
    assert_eq!(story.told(), ["110 node 0 accepted 2 from 1", "110 node 1 got still here", "120 node 1 connected 2"]);
}

#[test]
fn a_blocked_syn_is_sent_again_after_one_three_and_seven_seconds() {
    const MS: u64 = 1_000_000;
    let mut story = Story::new();
    story.network.begin(CLIENT, SERVER, LinkFault::NoConnects);
    story.network.begin(CLIENT, SERVER, LinkFault::NoConnects);
    story.connect(CONN);
    story.until(500 * MS);
    story.end(CLIENT, SERVER, LinkFault::NoConnects);
    story.until(4_000 * MS);
    assert!(story.told().is_empty(), "the second fault still holds");
    story.end(CLIENT, SERVER, LinkFault::NoConnects);
    story.until(6_999 * MS);
    assert!(story.told().is_empty());
    story.until(7_001 * MS);
    assert_eq!(story.told(), ["7000000010 node 1 accepted 0 from 0", "7000000020 node 0 connected 0"]);
}

#[test]
fn a_clogged_link_delivers_at_once_what_it_held_back() {
    let mut story = Story::connected();
    story.network.begin(CLIENT, SERVER, LinkFault::Clogged);
    story.network.begin(CLIENT, SERVER, LinkFault::Clogged);
    story.send(CLIENT, "first");
    story.until(140);
    story.send(CLIENT, "due with it");
    story.send(SERVER, "the other way");
    story.until(145);
    story.end(CLIENT, SERVER, LinkFault::Clogged);
    story.send(CLIENT, "later");
    story.until(152);
    assert_eq!(story.told(), ["150 node 0 got the other way"]);
    story.end(CLIENT, SERVER, LinkFault::Clogged);
    story.until(200);
    assert_eq!(story.told(), ["152 node 1 got first", "152 node 1 got due with it", "155 node 1 got later"]);
}

#[test]
fn a_link_may_be_late_slow_and_narrow_at_once() {
    let mut story = Story::connected();
    let faults = [LinkFault::Slow(10), LinkFault::Slow(2), LinkFault::Late(Nanos(7)), LinkFault::Late(Nanos(7))];
    faults.iter().for_each(|fault| story.network.begin(CLIENT, SERVER, *fault));
    // A hundred bytes in a tenth of a second.
    story.network.begin(CLIENT, SERVER, LinkFault::Narrow(1_000));
    assert_eq!(story.send(CLIENT, "all at once"), Some(Nanos(100_000_100)));
    story.end(CLIENT, SERVER, LinkFault::Narrow(1_000));
    story.until(100_000_100 + 213);
    assert!(story.told().is_empty());
    story.until(100_000_100 + 214);
    assert_eq!(story.told().len(), 1);
    story.end(CLIENT, SERVER, LinkFault::Late(Nanos(7)));
    story.end(CLIENT, SERVER, LinkFault::Slow(10));
    story.send(CLIENT, "two times ten and seven");
    story.until(100_000_314 + 26);
    assert!(story.told().is_empty());
    story.until(100_000_314 + 27);
    assert_eq!(story.told().len(), 1);
}

#[test]
fn no_hop_is_shorter_than_the_least() {
    let mut story = Story::with(Distribution::Constant(Nanos::ZERO), None);
    story.network.least_latency(Nanos(5));
    story.connect(CONN);
    story.until(100);
    assert_eq!(story.told(), ["5 node 1 accepted 0 from 0", "10 node 0 connected 0"]);
}

#[test]
fn what_is_held_back_waits_for_its_turn_and_everything_behind_it_too() {
    let mut story = Story::connected();
    story.send(CLIENT, "before");
    let held = story.network.hold_back(CONN, CLIENT).expect("it is open");
    let twice = story.network.hold_back(CONN, CLIENT).expect("it is open");
    story.send(CLIENT, "held");
    story.send(SERVER, "back");
    story.until(150);
    story.send(CLIENT, "behind it");
    story.until(200);
    assert_eq!(story.told(), ["110 node 1 got before", "110 node 0 got back"]);
    story.call(|network, now, out| network.let_go(now, held, out));
    story.until(250);
    assert!(story.told().is_empty(), "held twice");
    story.call(|network, now, out| network.let_go(now, twice, out));
    story.send(CLIENT, "free");
    story.until(300);
    assert_eq!(story.told(), ["250 node 1 got held", "250 node 1 got behind it", "260 node 1 got free"]);
}

#[test]
fn what_is_swallowed_is_lost_until_the_connection_ends() {
    let mut story = Story::connected();
    story.send(CLIENT, "before");
    story.network.swallow(CONN, CLIENT);
    assert!(story.send(CLIENT, "swallowed").is_some(), "it believes it sent");
    story.send(SERVER, "back");
    story.until(150);
    story.send(CLIENT, "swallowed, too");
    story.close(CLIENT);
    story.until(200);
    assert_eq!(story.told(), ["110 node 1 got before", "110 node 0 got back", "160 node 1 disconnected 0"]);
}

#[test]
fn a_request_is_executed_late_after_its_client_has_given_up() {
    let mut story = Story::connected();
    story.part(CLIENT, SERVER);
    story.send(CLIENT, "charge the card");
    story.until(500);
    story.close(CLIENT);
    story.rejoin(CLIENT, SERVER);
    story.until(2 * TIMEOUT);
    assert_eq!(story.told(), ["200000130 node 1 got charge the card", "200000130 node 1 disconnected 0"]);
    assert_eq!(story.send(SERVER, "charged"), None, "there is nobody to tell");
}

#[test]
fn an_answer_that_crosses_the_close_is_dropped() {
    let mut story = Story::connected();
    story.send(CLIENT, "ask");
    story.until(112);
    story.send(SERVER, "answer");
    story.close(CLIENT);
    assert_eq!(story.send(CLIENT, "more"), None);
    story.until(200);
    assert_eq!(story.told(), ["110 node 1 got ask", "122 node 1 disconnected 0"]);
}

#[test]
fn an_acceptor_may_close_before_its_peer_knows_that_it_is_connected() {
    let mut story = Story::new();
    story.connect(CONN);
    story.until(12);
    story.close(SERVER);
    story.until(100);
    assert_eq!(story.told(), ["10 node 1 accepted 0 from 0", "20 node 0 connected 0", "22 node 0 disconnected 0"]);
}

#[test]
fn a_reset_loses_what_is_under_way() {
    let mut story = Story::connected();
    story.send(CLIENT, "lost");
    story.until(105);
    let mut deliver = Vec::new();
    story.network.reset_connection(CONN, &mut deliver);
    story.hear(deliver);
    story.until(200);
    assert_eq!(story.told(), ["105 node 0 disconnected 0", "105 node 1 disconnected 0"]);
    assert_eq!(story.send(CLIENT, "late"), None);
    assert!(story.network.connections_between(CLIENT, SERVER).is_empty());
}

#[test]
fn a_process_that_dies_resets_its_peers_behind_what_it_sent() {
    let mut story = Story::connected();
    story.send(SERVER, "last words");
    story.send(CLIENT, "unheard");
    story.die(SERVER, false);
    story.until(200);
    assert_eq!(story.told(), ["110 node 0 got last words", "110 node 0 disconnected 0"]);
}

#[test]
fn a_host_without_its_process_refuses_connections() {
    let mut story = Story::new();
    story.die(SERVER, false);
    story.connect(CONN);
    story.until(50);
    assert_eq!(story.told(), ["20 node 0 disconnected 0"]);
    story.start(SERVER);
    story.connect(1);
    story.until(100);
    assert_eq!(story.told(), ["60 node 1 accepted 1 from 0", "70 node 0 connected 1"]);
}

#[test]
fn a_process_with_a_closed_port_refuses_connections_and_keeps_those_it_has() {
    let mut story = Story::new();
    story.connect(CONN);
    story.until(50);
    story.told();
    story.network.listen(SERVER, false);
    story.connect(1);
    story.send(CLIENT, "hello");
    story.until(100);
    assert_eq!(story.told(), ["60 node 1 got hello", "70 node 0 disconnected 1"]);
    story.network.listen(SERVER, true);
    story.connect(2);
    story.until(150);
    assert_eq!(story.told(), ["110 node 1 accepted 2 from 0", "120 node 0 connected 2"]);
}

#[test]
fn a_syn_under_way_is_answered_by_whoever_is_there_when_it_arrives() {
    let mut story = Story::new();
    story.connect(CONN);
    story.until(5);
    story.die(SERVER, false);
    story.until(100);
    assert_eq!(story.told(), ["20 node 0 disconnected 0"]);
}

#[test]
fn after_a_power_loss_the_peer_is_left_half_open_until_the_host_is_back() {
    let mut story = Story::connected();
    story.send(SERVER, "last words");
    story.die(SERVER, true);
    story.until(200);
    assert_eq!(story.told(), ["110 node 0 got last words"]);
    assert_eq!(story.send(CLIENT, "swallowed"), Some(Nanos(200)), "it believes itself connected");
    story.connect(1);
    story.until(300);
    assert!(story.told().is_empty());
    story.start(SERVER);
    story.until(400);
    assert!(story.told().is_empty(), "nobody has told it yet");
    story.send(CLIENT, "anyone?");
    story.until(500);
    assert!(
        story.told().is_empty(),
        "its system has not sent the swallowed bytes again yet, and nothing else before them"
    );
    story.until(300_000_000);
    assert_eq!(story.told(), ["200000240 node 0 disconnected 0"]);
}

#[test]
fn a_peer_that_was_silent_through_a_power_loss_hears_of_it_when_it_next_sends() {
    let mut story = Story::connected();
    story.die(SERVER, true);
    story.until(300);
    story.start(SERVER);
    story.until(400);
    assert!(story.told().is_empty(), "nobody has told it yet");
    story.send(CLIENT, "anyone?");
    story.send(CLIENT, "hello?");
    story.until(500);
    assert_eq!(story.told(), ["420 node 0 disconnected 0"]);
}

#[test]
fn what_a_dark_host_swallowed_is_sent_again_and_reset_once_it_is_back() {
    const MS: u64 = 1_000_000;
    let mut story = Story::connected();
    story.die(SERVER, true);
    story.send(CLIENT, "swallowed");
    story.until(3_500 * MS);
    story.start(SERVER);
    story.until(6_200 * MS);
    assert!(story.told().is_empty(), "sent again after 0.2, 0.6, 1.4, 3.0 and next after 6.2 s");
    story.until(6_201 * MS);
    let told = story.told();
    assert_eq!(told.len(), 1);
    assert!(told[0].ends_with("node 0 disconnected 0"), "{told:?}");
}

#[test]
fn a_process_that_does_not_listen_yet_refuses() {
    let mut story = Story::connected();
    story.die(SERVER, false);
    story.until(200);
    story.told();
    story.call(|network, now, out| network.process_started(now, SERVER, false, out));
    story.connect(1);
    story.until(300);
    assert_eq!(story.told(), ["220 node 0 disconnected 1"], "refused: it never was connected");
    story.call(|network, _, _| network.listen(SERVER, true));
    story.connect(2);
    story.until(400);
    assert!(story.told().iter().any(|told| told.ends_with("node 0 connected 2")));
}

#[test]
fn a_host_that_is_back_without_its_process_resets_too() {
    let mut story = Story::connected();
    story.die(SERVER, true);
    story.until(200);
    story.die(SERVER, false);
    story.send(CLIENT, "anyone?");
    story.until(300);
    assert_eq!(story.told(), ["220 node 0 disconnected 0"]);
}

#[test]
fn a_power_loss_behind_a_cut_takes_what_was_to_be_sent_again() {
    let mut story = Story::connected();
    story.cut(SERVER, CLIENT);
    story.send(SERVER, "held");
    story.until(150);
    story.send(SERVER, "under way");
    story.die(SERVER, true);
    story.until(200);
    story.mend(SERVER, CLIENT);
    story.start(SERVER);
    story.until(300);
    assert!(story.told().is_empty());
    story.send(CLIENT, "anyone?");
    story.until(400);
    assert_eq!(story.told(), ["320 node 0 disconnected 0"]);
}

#[test]
fn a_client_that_loses_power_leaves_the_server_half_open() {
    let mut story = Story::connected();
    story.die(CLIENT, true);
    story.until(200);
    story.start(CLIENT);
    assert!(story.network.connections_between(CLIENT, SERVER).is_empty(), "not open at both ends");
    story.send(SERVER, "push");
    story.until(300);
    assert_eq!(story.told(), ["220 node 1 disconnected 0"]);
}

#[test]
fn connections_between_two_nodes_are_listed_while_open() {
    let mut story = Story::connected();
    story.connect(2);
    story.call(|network, now, out| network.connect(now, 1, SERVER, CLIENT, out));
    assert_eq!(story.network.connections_between(CLIENT, SERVER), [0]);
    story.until(200);
    assert_eq!(story.network.connections_between(SERVER, CLIENT), [0, 1, 2]);
    assert!(story.network.connections_between(CLIENT, 2).is_empty());
    story.close(CLIENT);
    assert_eq!(story.network.connections_between(CLIENT, SERVER), [1, 2]);
}

#[test]
fn a_node_may_be_connected_to_itself() {
    let mut story = Story::new();
    story.call(|network, now, out| network.connect(now, CONN, 2, 2, out));
    story.until(50);
    story.send(2, "note to self");
    story.until(100);
    story.die(2, false);
    story.until(200);
    assert_eq!(story.told(), ["10 node 2 accepted 0 from 2", "20 node 2 connected 0", "60 node 2 got note to self"]);
}

/// Both ends have their names, and each hears what the other says.
#[test]
fn a_node_answers_itself_at_the_other_end() {
    let mut story = Story::new();
    story.call(|network, now, out| network.connect(now, CONN, 2, 2, out));
    story.network.own(CONN, 2, 5);
    story.until(50);
    story.network.own_accepted(CONN, 2, 6);
    story.send(2, "question");
    story.until(100);
    story.call(|network, now, out| network.answer(now, CONN, 2, "answer", 100, out));
    story.until(150);
    let heard =
        ["10 node 2 accepted 0 from 2", "20 node 2 connected 0", "60 node 2 got question", "110 node 2 got answer"];
    assert_eq!(story.told(), heard);
    let owner = |to_opener: bool| {
        let connection = story.network.connections.at(CONN);
        connection.owner(Side::receiver(to_opener))
    };
    assert_eq!((owner(false), owner(true)), (6, 5));
    story.close(2);
    story.until(200);
    assert_eq!(story.network.connections_between(2, 2), [0; 0], "whoever opened it has closed it");
}

#[test]
fn a_links_draws_do_not_depend_on_other_links() {
    let latency = Distribution::Exponential { mean: Nanos(1_000) };
    let run = |others: bool| {
        let mut story = Story::with(latency, None);
        story.connect(CONN);
        if others {
            story.call(|network, now, out| network.connect(now, 1, 2, SERVER, out));
        }
        story.until(1_000_000);
        story.told().into_iter().filter(|line| line.contains("connected 0")).collect::<Vec<_>>()
    };
    assert_eq!(run(false), run(true));
}

/// What the world may do between two moments.
#[derive(Clone, Debug)]
enum Step {
    Send {
        from: u32,
    },
    Begin {
        from: u32,
        fault: LinkFault,
    },
    /// One of those that are in force.
    End {
        which: prop::sample::Index,
    },
    HoldBack {
        from: u32,
    },
    Wait {
        span: u64,
    },
}

fn link_fault() -> impl Strategy<Value = LinkFault> {
    prop_oneof![
        4 => Just(LinkFault::Cut),
        2 => Just(LinkFault::Clogged),
        1 => Just(LinkFault::NoConnects),
        1 => (0u32..20).prop_map(LinkFault::Slow),
        1 => (0u64..300).prop_map(|late| LinkFault::Late(Nanos(late))),
        1 => (1u64..1_000_000_000).prop_map(LinkFault::Narrow),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let node = 0u32..2;
    prop_oneof![
        6 => node.clone().prop_map(|from| Step::Send { from }),
        3 => (node.clone(), link_fault()).prop_map(|(from, fault)| Step::Begin { from, fault }),
        3 => any::<prop::sample::Index>().prop_map(|which| Step::End { which }),
        1 => node.prop_map(|from| Step::HoldBack { from }),
        4 => prop_oneof![0u64..150, 0u64..1_000_000_000].prop_map(|span| Step::Wait { span }),
    ]
}

fn arrive<M: Clone>(
    network: &mut Network<M>,
    at: Nanos,
    packet: Packet<M>,
    out: &mut Vec<(Nanos, Packet<M>)>,
    deliver: &mut Vec<Delivery<M>>,
) {
    let mut behind = Vec::new();
    deliver.extend(network.arrive(at, packet, out, &mut behind));
    deliver.append(&mut behind);
}

proptest! {
    /// Whatever the links do, and in whatever order faults begin and end: each message once, in order, all of
    /// them when the faults are over, and then the links are as before.
    #[test]
    fn a_connection_that_lives_delivers_everything_in_order(steps in prop::collection::vec(step(), 0..120)) {
        let link = LinkSpec { latency: Distribution::Uniform { low: Nanos(1), high: Nanos(100) }, bytes_per_second: Some(1_000_000_000) };
        let mut network: Network<u32> = Network::new(2, &link, 9);
        let mut queue = EventQueue::new();
        let (mut out, mut deliver) = (Vec::new(), Vec::new());
        let (mut now, mut sent, mut got) = (Nanos::ZERO, [0u32; 2], [0u32; 2]);
        let (mut active, mut held): (Vec<(u32, LinkFault)>, Vec<Held>) = (Vec::new(), Vec::new());
        network.connect(now, 0, 0, 1, &mut out);
        let steps = [Step::Wait { span: 1_000 }].into_iter().chain(steps).map(Some);
        for step in steps.chain([None, Some(Step::Wait { span: 1 << 62 })]) {
            match step {
                Some(Step::Send { from }) => {
                    let number = sent[from as usize];
                    prop_assert!(network.send(now, 0, from, number, 10, &mut out).is_some());
                    sent[from as usize] += 1;
                }
                Some(Step::Begin { from, fault }) => {
                    network.begin(from, 1 - from, fault);
                    active.push((from, fault));
                }
                Some(Step::End { which }) if !active.is_empty() => {
                    let (from, fault) = active.swap_remove(which.index(active.len()));
                    network.end(now, from, 1 - from, fault, &mut out);
                }
                Some(Step::End { .. }) => {}
                Some(Step::HoldBack { from }) => held.extend(network.hold_back(0, from)),
                None => {
                    active.drain(..).for_each(|(from, fault)| network.end(now, from, 1 - from, fault, &mut out));
                    held.drain(..).for_each(|held| network.let_go(now, held, &mut out));
                    prop_assert!(network.links.are_healthy());
                }
                Some(Step::Wait { span }) => {
                    let until = now + Nanos(span);
                    out.drain(..).for_each(|(at, packet)| { queue.push(at, packet); });
                    while queue.peek().is_some_and(|at| at <= until) {
                        let (at, _, packet) = queue.pop().expect("peeked");
                        arrive(&mut network, at, packet, &mut out, &mut deliver);
                        out.drain(..).for_each(|(at, packet)| { queue.push(at, packet); });
                    }
                    now = until;
                }
            }
            for delivery in deliver.drain(..) {
                if let Delivery::Data { node, message, .. } = delivery {
                    prop_assert_eq!(message, got[node as usize]);
                    got[node as usize] += 1;
                }
            }
        }
        prop_assert_eq!(got, [sent[1], sent[0]]);
    }

    /// Connections are forgotten once nothing can come of them, whatever ended them.
    #[test]
    fn nothing_is_left_of_connections_that_have_ended(seed in any::<u64>()) {
        let mut random = Stream::new(seed, "chaos");
        let link = LinkSpec { latency: Distribution::Uniform { low: Nanos(1), high: Nanos(50) }, bytes_per_second: None };
        let mut network: Network<()> = Network::new(3, &link, seed);
        let mut queue = EventQueue::new();
        let (mut out, mut deliver, mut conns) = (Vec::new(), Vec::new(), 0);
        let mut now = Nanos::ZERO;
        for _ in 0..300 {
            let (a, b) = (random.below(3) as u32, random.below(3) as u32);
            let conn = random.below(u64::from(conns) + 1) as u32;
            match random.below(12) {
                0..=2 => { network.connect(now, conns, a, b, &mut out); conns += 1; }
                3..=5 => { network.send(now, conn, a, (), 10, &mut out); }
                6 => network.close(now, conn, a, &mut out),
                7 => network.process_died(now, a, random.below(2) == 0, &mut out),
                8 => network.process_started(now, a, random.below(2) == 0, &mut out),
                9 => network.reset_connection(conn, &mut deliver),
                10 => network.begin(a, b, LinkFault::Cut),
                _ => network.end(now, a, b, LinkFault::Cut, &mut out),
            }
            out.drain(..).for_each(|(at, packet)| { queue.push(at, packet); });
            let until = now + Nanos(random.below(20));
            while queue.peek().is_some_and(|at| at <= until) {
                let (at, _, packet) = queue.pop().expect("peeked");
                arrive(&mut network, at, packet, &mut out, &mut deliver);
                out.drain(..).for_each(|(at, packet)| { queue.push(at, packet); });
            }
            now = until;
        }
        for conn in 0..conns {
            (0..3).for_each(|node| network.close(now, conn, node, &mut out));
        }
        for n in 0..300 * 9 {
            network.end(now, n % 3, n / 3 % 3, LinkFault::Cut, &mut out);
        }
        out.drain(..).for_each(|(at, packet)| { queue.push(at, packet); });
        while let Some((at, _, packet)) = queue.pop() {
            arrive(&mut network, at, packet, &mut out, &mut deliver);
            out.drain(..).for_each(|(at, packet)| { queue.push(at, packet); });
        }
        prop_assert!(network.unfinished.iter().all(Vec::is_empty), "{:?}", network.unfinished);
        prop_assert!(network.connections.kept() < 64, "only the last page is kept");
    }
}
