//! Questions to a coordinator, one after the other.

use super::*;
use crate::node::{Input, Owner};
use crate::protocol::catalog::NodeRole;
use crate::protocol::ids::*;
use crate::protocol::rules::TransactionVersion;
use crate::stage::Stage;
use crate::stage::broken::each_is_noticed;

const COORDINATOR: Option<BrokerId> = Some(BrokerId(2));

fn manager() -> (AddPartitionsToTxnManager, Stage) {
    let mut catalog = Catalog::default();
    (1..=2).for_each(|id| _ = catalog.add_node(format!("broker {id}"), NodeRole::Broker(BrokerId(id))));
    catalog.add_topic("orders", 3);
    ["billing", "shipping"].iter().for_each(|id| _ = catalog.add_transactional_id(id));
    let catalog = Rc::new(catalog);
    let stage = Stage::named(NodeId(0), catalog.clone());
    (AddPartitionsToTxnManager::new(&BrokerConfig::default(), catalog), stage)
}

fn question(id: u16, epoch: i16, tp: u32) -> AddPartitionsToTxnTransaction {
    AddPartitionsToTxnTransaction {
        transactional_id: TransactionalId(id),
        producer: ProducerIdAndEpoch { id: ProducerId(7), epoch: ProducerEpoch(epoch) },
        verify_only: true,
        version: TransactionVersion::V1,
        partitions: [Tp(tp)].into_iter().collect(),
    }
}

/// The connection to the coordinator opens, and what waits goes.
fn open(manager: &mut AddPartitionsToTxnManager, stage: &mut Stage) -> ConnId {
    let conn = *stage.opened.last().expect("a connection");
    let connected = stage.connected(conn);
    stage.run(|ctx| manager.accept(connected, ctx));
    let versions = stage.api_versions(conn);
    stage.run(|ctx| manager.accept(versions, ctx));
    conn
}

fn words(manager: &mut AddPartitionsToTxnManager) -> Vec<(u32, Vec<ErrorCode>)> {
    let errors = |word: CoordinatorsWord| (word.asker, word.errors.iter().map(|(_, error)| *error).collect());
    std::iter::from_fn(|| manager.next_word()).map(errors).collect()
}

/// The coordinator answers the last request with this for every partition.
fn answer(manager: &mut AddPartitionsToTxnManager, stage: &mut Stage, error: ErrorCode) {
    let (conn, message) = stage.sent.last().cloned().expect("a request");
    let Message { correlation, body: Body::Request(Request::AddPartitionsToTxn(request)) } = message else {
        panic!("{message:?}")
    };
    let result =
        |t: &AddPartitionsToTxnTransaction| (t.transactional_id, t.partitions.iter().map(|tp| (*tp, error)).collect());
    let response = AddPartitionsToTxnResponse { results: request.transactions.iter().map(result).collect() };
    let body = Body::Response(Response::AddPartitionsToTxn(response));
    let input = stage.message(conn, Message { correlation, body });
    stage.run(|ctx| manager.accept(input, ctx));
}

fn requests(stage: &Stage) -> Vec<usize> {
    let count = |(_, message): &(ConnId, Message)| match &message.body {
        Body::Request(Request::AddPartitionsToTxn(request)) => Some(request.transactions.len()),
        _ => None,
    };
    stage.sent.iter().filter_map(count).collect()
}

/// (`AddPartitionsToTxnManager.addTxnData`)
#[test]
fn one_request_is_in_flight_and_the_next_has_one_question_per_id() {
    let (mut manager, mut stage) = manager();
    stage.run(|ctx| manager.ask(COORDINATOR, question(0, 3, 0), 0, ctx));
    open(&mut manager, &mut stage);
    assert_eq!(requests(&stage), [1], "the first goes at once");
    // Of the same epoch, whatever its partitions: the older is likely to be sent again.
    stage.run(|ctx| manager.ask(COORDINATOR, question(0, 3, 1), 1, ctx));
    stage.run(|ctx| manager.ask(COORDINATOR, question(0, 3, 2), 2, ctx));
    assert_eq!(words(&mut manager), [(1, vec![ErrorCode::NetworkException])]);
    // Of a later epoch: the older is fenced.
    stage.run(|ctx| manager.ask(COORDINATOR, question(0, 4, 1), 3, ctx));
    assert_eq!(words(&mut manager), [(2, vec![ErrorCode::InvalidProducerEpoch])]);
    // Of an earlier one: it is itself.
    stage.run(|ctx| manager.ask(COORDINATOR, question(0, 3, 1), 4, ctx));
    assert_eq!(words(&mut manager), [(4, vec![ErrorCode::InvalidProducerEpoch])]);
    stage.run(|ctx| manager.ask(COORDINATOR, question(1, 0, 1), 5, ctx));
    manager.check_invariants();
    answer(&mut manager, &mut stage, ErrorCode::None);
    assert_eq!(words(&mut manager), [(0, vec![])], "nothing against it");
    assert_eq!(requests(&stage), [1, 2], "what was gathered goes together");
    answer(&mut manager, &mut stage, ErrorCode::ProducerFenced);
    let fenced = vec![ErrorCode::InvalidProducerEpoch];
    assert_eq!(words(&mut manager), [(3, fenced.clone()), (5, fenced)], "as producers know it");
    manager.check_invariants();
}

#[test]
fn without_a_coordinator_or_a_connection_nobody_waits() {
    let (mut manager, mut stage) = manager();
    stage.run(|ctx| manager.ask(None, question(0, 0, 0), 0, ctx));
    assert_eq!(words(&mut manager), [(0, vec![ErrorCode::CoordinatorNotAvailable])]);
    stage.run(|ctx| manager.ask(COORDINATOR, question(0, 0, 0), 1, ctx));
    let conn = *stage.opened.last().expect("a connection");
    let refused = stage.disconnected(conn);
    stage.run(|ctx| manager.accept(refused, ctx));
    assert_eq!(words(&mut manager), [(1, vec![ErrorCode::NetworkException])]);
    // Until it may connect again whoever asks is told so at once.
    stage.run(|ctx| manager.ask(COORDINATOR, question(0, 0, 0), 2, ctx));
    assert_eq!(words(&mut manager), [(2, vec![ErrorCode::NetworkException])]);
    stage.now = Nanos::from_millis(100);
    stage.run(|ctx| manager.ask(COORDINATOR, question(0, 0, 0), 3, ctx));
    open(&mut manager, &mut stage);
    // A connection that breaks takes along what was asked on it.
    let gone = Input::Disconnected { conn: *stage.opened.last().expect("a connection"), owner: Owner::NONE };
    let gone = stage.heard(gone);
    stage.run(|ctx| manager.accept(gone, ctx));
    assert_eq!(words(&mut manager), [(3, vec![ErrorCode::NetworkException])]);
    manager.check_invariants();
}

#[test]
fn questions_that_are_lost_are_noticed() {
    let waiting = || {
        let (mut manager, mut stage) = manager();
        stage.run(|ctx| manager.ask(COORDINATOR, question(0, 3, 0), 0, ctx));
        stage.run(|ctx| manager.ask(COORDINATOR, question(0, 3, 1), 1, ctx));
        manager
    };
    each_is_noticed(
        waiting,
        AddPartitionsToTxnManager::check_invariants,
        &[
            ("whoever has asked is told", |m| {
                m.words.push_back(CoordinatorsWord { asker: 0, errors: List::new() });
            }),
            ("a question waits for another", |m| m.in_flight.clear()),
            ("a question waits for another", |m| m.gathered.values_mut().for_each(Vec::clear)),
            ("one question per transactional id", |m| {
                let questions = m.gathered.values_mut().next().expect("one waits");
                questions.push(questions[0].clone());
            }),
            ("whoever sent a request hears of it", |m| {
                m.thread.forge(Completion { tag: Vec::new(), to: BrokerId(2), response: None });
            }),
        ],
    );
}
