//! Questions about producers: where a record goes, and what becomes of it.

use super::draw::{Draw, number, option, run};
use super::{Generator, Sketch};
use crate::protocol::hashing::{
    coordinator_partition, java_string_hash, librdkafka_consistent, murmur2, partition_for_key,
};
use crate::school::laboratory::Failure;
use crate::school::library::Level;

type Made = Result<Option<Sketch>, Failure>;

const TOPIC: &str = "producing";

pub(super) const WHICH_PARTITION: Generator =
    Generator { name: "which-partition", level: Level::Intermediate, topic: TOPIC, make: which_partition };

fn which_partition(draw: &mut Draw<'_>) -> Made {
    let key = format!("user-{}", draw.between(1, 999));
    let before = draw.one_of(&[3, 4, 6]);
    let after = before * 2;
    let (old, new) = (partition_for_key(key.as_bytes(), before), partition_for_key(key.as_bytes(), after));
    let hash = murmur2(key.as_bytes()) & i32::MAX;
    let right = if old == new {
        option(
            format!("in partition {old}, as before"),
            format!(
                "murmur2 of the key is {hash} without its sign bit; modulo {before} and modulo {after} that is {old}. Half of all keys stay when the number of partitions doubles."
            ),
        )
    } else {
        option(
            format!("in partition {new}"),
            format!(
                "murmur2 of the key is {hash} without its sign bit; modulo {before} that was {old}, modulo {after} it is {new}. What was sent before stays where it is."
            ),
        )
    };
    Ok(Some(Sketch {
        asks: format!(
            "A Java producer with the default partitioner has sent all records of key {key} to partition {old} of a topic with {before} \
             partitions. Then the topic gets {after} partitions. murmur2 of the key, without its sign bit, is {hash}. Where does the next record of the key go?"
        ),
        run: None,
        right,
        wrong: vec![
            option(
                format!("in partition {old}, as before"),
                "The partition is the hash modulo the number of partitions; nobody remembers where a key was.",
            ),
            option(
                format!("in partition {}", old + before),
                "That is where it would go if it moved; whether it does, the hash decides.",
            ),
            option(
                "in whichever has the shortest queue",
                "That is how records without a key are spread. A key is hashed.",
            ),
            option("nowhere: the number of partitions cannot be raised", "It can be raised, and never lowered."),
        ],
        evidence: vec![
            (format!("murmur2({key}) & 0x7fffffff"), hash.to_string()),
            (format!("modulo {before}"), old.to_string()),
            (format!("modulo {after}"), new.to_string()),
        ],
        next: "What does that do to the order of the key's records, and to a join with another topic?",
    }))
}

pub(super) const MIXED_CLIENTS: Generator =
    Generator { name: "mixed-clients", level: Level::Intermediate, topic: TOPIC, make: mixed_clients };

fn mixed_clients(draw: &mut Draw<'_>) -> Made {
    let partitions = draw.one_of(&[3, 4, 6, 12]);
    let mut keys: Vec<String> = Vec::new();
    while keys.len() < 8 {
        let key = format!("user-{}", draw.between(1, 999));
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    let places = keys.iter().map(|key| {
        (key, partition_for_key(key.as_bytes(), partitions), librdkafka_consistent(key.as_bytes(), partitions))
    });
    let places: Vec<(&String, u32, u32)> = places.collect();
    let apart = places.iter().filter(|(_, java, rdkafka)| java != rdkafka).count();
    Ok(Some(Sketch {
        asks: format!(
            "A Java service and a Python service (librdkafka), both with their default partitioners, write the same eight keys to a topic \
             with {partitions} partitions: {}. How many of the keys have records in two partitions?",
            keys.join(", ")
        ),
        run: None,
        right: option(
            apart.to_string(),
            "Java hashes keys with murmur2, librdkafka with CRC-32 (consistent_random). They agree by luck, for about one key in as many as there are partitions.",
        ),
        wrong: vec![
            option(
                "0",
                "The same key goes to the same partition as long as it is the same partitioner. These are two.",
            ),
            option("8", "They agree now and then, by luck."),
            option(
                if apart > 4 { "2" } else { "6" },
                "Count those whose two hashes differ modulo the number of partitions.",
            ),
        ],
        evidence: places
            .iter()
            .map(|(key, java, rdkafka)| ((*key).clone(), format!("Java {java}, librdkafka {rdkafka}")))
            .collect(),
        next: "How do you make the two agree, and which of them do you change?",
    }))
}

pub(super) const COORDINATOR: Generator =
    Generator { name: "which-coordinator", level: Level::Advanced, topic: "consuming", make: coordinator };

fn coordinator(draw: &mut Draw<'_>) -> Made {
    let group = format!("{}-{}", draw.one_of(&["billing", "shipping", "fraud", "mailer"]), draw.between(1, 99));
    let right = coordinator_partition(&group, 50);
    let hash = java_string_hash(&group);
    let masked = (hash & i32::MAX) as u32 % 50;
    let by_key = partition_for_key(group.as_bytes(), 50);
    let place = |n: u32| format!("the leader of __consumer_offsets-{n}");
    Ok(Some(Sketch {
        asks: format!(
            "__consumer_offsets has its 50 partitions. \"{group}\".hashCode() in Java is {hash}. Which broker is the coordinator of the group {group}?"
        ),
        run: None,
        right: option(
            place(right),
            "The partition is the absolute value of the id's hashCode() modulo the number of partitions, and its leader is the coordinator.",
        ),
        wrong: vec![
            option(
                place(masked),
                "Masking the sign bit is how keys of records are placed; for groups Kafka takes the absolute value.",
            ),
            option(
                place(by_key),
                "murmur2 is what producers hash the keys of records with. Groups go by String.hashCode().",
            ),
            option("the active controller", "The controller has nothing to do with groups."),
            option(
                "the broker that the first member connected to",
                "Any broker answers FindCoordinator, and names the leader of the group's partition.",
            ),
        ],
        evidence: vec![("hashCode()".into(), hash.to_string()), ("|hash| % 50".into(), right.to_string())],
        next: "What happens to the group when this broker dies?",
    }))
}

pub(super) const RETRIED: Generator = Generator { name: "retried", level: Level::Basic, topic: TOPIC, make: retried };

fn retried(draw: &mut Draw<'_>) -> Made {
    let seed = draw.between(1, 50);
    let idempotent = draw.one_of(&[true, false]);
    let run = run("retry-duplicates", seed, &[format!("producers.checkout.config.enable.idempotence={idempotent}")]);
    let found = draw.look(&run, &["ledger duplicated", "ledger lost.after.ack", "produce-retried"])?;
    let Some(duplicated) = number(&found[0]) else { return Ok(None) };
    let right = match duplicated {
        0 => option(
            "each of them once",
            "The batch that comes again has the producer id and the sequence number of one that the broker has. It is answered with the old offset, and not appended.",
        ),
        _ => option(
            "some of them twice",
            "The first attempt had arrived; only its answer was late. The broker cannot know the second one for the same, and appends it.",
        ),
    };
    let wrong = [
        (
            "each of them once",
            "acks=all makes a record safe. It does not make the broker know a record that comes again.",
        ),
        (
            "some of them twice",
            "Since 3.0 the producer is idempotent by default: the broker knows what comes again by its sequence number.",
        ),
        ("some of them not at all", "What is not answered in time is sent again."),
        ("all of them twice", "Only what was in flight when the answers got stuck is sent again."),
    ];
    Ok(Some(Sketch {
        asks: format!(
            "A producer with acks=all, enable.idempotence={idempotent} and request.timeout.ms=5000 sends 50 records a second. The leader's \
             answers get stuck for 8 s on their way to it; its requests arrive. Afterwards, which records are in the log how often?"
        ),
        run: Some(run),
        right: right.clone(),
        wrong: wrong.into_iter().filter(|(says, _)| *says != right.0).map(|(a, b)| option(a, b)).collect(),
        evidence: vec![("duplicated".into(), found[0].clone()), ("produce-retried".into(), found[2].clone())],
        next: "The application itself calls send() again after a TimeoutException. What does idempotence do then?",
    }))
}

pub(super) const UNANSWERED: Generator =
    Generator { name: "unanswered", level: Level::Basic, topic: TOPIC, make: unanswered };

fn unanswered(draw: &mut Draw<'_>) -> Made {
    let seed = draw.between(1, 50);
    let acks0 = draw.one_of(&[true, false]);
    let changes = if acks0 { Vec::new() } else { vec!["producers.web.config={}".to_owned()] };
    let run = run("acks0-loss", seed, &changes);
    let found = draw.look(&run, &["ledger lost.after.ack", "ledger failed", "ledger sent"])?;
    let (Some(lost), Some(failed)) = (number(&found[0]), number(&found[1])) else { return Ok(None) };
    let right = match (lost, failed) {
        (0, 0) => option(
            "nothing is lost, and no send() fails",
            "A batch is done when its answer comes. What was on the way is sent again, and recognised if it had arrived.",
        ),
        (_, 0) => option(
            "records are lost, and no send() fails",
            "With acks=0 a record counts as sent when it is in the socket's buffer. What a reset connection throws away, nobody asks for again.",
        ),
        _ => return Ok(None),
    };
    let wrong = [
        ("records are lost, and no send() fails", "With the defaults no record is done before its answer has come."),
        (
            "records are lost, and their send() fails",
            "There is nobody who could tell the producer: with acks=0 no answer is asked for.",
        ),
        (
            "nothing is lost, and no send() fails",
            "TCP brings bytes in order or not at all. What is in its buffers when the connection is reset is gone.",
        ),
        ("nothing is lost, but some send() fail", "What is tried again in time does not fail."),
    ];
    Ok(Some(Sketch {
        asks: format!(
            "A producer with {} sends 500 records a second to a leader that is 5 ms away. Its connection is reset five times, and later the leader is stopped cleanly. What does the application see?",
            if acks0 { "acks=0" } else { "Kafka's defaults" }
        ),
        run: Some(run),
        right: right.clone(),
        wrong: wrong.into_iter().filter(|(says, _)| *says != right.0).map(|(a, b)| option(a, b)).collect(),
        evidence: vec![
            ("lost".into(), found[0].clone()),
            ("failed".into(), found[1].clone()),
            ("sent".into(), found[2].clone()),
        ],
        next: "Is there a use for acks=0?",
    }))
}
