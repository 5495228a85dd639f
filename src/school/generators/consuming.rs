//! Questions about consumers and their groups.

use super::draw::{Draw, counted, first_at, number, option, run};
use super::{Generator, Sketch};
use crate::history::fact::Fact;
use crate::school::laboratory::Failure;
use crate::school::library::Level;
use crate::sim::time::Nanos;
use crate::tools::group::{DescribeOption, GroupRows, MemberAssignmentState, describe};
use crate::tools::print;

type Made = Result<Option<Sketch>, Failure>;

const TOPIC: &str = "consuming";

/// A group of so many members on so many partitions of one topic, when it is stable.
fn members(draw: &Draw<'_>, run: &crate::school::exercise::RunOf) -> Result<Vec<MemberAssignmentState>, Failure> {
    let world = draw.world(run, Nanos::from_secs(15))?;
    let mut members = match describe(&world, "billing", DescribeOption::Members) {
        Ok(described) => match described.rows {
            GroupRows::Members(members) => members,
            GroupRows::Offsets(_) | GroupRows::Information(_) | GroupRows::Share(_) => Vec::new(),
        },
        Err(_) => Vec::new(),
    };
    members.sort_by(|a, b| a.member.client_id.cmp(&b.member.client_id));
    Ok(members)
}

fn group_of(partitions: u64, members: u64) -> [String; 3] {
    [
        format!("topics.orders.partitions={partitions}"),
        format!("groups.billing.members={members}"),
        "duration=20s".into(),
    ]
}

pub(super) const IDLE_MEMBERS: Generator =
    Generator { name: "idle-members", level: Level::Basic, topic: TOPIC, make: idle_members };

fn idle_members(draw: &mut Draw<'_>) -> Made {
    let (partitions, count) = (draw.between(1, 6), draw.between(2, 8));
    let run = run("slow-consumer-lag", draw.between(1, 50), &group_of(partitions, count));
    let members = members(draw, &run)?;
    if members.len() as u64 != count {
        return Ok(None);
    }
    let idle = members.iter().filter(|member| member.num_partitions == 0).count() as u64;
    let wrong = [
        (
            count.saturating_sub(partitions),
            "Within a group a partition has one reader. Members beyond the partitions have nothing to do.",
        ),
        (0, "Members do not share a partition; who gets none waits."),
        (partitions.min(count), "That many work."),
        (count - 1, "Each partition has a reader of its own, as far as there are members."),
    ];
    Ok(Some(Sketch {
        asks: format!(
            "A topic has {partitions} partition(s), a consumer group {count} members that subscribe to it. How many of them are idle?"
        ),
        run: Some(run),
        right: option(
            idle.to_string(),
            "Within a group a partition has exactly one reader, and a reader may have several. Members beyond the partitions are idle.",
        ),
        wrong: wrong
            .into_iter()
            .filter(|(n, _)| *n != idle)
            .map(|(n, because)| option(n.to_string(), because))
            .collect(),
        evidence: members
            .iter()
            .map(|m| (m.member.client_id.clone(), counted(m.num_partitions as u64, "partition")))
            .collect(),
        next: "What are idle members good for, and what would share groups change?",
    }))
}

pub(super) const WHICH_PARTITIONS: Generator =
    Generator { name: "which-partitions", level: Level::Intermediate, topic: TOPIC, make: which_partitions };

fn which_partitions(draw: &mut Draw<'_>) -> Made {
    let count = draw.between(2, 4);
    let partitions = count * draw.between(1, 2) + draw.between(1, count - 1);
    let run = run("slow-consumer-lag", draw.between(1, 50), &group_of(partitions, count));
    let members = members(draw, &run)?;
    let list = |numbers: &[u32]| numbers.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
    let mut shares: Vec<Vec<u32>> =
        members.iter().flat_map(|member| &member.assignment).map(|topic| topic.partitions.clone()).collect();
    shares.sort();
    if shares.len() as u64 != count {
        return Ok(None);
    }
    let largest = shares.iter().map(Vec::len).max().unwrap_or(0);
    let right = list(&shares[0]);
    let striped: Vec<u32> = (0..partitions as u32).step_by(count as usize).collect();
    let fewer: Vec<u32> = (0..(partitions / count) as u32).collect();
    Ok(Some(Sketch {
        asks: format!(
            "Java consumers with their default assignors, a group of {count} members, one topic with {partitions} partitions. Which partitions has the member that has partition 0?"
        ),
        run: Some(run),
        right: option(
            right,
            format!(
                "The range assignor is in use: consecutive partitions, and the first members get one more ({largest} instead of {}).",
                partitions / count
            ),
        ),
        wrong: vec![
            option(list(&striped), "That is what the round-robin assignor does."),
            option(list(&fewer), "What is left over goes to the first members, one each."),
            option(list(&(0..partitions as u32).collect::<Vec<_>>()), "All members that are there get their share."),
        ],
        evidence: shares.iter().enumerate().map(|(n, share)| (format!("share {}", n + 1), list(share))).collect(),
        next: "The group subscribes to a second topic with as many partitions. Who gets the surplus then?",
    }))
}

pub(super) const NEXT_RECORD: Generator =
    Generator { name: "next-record", level: Level::Basic, topic: TOPIC, make: next_record };

fn next_record(draw: &mut Draw<'_>) -> Made {
    let changes = [
        "faults=[{at: 30s, crash: {process: billing-0, restart.after: 1s}}]".to_owned(),
        "groups.billing.config.session.timeout.ms=6000".into(),
        "groups.billing.members=1".into(),
        "topics.orders.partitions=1".into(),
        "duration=50s".into(),
    ];
    let run = run("consumer-crash-duplicates", draw.between(1, 50), &changes);
    let committed = "offset of billing on orders-0 at 31s";
    let found = draw.look(&run, &[committed])?;
    let crash = Nanos::from_secs(30);
    let (mut first, mut done) = (None, None);
    draw.watch(&run, Nanos::from_secs(50), &mut |setup, entry| {
        let of_group = |tp| setup.catalog.tp_name(tp) == "orders-0";
        match entry.fact {
            Fact::RecordsPolled { tp, offset, .. } if entry.at > crash && first.is_none() && of_group(tp) => {
                first = Some(offset.0)
            }
            Fact::RecordsProcessed { tp, offset, count, .. } if entry.at <= crash && of_group(tp) => {
                done = Some(offset.0 + i64::from(count) - 1)
            }
            _ => {}
        }
    })?;
    let (Some(first), Some(done)) = (first, done) else { return Ok(None) };
    let Some(committed_offset) = number(&found[0]).map(|offset| offset as i64) else { return Ok(None) };
    if done <= committed_offset {
        return Ok(None);
    }
    Ok(Some(Sketch {
        asks: format!(
            "A consumer has processed the records of orders-0 up to offset {done} and crashes. kafka-consumer-groups prints CURRENT-OFFSET {committed_offset}. It is started again. Which record does it read first?"
        ),
        run: Some(run),
        right: option(
            first.to_string(),
            "The committed offset is the next record to read; what was processed after the commit is processed again.",
        ),
        wrong: vec![
            option(
                (committed_offset - 1).to_string(),
                "What is committed is not the last record that was done, it is the next one to read.",
            ),
            option((committed_offset + 1).to_string(), "The committed offset itself is the next to read."),
            option((done + 1).to_string(), "Kafka knows what was committed, not what was processed."),
            option("0", "auto.offset.reset is for groups without a committed offset."),
        ],
        evidence: vec![
            (committed.into(), found[0].clone()),
            ("first offset polled after the restart".into(), first.to_string()),
        ],
        next: "How would you make what is done again harmless?",
    }))
}

pub(super) const DONE_AGAIN: Generator =
    Generator { name: "done-again", level: Level::Intermediate, topic: TOPIC, make: done_again };

fn done_again(draw: &mut Draw<'_>) -> Made {
    let most = draw.one_of(&[10, 20, 50, 100]);
    let changes = [
        format!("groups.billing.config.max.poll.records={most}"),
        "groups.billing.config.session.timeout.ms=10000".into(),
        "duration=60s".into(),
    ];
    let run = run("consumer-crash-duplicates", draw.between(1, 50), &changes);
    let found = draw.look(&run, &["ledger processed.again", "ledger never.processed"])?;
    let Some(again) = number(&found[0]) else { return Ok(None) };
    if again > most {
        return Ok(None);
    }
    Ok(Some(Sketch {
        asks: format!(
            "A consumer with max.poll.records={most} processes what poll() returns, then calls commitSync(), and so on. It crashes at some moment. How many records can be processed twice because of that?"
        ),
        run: Some(run),
        right: option(
            format!("at most {most}"),
            "What was done since the last commit is done again, and a commit comes after each batch.",
        ),
        wrong: vec![
            option("none: commitSync() waits for the answer", "It waits, but the crash comes before it is called."),
            option("at most 1", "The offset is committed after the batch, not after the record."),
            option("all since the consumer was started", "What was committed is not read again."),
            option("none, but some are skipped", "Records are skipped where the commit comes before the work."),
        ],
        evidence: vec![("processed again".into(), found[0].clone()), ("never processed".into(), found[1].clone())],
        next: "And with enable.auto.commit=true?",
    }))
}

pub(super) const TAKEOVER: Generator =
    Generator { name: "takeover", level: Level::Intermediate, topic: TOPIC, make: takeover };

fn takeover(draw: &mut Draw<'_>) -> Made {
    let session = draw.one_of(&[6, 10, 20, 45]);
    let changes = [
        format!("groups.billing.config.session.timeout.ms={}", session * 1000),
        "groups.billing.config.heartbeat.interval.ms=1000".into(),
        "faults=[{at: 30s, crash: {process: billing-0}}]".into(),
        "groups.billing.processing.per.record=1ms".into(),
        "duration=90s".into(),
    ];
    let run = run("consumer-crash-duplicates", draw.between(1, 50), &changes);
    let found = draw.look(&run, &["member-expired"])?;
    let Some(expired) = first_at(&found[0]) else { return Ok(None) };
    let after = expired - 30.0;
    if !(session as f64 - 1.5..=session as f64 + 0.5).contains(&after) {
        return Ok(None);
    }
    Ok(Some(Sketch {
        asks: format!(
            "Two members read a topic; session.timeout.ms is {}, heartbeat.interval.ms 1000, max.poll.interval.ms 300000. One member's process is killed. After about how long does the group give it up?",
            session * 1000
        ),
        run: Some(run),
        right: option(
            format!("{session} s"),
            "The coordinator hears nothing more of it and waits for the session to be over.",
        ),
        wrong: vec![
            option("1 s", "One heartbeat that is missing is not enough."),
            option(
                "300 s",
                "max.poll.interval.ms is for members that live and do not poll. The client itself looks after that; this one is dead.",
            ),
            option("at once: its connection is closed", "A coordinator does not go by connections."),
            option("3 s", "That is group.initial.rebalance.delay.ms, for a group that is new."),
        ],
        evidence: vec![("member-expired".into(), found[0].clone()), ("killed at".into(), "30 s".into())],
        next: "And if its process is stopped in an orderly way, with close()?",
    }))
}

pub(super) const NEW_PARTITIONS: Generator =
    Generator { name: "new-partitions", level: Level::Advanced, topic: TOPIC, make: new_partitions };

fn new_partitions(draw: &mut Draw<'_>) -> Made {
    let reset = draw.one_of(&["latest", "earliest"]);
    let run = run("add-partitions", draw.between(1, 20), &[format!("groups.billing.config.auto.offset.reset={reset}")]);
    let found = draw.look(&run, &["ledger never.processed", "ledger lost.after.ack"])?;
    let Some(skipped) = number(&found[0]) else { return Ok(None) };
    let right = match skipped {
        0 => option(
            "all of them, only later",
            "There is no committed offset for the new partitions, and earliest begins with their first record.",
        ),
        _ => option(
            "those that came before the group learnt of the partitions are skipped",
            "There is no committed offset for the new partitions, and latest begins at their end, which is where it is when the group learns of them.",
        ),
    };
    let wrong = [
        ("all of them, only later", "The group has no committed offset there, and auto.offset.reset decides."),
        (
            "those that came before the group learnt of the partitions are skipped",
            "earliest begins a partition without a committed offset at its first record.",
        ),
        (
            "all of them, at once",
            "The group learns of new partitions with its metadata, up to metadata.max.age.ms later.",
        ),
        (
            "none: a running group keeps its partitions",
            "A change of the number of partitions is a reason to rebalance.",
        ),
    ];
    Ok(Some(Sketch {
        asks: format!(
            "A topic gets two more partitions while producers (which learn of them within a second) and a group with auto.offset.reset={reset} are running. Which records of the new partitions does the group read?"
        ),
        run: Some(run),
        right: right.clone(),
        wrong: wrong.into_iter().filter(|(says, _)| *says != right.0).map(|(a, b)| option(a, b)).collect(),
        evidence: vec![("never processed".into(), found[0].clone())],
        next: "What happens to the order of a key's records at that moment?",
    }))
}

pub(super) const LAG_PRINTED: Generator =
    Generator { name: "lag-printed", level: Level::Advanced, topic: TOPIC, make: lag_printed };

fn lag_printed(draw: &mut Draw<'_>) -> Made {
    let run = run("open-transaction", draw.between(1, 50), &[]);
    let at = draw.between(12, 30);
    let mut stable = None;
    let world = draw.watch(&run, Nanos::from_secs(at), &mut |setup, entry| {
        if let Fact::LastStableOffsetMoved { tp, last_stable_offset, .. } = entry.fact
            && setup.catalog.tp_name(tp) == "orders-0"
        {
            stable = Some(last_stable_offset.0);
        }
    })?;
    let described = describe(&world, "billing", DescribeOption::Offsets);
    let printed = print::group(&described, false).out;
    let (Some(stable), Ok(described)) = (stable, described) else { return Ok(None) };
    let GroupRows::Offsets(rows) = &described.rows else { return Ok(None) };
    let Some((row, Some(offset), Some(end), Some(lag))) =
        rows.first().map(|row| (row, row.offset, row.log_end_offset, row.lag))
    else {
        return Ok(None);
    };
    if end <= stable || stable < offset {
        return Ok(None);
    }
    Ok(Some(Sketch {
        asks: format!(
            "A read_committed group has committed offset {offset} of {}-{}. The high watermark is {end}; a transaction has been open there for a while, and the last stable offset is {stable}. Which LAG does kafka-consumer-groups print?",
            row.topic, row.partition
        ),
        run: Some(run),
        right: option(
            lag.to_string(),
            "The tool asks for the end of the log as anybody can read it, the high watermark, and subtracts what is committed. It knows nothing of the group's isolation level.",
        ),
        wrong: vec![
            option(
                (stable - offset).to_string(),
                "That is what the group may read at present; the tool does not ask for the last stable offset.",
            ),
            option(
                (end - offset - 1).to_string(),
                "Nothing is subtracted beside the committed offset, which is the next one to read.",
            ),
            option("-", "A dash stands where no offset was committed."),
            option("0", "Nothing is undecided for the tool."),
        ],
        evidence: printed
            .lines()
            .filter(|line| !line.trim().is_empty())
            .map(|line| ("kafka-consumer-groups".into(), line.split_whitespace().collect::<Vec<_>>().join(" ")))
            .collect(),
        next: "The lag grows, and the consumers are idle. What do you look at?",
    }))
}
