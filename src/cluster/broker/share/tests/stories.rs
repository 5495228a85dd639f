//! The stories in `tests/stories/share/`.

use super::stage::{Leader, TP};
use crate::protocol::config::{BrokerConfig, GroupConfig};
use crate::protocol::ids::*;
use crate::protocol::messages::*;
use crate::protocol::rules::KafkaVersion;
use crate::stage::story::{Command, Vocabulary, play_all};

/// Options of commands that are no acknowledgements.
const OPTIONS: [&str; 9] = ["max", "bytes", "min", "wait", "mode", "batch", "epoch", "partitions", "forget"];

fn member(command: &Command) -> MemberId {
    let text = command.word(0);
    let number = text.strip_prefix('m').and_then(|number| number.parse().ok());
    MemberId(number.unwrap_or_else(|| command.wrong("a member is m1, m2 ...")))
}

fn kind(command: &Command, text: &str) -> AcknowledgeType {
    use AcknowledgeType::*;
    let known = [Gap, Accept, Release, Reject, Renew].into_iter().find(|kind| kind.name() == text);
    known.unwrap_or_else(|| command.wrong("ACCEPT, RELEASE, REJECT, GAP or RENEW"))
}

/// `0-4=ACCEPT 5-6=RELEASE/REJECT`: acknowledgements of the first partition.
fn acknowledgements(command: &Command) -> Vec<SharePartitionAcknowledgements> {
    let parse = |text: &str| text.parse().map(Offset).unwrap_or_else(|_| command.wrong("offsets are numbers"));
    let batch = |(range, kinds): (&str, &str)| {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        let types = kinds.split('/').map(|text| kind(command, text)).collect();
        AcknowledgementBatch { first: parse(first), last: parse(last), types }
    };
    let acknowledgements: Vec<_> = command.configs(&OPTIONS).map(batch).collect();
    let one = (!acknowledgements.is_empty()).then_some(SharePartitionAcknowledgements { tp: TP, acknowledgements });
    one.into_iter().collect()
}

fn renews(partitions: &[SharePartitionAcknowledgements]) -> bool {
    let batches = partitions.iter().flat_map(|partition| &partition.acknowledgements);
    batches.into_iter().any(|batch| batch.types.contains(&AcknowledgeType::Renew))
}

fn epoch(command: &Command, epoch: &mut i32) {
    match command.option("epoch") {
        Some("final") => *epoch = share_session_epoch::FINAL,
        Some("initial") => *epoch = share_session_epoch::INITIAL,
        Some(_) => *epoch = command.numeric("epoch").unwrap_or(0),
        None => {}
    }
}

fn fetch(leader: &mut Leader, command: &Command) {
    let partitions = acknowledgements(command);
    let more = command.numeric::<u32>("partitions").unwrap_or(0);
    leader.fetch(member(command), |request| {
        request.is_renew = renews(&partitions);
        if request.is_renew {
            (request.max_bytes, request.min_bytes, request.max_records) = (0, 0, 0);
            request.max_wait = crate::sim::time::Nanos::ZERO;
        }
        request.partitions = partitions;
        request
            .partitions
            .extend((0..more).map(|tp| SharePartitionAcknowledgements { tp: Tp(tp), acknowledgements: Vec::new() }));
        request.forgotten.extend(command.numeric("forget").map(Tp));
        request.max_records = command.numeric("max").unwrap_or(request.max_records);
        request.batch_size = command.numeric("batch").unwrap_or(request.batch_size);
        request.max_bytes = command.numeric("bytes").unwrap_or(request.max_bytes);
        request.min_bytes = command.numeric("min").unwrap_or(request.min_bytes);
        request.max_wait = command.spans("wait").unwrap_or(request.max_wait);
        if command.option("mode") == Some("record_limit") {
            request.acquire_mode = ShareAcquireMode::RecordLimit;
        }
        epoch(command, &mut request.session_epoch);
    });
}

impl Vocabulary for Leader {
    /// `given version=4.1 group.share.delivery.count.limit=2`: a broker that leads orders-0 and orders-1, with one replica each.
    /// Configs are the group's, or else the broker's.
    fn given(command: &Command) -> Leader {
        let version = command.option("version").map_or(KafkaVersion::V4_3, |name| {
            KafkaVersion::find(name).unwrap_or_else(|| command.wrong("no such version"))
        });
        let mut broker = BrokerConfig::of(version);
        let of_group: Vec<(&str, &str)> =
            command.configs(&["version"]).filter(|(key, value)| broker.set(key, value).is_err()).collect();
        let mut group: GroupConfig = broker.group_defaults();
        for (key, value) in of_group {
            group.set(key, value).unwrap_or_else(|_| command.wrong(&format!("no config `{key}={value}`")));
        }
        Leader::new(version, broker, group)
    }
    fn command(&mut self, command: &Command) {
        match command.name.as_str() {
            // given version=4.0: the same once more, from the beginning
            "given" => {
                let told = std::mem::take(&mut self.told);
                *self = Leader::given(command);
                self.told = told;
            }
            // append 5 10: batches of 5 and of 10 records to orders-0; other=yes: to orders-1
            "append" => {
                let counts: Vec<u32> = (0..command.words.len()).map(|n| command.number(n)).collect();
                match command.option("other") {
                    Some(_) => counts.iter().for_each(|count| {
                        self.append_batch(Tp(1), crate::cluster::broker::tests::world::batch(0, *count));
                    }),
                    None => self.append(&counts),
                }
            }
            // transaction 7 3: a batch of 3 records of producer 7; commit 7, abort 7
            "transaction" => self.append_transactional(command.number(0), command.number(1)),
            "commit" => self.end_transaction(command.number(0), true),
            "abort" => self.end_transaction(command.number(0), false),
            // log-start 5: what lies below is gone
            "log-start" => {
                let start = Offset(command.number(0));
                assert!(self.replicas.log_mut(TP).set_log_start(start), "it moves up");
            }
            // fetch m1 max=10 wait=100ms 0-4=ACCEPT: of orders-0; partitions=2: and of orders-1
            "fetch" => fetch(self, command),
            // acknowledge m1 0-4=ACCEPT 5=RELEASE epoch=final
            "acknowledge" => {
                let partitions = acknowledgements(command);
                self.acknowledge(member(command), |request| {
                    request.is_renew = renews(&partitions);
                    request.partitions = partitions;
                    epoch(command, &mut request.session_epoch);
                });
            }
            // hold: the persister answers no more, until `answer ok`, `answer NOT_COORDINATOR`, or `release`
            "hold" => self.holds = true,
            "answer" => self.answer(command.error(command.word(0))),
            // overtake ok: the newest call of the persister is answered before the older ones
            "overtake" => self.answer_newest(command.error(command.word(0))),
            "release" => {
                self.holds = false;
                self.answer_all();
            }
            "pass" => self.pass(command.time(0)),
            "disconnect" => self.disconnect(member(command)),
            // reconnect m1: it goes on with another connection; lose 101: that connection is gone
            "reconnect" => self.reconnect(member(command)),
            "lose" => self.lose(ConnId(command.number(0))),
            // another broker leads, and this one again
            "resign" => self.resign(),
            "restart" => self.restart(),
            "look" => self.look(),
            // skip: what was said so far is not told
            "skip" => self.told.clear(),
            _ => command.unknown(),
        }
    }
    fn said(&mut self) -> String {
        std::mem::take(&mut self.told).join("\n")
    }
}

#[test]
fn stories() {
    play_all::<Leader>("share");
}
