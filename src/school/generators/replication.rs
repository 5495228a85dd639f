//! Questions about leaders, the ISR, and what an acknowledgement is worth.

use super::draw::{Draw, first_at, number, option, run};
use super::{Generator, Sketch};
use crate::school::laboratory::Failure;
use crate::school::library::Level;

type Made = Result<Option<Sketch>, Failure>;

const TOPIC: &str = "replication";

/// What happens in `preferred-leader`, for who has not read it.
const PREFERRED: &str = "orders-0 has the replicas 1, 2 and 3, in this order, all in sync. Broker 1 crashes at 12 s and its process is \
                         started again at 26 s. The session of brokers is Kafka's default (9 s), and so is the check for lost \
                         leaders (every 5 minutes).";

pub(super) const WHO_LEADS: Generator =
    Generator { name: "who-leads", level: Level::Basic, topic: TOPIC, make: who_leads };

fn who_leads(draw: &mut Draw<'_>) -> Made {
    let seed = draw.between(1, 50);
    let at = draw.one_of(&[15, 24, 40]);
    let run = run("preferred-leader", seed, &["faults.1.at=55s".into()]);
    let state = format!("leader of orders-0 at {at}s");
    let found = draw.look(&run, &[&state, "broker-fenced"])?;
    let leader = found[0].clone();
    let because = match at {
        15 => {
            "The controller learns of a crash from missing heartbeats only. Until the session is over the dead broker counts as the leader."
        }
        24 => "The session is over, the controller has fenced broker 1, and the first live replica of the ISR leads.",
        _ => {
            "A broker that is back joins the ISR as a follower. Leadership returns with the next preferred election, not by itself."
        }
    };
    let wrong = [
        (
            "broker 1",
            "It is the preferred leader, but it is dead or has only just come back; coming back does not make it leader.",
        ),
        ("broker 2", "It leads only once the controller has fenced broker 1, which takes the session of a broker."),
        (
            "broker 3",
            "The controller takes the first replica in the assignment that is alive and in sync; broker 2 comes before broker 3.",
        ),
        ("none", "While one replica of the ISR is alive a partition does not stay without a leader."),
    ];
    Ok(Some(Sketch {
        asks: format!("{PREFERRED} Who is the leader of orders-0 in the metadata at {at} s?"),
        run: Some(run),
        right: option(leader.clone(), because),
        wrong: wrong.into_iter().filter(|(says, _)| *says != leader).map(|(a, b)| option(a, b)).collect(),
        evidence: vec![(state, leader), ("broker-fenced".into(), found[1].clone())],
        next: "How would you give the leadership back, and what does it cost?",
    }))
}

pub(super) const WHO_IS_IN_SYNC: Generator =
    Generator { name: "who-is-in-sync", level: Level::Intermediate, topic: TOPIC, make: who_is_in_sync };

fn who_is_in_sync(draw: &mut Draw<'_>) -> Made {
    let seed = draw.between(1, 50);
    let at = draw.one_of(&[15, 24, 40]);
    let run = run("preferred-leader", seed, &[]);
    let state = format!("isr of orders-0 at {at}s");
    let found = draw.look(&run, &[&state, "broker-fenced"])?;
    let isr = found[0].clone();
    let because = match at {
        15 => {
            "Nobody has noticed yet. A fenced broker leaves every ISR at once, but it is fenced only when its session is over; replica.lag.time.max.ms (30 s) is longer."
        }
        24 => "The controller has fenced broker 1, and with that it has left every ISR.",
        _ => {
            "Broker 1 has caught up with the leader and was taken back; the ISR lists it again, although it leads nothing."
        }
    };
    let wrong = [
        (
            "[1,2,3]",
            "Broker 1 is in it only while nobody has noticed that it is dead, and again when it has caught up.",
        ),
        ("[2,3]", "Broker 1 leaves when it is fenced, and comes back when it has caught up."),
        ("[2]", "Broker 3 has fetched all the time and stays in."),
        ("[1]", "The leader is a member of the ISR, and so are its followers that keep up."),
    ];
    Ok(Some(Sketch {
        asks: format!("{PREFERRED} What is the ISR of orders-0 at {at} s?"),
        run: Some(run),
        right: option(isr.clone(), because),
        wrong: wrong.into_iter().filter(|(says, _)| *says != isr).map(|(a, b)| option(a, b)).collect(),
        evidence: vec![(state, isr), ("broker-fenced".into(), found[1].clone())],
        next: "A follower is alive and slow. When does it leave the ISR, and who decides that?",
    }))
}

pub(super) const WHICH_EPOCH: Generator =
    Generator { name: "which-epoch", level: Level::Advanced, topic: TOPIC, make: which_epoch };

fn which_epoch(draw: &mut Draw<'_>) -> Made {
    let seed = draw.between(1, 50);
    let at = draw.one_of(&[15, 40, 55]);
    let run = run("preferred-leader", seed, &[]);
    let state = format!("epoch of orders-0 at {at}s");
    let found = draw.look(&run, &[&state, "leader-elected"])?;
    let epoch = found[0].clone();
    let wrong = (0..4).map(|n| {
        option(n.to_string(), "The leader epoch rises with each change of leader, and not when a replica leaves or joins the ISR (since Kafka 3.6, KAFKA-15021).")
    });
    Ok(Some(Sketch {
        asks: format!(
            "{PREFERRED} At 45 s the operator runs kafka-leader-election.sh for the preferred leaders. What is the leader epoch of \
             orders-0 at {at} s? It begins with 0."
        ),
        run: Some(run),
        right: option(epoch.clone(), "One more for each change of leader so far."),
        wrong: wrong.filter(|(says, _)| *says != epoch).collect(),
        evidence: vec![(state, epoch), ("leader-elected".into(), found[1].clone())],
        next: "What does a follower do with the leader epochs in its log when it gets a new leader?",
    }))
}

pub(super) const WHEN_FENCED: Generator =
    Generator { name: "when-fenced", level: Level::Basic, topic: TOPIC, make: when_fenced };

fn when_fenced(draw: &mut Draw<'_>) -> Made {
    let seed = draw.between(1, 50);
    let session = draw.one_of(&[3, 6, 9, 15]);
    let changes = [
        format!("cluster.config.broker.session.timeout.ms={}", session * 1000),
        "cluster.config.broker.heartbeat.interval.ms=1000".into(),
        "faults=[{at: 12s, crash: {broker: leader of orders-0}}]".into(),
        "duration=40s".into(),
    ];
    let run = run("leader-crash", seed, &changes);
    let found = draw.look(&run, &["broker-fenced", "longest stall"])?;
    let Some(fenced) = first_at(&found[0]) else { return Ok(None) };
    let after = fenced - 12.0;
    let (low, high) = (session as f64 - 1.5, session as f64 * 1.125 + 1.0);
    if !(low..=high).contains(&after) {
        return Ok(None);
    }
    Ok(Some(Sketch {
        asks: format!(
            "A broker that leads orders-0 crashes at 12 s and does not come back. broker.session.timeout.ms is {}, heartbeats go out \
             every second. After how long does another replica lead?",
            session * 1000
        ),
        run: Some(run),
        right: option(
            format!("after about {session} s"),
            "The controller fences a broker whose last heartbeat is a session old; it looks every eighth of a session. With the fencing it elects.",
        ),
        wrong: vec![
            option(
                "at once: the connection to it is closed",
                "A closed connection tells the controller nothing. It goes by heartbeats.",
            ),
            option(
                "after about 30 s",
                "That is replica.lag.time.max.ms, by which a leader gives a slow follower up. A dead leader is the controller's matter.",
            ),
            option("after about 1 s", "One heartbeat that is missing is not enough; the session has to be over."),
            option(
                "not at all, as long as it does not come back",
                "The ISR has two more live members, and one of them takes over.",
            ),
        ],
        evidence: vec![("broker-fenced".into(), found[0].clone()), ("longest stall".into(), found[1].clone())],
        next: "Why not a session of one second?",
    }))
}

pub(super) const WHAT_IS_LOST: Generator =
    Generator { name: "what-is-lost", level: Level::Basic, topic: TOPIC, make: what_is_lost };

fn what_is_lost(draw: &mut Draw<'_>) -> Made {
    let seed = draw.between(1, 50);
    let all = draw.one_of(&[true, false]);
    let min_isr = draw.one_of(&[1, 2]);
    let config = if all { "{acks: all}" } else { "{acks: 1, enable.idempotence: false}" };
    let changes =
        [format!("producers.checkout.config={config}"), format!("topics.orders.min.insync.replicas={min_isr}")];
    let run = run("acks1-leader-crash", seed, &changes);
    let found = draw.look(&run, &["ledger lost.after.ack", "ledger acked"])?;
    let Some(lost) = number(&found[0]) else { return Ok(None) };
    let right = if lost == 0 {
        option(
            "none",
            "With acks=all the leader answers when every member of the ISR has the record; whoever leads next has it, too.",
        )
    } else {
        option(
            "some",
            "With acks=1 the leader answers for itself. What its followers have not fetched dies with it, whatever min.insync.replicas says: that is looked at for acks=all only.",
        )
    };
    let wrong = [
        ("none", "acks=1 does not wait for any follower."),
        ("some", "Every acknowledged record is on all members of the ISR, so the next leader has it."),
        (
            "all that were sent since the last flush to disk",
            "A crashed process leaves the page cache in place, and the disk is not what decides: another broker leads.",
        ),
    ];
    Ok(Some(Sketch {
        asks: format!(
            "orders has one partition with three replicas, all in sync, min.insync.replicas={min_isr}. The producer has acks={}. The \
             followers' fetches get stuck for a moment, and then the leader crashes; another replica of the ISR takes over. How many \
             acknowledged records are lost?",
            if all { "all" } else { "1" }
        ),
        run: Some(run),
        right: right.clone(),
        wrong: wrong.into_iter().filter(|(says, _)| *says != right.0).map(|(a, b)| option(a, b)).collect(),
        evidence: vec![("lost after ack".into(), found[0].clone()), ("acked".into(), found[1].clone())],
        next: "When does acks=all lose an acknowledged record?",
    }))
}

pub(super) const WHICH_CURE: Generator =
    Generator { name: "which-cure", level: Level::Intermediate, topic: TOPIC, make: which_cure };

/// A change, how it reads, and why it does not help (or does).
const CURES: [(&str, &str, &str); 5] = [
    (
        "producers.checkout.config={acks: all}",
        "acks=all for the producer",
        "The acknowledgement then waits for the whole ISR, and the next leader is one of it.",
    ),
    (
        "topics.orders.min.insync.replicas=2",
        "min.insync.replicas=2 for the topic",
        "It is looked at for acks=all only; with acks=1 nobody asks.",
    ),
    (
        "producers.checkout.config={acks: 1, enable.idempotence: false, retries: 10}",
        "retries=10 for the producer",
        "Nothing is retried that was acknowledged.",
    ),
    (
        "cluster.config.broker.session.timeout.ms=3000",
        "broker.session.timeout.ms=3000 for the brokers",
        "The pause gets shorter. What only the dead leader had is gone all the same.",
    ),
    (
        "producers.checkout.config={acks: 1, enable.idempotence: false, linger.ms: 0}",
        "linger.ms=0 for the producer",
        "Records wait less in the producer; that is not where they were lost.",
    ),
];

fn which_cure(draw: &mut Draw<'_>) -> Made {
    let seed = draw.between(1, 50);
    let mut evidence = Vec::new();
    let mut helps = Vec::new();
    for (change, says, because) in CURES {
        let run = run("acks1-leader-crash", seed, &[change.to_owned()]);
        let found = draw.look(&run, &["ledger lost.after.ack"])?;
        evidence.push((says.to_owned(), format!("{} lost", found[0])));
        helps.push((number(&found[0]) == Some(0), says, because));
    }
    let (right, wrong): (Vec<_>, Vec<_>) = helps.into_iter().partition(|(helps, ..)| *helps);
    let [(_, says, because)] = right[..] else { return Ok(None) };
    let mut wrong: Vec<(String, String)> = wrong.into_iter().map(|(_, a, b)| option(a, b)).collect();
    draw.shuffle(&mut wrong);
    Ok(Some(Sketch {
        asks: "A topic with three replicas loses acknowledged records: the producer has acks=1, the followers are a moment behind, and \
               the leader crashes. Which single change would have prevented the loss?"
            .into(),
        run: Some(run("acks1-leader-crash", seed, &[])),
        right: option(says, because),
        wrong,
        evidence,
        next: "And which second setting do you want beside it, and for which failure?",
    }))
}

pub(super) const WHAT_IS_READABLE: Generator =
    Generator { name: "what-is-readable", level: Level::Intermediate, topic: TOPIC, make: what_is_readable };

fn what_is_readable(draw: &mut Draw<'_>) -> Made {
    let seed = draw.between(1, 50);
    let millis = draw.between(12_080, 12_160);
    let run = run("acks1-leader-crash", seed, &["faults.1.after=14s".into()]);
    let (high, end) =
        (format!("high watermark of orders-0 at {millis}ms"), format!("log end of orders-0 at {millis}ms"));
    let found = draw.look(&run, &[&high, &end])?;
    let (Some(watermark), Some(log_end)) = (number(&found[0]), number(&found[1])) else { return Ok(None) };
    if watermark == 0 || log_end < watermark + 3 {
        return Ok(None);
    }
    let offset = |n: u64| n.to_string();
    Ok(Some(Sketch {
        asks: format!(
            "The leader of orders-0 has written up to log end offset {log_end}; its followers, both in the ISR, are a moment behind, and \
             the high watermark is {watermark}. The producer has acks=1 and an acknowledgement for every record. Which is the last \
             offset that a consumer can be given now?"
        ),
        run: Some(run),
        right: option(
            offset(watermark - 1),
            "Consumers are given what lies below the high watermark: what every member of the ISR has.",
        ),
        wrong: vec![
            option(offset(watermark), "The high watermark is the first offset that is not readable yet."),
            option(
                offset(log_end - 1),
                "Acknowledged with acks=1 is not committed. What only the leader has is not shown to anybody.",
            ),
            option(offset(log_end), "The log end offset is where the next record goes."),
        ],
        evidence: vec![(high, found[0].clone()), (end, found[1].clone())],
        next: "How does the leader learn what its followers have?",
    }))
}

pub(super) const UNDER_MIN_ISR: Generator =
    Generator { name: "under-min-isr", level: Level::Intermediate, topic: TOPIC, make: under_min_isr };

fn under_min_isr(draw: &mut Draw<'_>) -> Made {
    let seed = draw.between(1, 50);
    let acks_all = draw.one_of(&[true, false]);
    let changes = [
        "faults=[{at: 12s, stop: {broker: broker 3}}, {at: 17s, stop: {broker: broker 2}}]".to_owned(),
        "duration=30s".into(),
    ];
    let run = run("min-isr-refusal", seed, &changes);
    let found =
        draw.look(&run, &["high watermark of orders-0 at 29s", "log end of orders-0 at 29s", "not-enough-replicas"])?;
    let (Some(watermark), Some(log_end)) = (number(&found[0]), number(&found[1])) else { return Ok(None) };
    if log_end <= watermark || first_at(&found[2]).is_none() {
        return Ok(None);
    }
    let (asks, right, wrong) = if acks_all {
        (
            "A producer with acks=all sends to it now. What happens?",
            option(
                "the broker refuses it with NOT_ENOUGH_REPLICAS, and the producer tries again",
                "The ISR is smaller than min.insync.replicas. The error can be retried, and is until delivery.timeout.ms is over.",
            ),
            vec![
                option(
                    "it is written and acknowledged: the ISR has one member, and that one has it",
                    "That would be so with min.insync.replicas=1; it is what the setting is there to prevent.",
                ),
                option(
                    "it is written and acknowledged once the others are back",
                    "It is refused before it is written, when the ISR is too small already.",
                ),
                option(
                    "the producer throws at once",
                    "The error can be retried; the application hears of it when delivery.timeout.ms is over.",
                ),
            ],
        )
    } else {
        (
            "A producer with acks=1 sends to it now. What happens?",
            option(
                "it is written and acknowledged, and no consumer sees it",
                "min.insync.replicas refuses writes with acks=all only; but the high watermark does not move while the ISR is too small, so that nobody may read it.",
            ),
            vec![
                option(
                    "it is refused with NOT_ENOUGH_REPLICAS",
                    "min.insync.replicas refuses writes with acks=all only.",
                ),
                option(
                    "it is written and acknowledged, and consumers read it at once",
                    "The high watermark does not move while the ISR is smaller than min.insync.replicas.",
                ),
                option(
                    "it waits in the producer until a second replica is back",
                    "acks=1 is the leader's alone to answer, and it answers.",
                ),
            ],
        )
    };
    Ok(Some(Sketch {
        asks: format!(
            "orders-0 has three replicas and min.insync.replicas=2. Two of its brokers are stopped, the ISR is the leader alone. {asks}"
        ),
        run: Some(run),
        right,
        wrong,
        evidence: vec![
            ("high watermark at 29 s".into(), found[0].clone()),
            ("log end at 29 s".into(), found[1].clone()),
            ("not-enough-replicas".into(), found[2].clone()),
        ],
        next: "Which metric shows this state, and why does lag not?",
    }))
}
