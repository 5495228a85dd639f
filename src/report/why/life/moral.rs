//! What a record's life teaches: the cause, in one sentence.

use super::log::{Copies, Gone};
use super::reading::{Parting, Reading, Start};
use super::sending::Sending;
use super::{Scene, Trouble};
use crate::history::fact::{Certainty, Election, LeaveReason, StopKind};
use crate::history::setup::{CommitSetup, ProducerSetup};
use crate::protocol::config::AutoOffsetReset;
use crate::protocol::ids::GroupId;
use crate::protocol::messages::Acks;

/// The cause.
pub fn moral(scene: &Scene, sending: &Sending, copies: &Copies, reading: &Reading) -> String {
    match scene.trouble {
        Trouble::LostAfterAck => lost_after_ack(scene, sending, copies),
        Trouble::LostUnacked => lost_unacked(scene, sending, copies),
        Trouble::Duplicated => duplicated(scene, sending, copies),
        Trouble::OutOfOrder => out_of_order(scene, sending, copies),
        Trouble::ProcessedAgain(group) => processed_again(scene, reading, copies, group),
        Trouble::NeverProcessed(group) => never_processed(scene, reading, copies, group),
        Trouble::Skipped(group) => {
            format!("{} cannot process the record and goes on without it, as on.poison says.", scene.group_name(group))
        }
    }
}

fn producer(scene: &Scene) -> Option<&ProducerSetup> {
    scene.setup.producers.iter().find(|p| p.node == scene.record.node)
}

fn lost_after_ack(scene: &Scene, sending: &Sending, copies: &Copies) -> String {
    let zero = sending.acked == Some(Acks::Zero);
    let Some(place) = copies.places.last() else {
        let why = copies.refused.map_or("it was lost on its way to the leader".to_string(), |e| {
            format!("its leader refused it ({})", e.name())
        });
        return format!(
            "With acks=0 a record counts as delivered once it is handed to the network; {why}, and nobody told {}.",
            scene.producer()
        );
    };
    if let Some(lacking) = copies.lacking {
        let leader = lacking.leader;
        let unclean = lacking.election == Election::Unclean;
        let topic = &scene.setup.topics[scene.setup.catalog.topic_of(scene.record.tp).0.index()];
        if unclean && topic.unclean_leader_election {
            return format!(
                "Broker {leader} was elected from outside the ISR and never had the record: \
                 unclean.leader.election.enable trades what only others have for a leader."
            );
        }
        // An election that nobody allowed is that of the last known leader (KIP-966).
        let again =
            if unclean { "leads again, the last known leader where none is known to be complete" } else { "leads" };
        if copies.ever_held_by(leader) {
            return format!(
                "Broker {leader} had the record in memory only: Kafka acknowledges what is on its replicas and flushes \
                 later. It came back without it and {again}, and whoever had it follows."
            );
        }
        let end = match copies.died {
            Some((_, broker, kind)) => {
                let how = match kind {
                    StopKind::Clean => "stopped",
                    StopKind::Crash => "died",
                    StopKind::PowerLoss => "lost power",
                };
                format!("broker {broker} {how} before another in-sync replica had copied it")
            }
            None => format!("broker {} was deposed before another in-sync replica had copied it", place.writer),
        };
        let acks = match sending.acked {
            Some(Acks::Zero) => "With acks=0 nobody confirms anything",
            Some(Acks::One) => "With acks=1 a leader confirms what it alone has",
            _ => "acks=all waits for the ISR as it is, and that was too small here",
        };
        return format!("{acks}; {end}, and broker {leader}, which leads since, never had it.");
    }
    if !copies.gone.is_empty() && copies.gone.iter().all(|(_, how)| *how == Gone::Unflushed) {
        let n = copies.gone.len();
        let all =
            if n == 1 { "The only replica that had it".to_string() } else { format!("All {n} replicas that had it") };
        return format!(
            "{all} lost it from the page cache: Kafka acknowledges what is in memory on its replicas, and flushes later."
        );
    }
    if zero {
        return "With acks=0 nobody waits for the log, and what it loses is not told.".into();
    }
    match copies.gone.last() {
        Some((broker, _)) => format!("The last copy went with broker {broker}."),
        None => "No broker of the cluster that counts has it.".into(),
    }
}

fn lost_unacked(scene: &Scene, sending: &Sending, copies: &Copies) -> String {
    let name = scene.producer();
    if copies.places.is_empty() {
        let refused = copies.refused.map(|e| format!(" (refused: {})", e.name())).unwrap_or_default();
        return match sending.failed {
            Some((error, Certainty::Definite)) => {
                format!(
                    "It never reached a log{refused}, and {name} was told so: {error}. Nothing that was promised is missing."
                )
            }
            Some((error, Certainty::Unknown)) => {
                format!("It never reached a log{refused}; {name} was told {error}, and could not know.")
            }
            None if sending.orphaned => format!("{name} ended with the record in its memory."),
            None => format!("It was still on its way when the run ended{refused}."),
        };
    }
    format!(
        "It was written, but never acknowledged; {} No promise was broken.",
        lost_after_ack(scene, &Sending { acked: producer(scene).map(|p| p.acks), ..sending.clone() }, copies)
    )
}

fn duplicated(scene: &Scene, sending: &Sending, copies: &Copies) -> String {
    if !scene.again.is_empty() {
        return resent(scene, sending);
    }
    let at: Vec<String> = copies.places.iter().map(|p| scene.place(p.offset)).collect();
    let name = scene.producer();
    let error = sending.retried.map_or("no answer".to_string(), |e| e.name().to_string());
    if producer(scene).is_some_and(|p| p.idempotent) {
        return format!(
            "{name} sent it again under another producer epoch or to a leader that had forgotten it ({error}): {}.",
            at.join(", ")
        );
    }
    format!(
        "{name} did not learn of the first write ({error}) and sent the record again; without idempotence a leader cannot \
         know that it has it, and writes it once more: {}.",
        at.join(" and ")
    )
}

/// The application has sent it again.
fn resent(scene: &Scene, sending: &Sending) -> String {
    let told = sending.failed.map_or(String::new(), |(error, _)| format!(" ({error})"));
    format!(
        "send() had failed{told}, and the application of {} sent the record again. To Kafka that is another record: it stands \
         where it comes, beside what the failed send may have left. Idempotence covers the retries of the client, not those of \
         the application.",
        scene.producer()
    )
}

fn out_of_order(scene: &Scene, sending: &Sending, copies: &Copies) -> String {
    if !scene.again.is_empty() {
        return resent(scene, sending);
    }
    let error = copies.refused.or(sending.retried);
    let failed = error.map_or("was late".to_string(), |e| format!("failed ({})", e.name()));
    let in_flight = producer(scene).map_or(String::new(), |p| match p.max_in_flight {
        1 => String::new(),
        n => format!(" With up to {n} requests in flight and no idempotence, nobody watches the order."),
    });
    format!(
        "The attempt to write it {failed} and it waited for its retry, while later records were accepted.{in_flight}"
    )
}

fn processed_again(scene: &Scene, reading: &Reading, copies: &Copies, group: GroupId) -> String {
    if let [(_, first), .., (_, last)] = reading.processed[..]
        && first != last
        && copies.places.len() > 1
    {
        return format!("The log holds it twice, at {first} and at {last}; a group that reads both processes both.");
    }
    if !scene.again.is_empty() && reading.processed.len() < 2 {
        return format!(
            "send() had failed, and the application of {} sent the record again; the log holds both, and a group that reads both \
             processes both.",
            scene.producer()
        );
    }
    let first = reading.processed.first().map_or("its reader", |(node, _)| scene.node(*node));
    let parted = match reading.parted {
        Some((_, Parting::Died(_))) => {
            format!("{first} died after it had processed the record and before its offset was committed")
        }
        Some((_, Parting::Left(LeaveReason::PollTimeout))) => {
            format!("{first} took longer than max.poll.interval.ms and was out of the group before it could commit")
        }
        Some((_, Parting::Left(LeaveReason::SessionTimeout))) => {
            format!("{first} was taken for dead before it could commit")
        }
        Some(_) => format!("{first} lost the partition before it had committed what it had processed"),
        None => format!("{first} had not committed past it"),
    };
    let refused = reading.refused.map_or(String::new(), |e| format!(" ({})", e.name()));
    let start = match reading.began {
        Some((node, offset, Start::Committed)) => {
            let again = if scene.node(node) == first { " again" } else { "" };
            format!("{} began{again} at the committed offset, {offset}", scene.node(node))
        }
        Some((node, offset, Start::Reset(AutoOffsetReset::Earliest))) => {
            format!("{} was reset to the earliest offset, {offset}", scene.node(node))
        }
        Some((node, offset, _)) => format!("{} began at {offset}", scene.node(node)),
        None => format!("{} read it again", scene.group_name(group)),
    };
    format!("{parted}{refused}; {start}, and did it again.")
}

fn never_processed(scene: &Scene, reading: &Reading, copies: &Copies, group: GroupId) -> String {
    let name = scene.group_name(group);
    let consumer = scene.setup.consumers.iter().find(|c| c.group == group);
    match (reading.passed, reading.polled.last(), copies.latest()) {
        (Some(passed), Some(node), _) => {
            let reader = scene.node(*node);
            let how = match consumer.map(|c| c.commit) {
                Some(CommitSetup::SyncBeforeProcessing) => "commits before it processes",
                Some(CommitSetup::Auto) => "commits automatically what poll() has returned, processed or not",
                _ => "commits past what it has processed",
            };
            let end = match reading.parted {
                Some((_, Parting::Died(_))) => format!("{reader} died with the record unprocessed"),
                _ => format!("{reader} lost the partition with the record unprocessed"),
            };
            format!("{} {how}: offset {passed} was committed, then {end}, and whoever came next began behind it.", name)
        }
        (Some(passed), None, _) => match reading.began {
            Some((node, offset, Start::Reset(AutoOffsetReset::Latest))) => format!(
                "Nobody ever read it: {} began at the latest offset, {offset}, and {passed} was committed later.",
                scene.node(node)
            ),
            _ => format!("Nobody ever read it, and yet {passed} was committed, past it."),
        },
        (None, None, Some(place)) => match reading.began {
            Some((node, offset, Start::Reset(AutoOffsetReset::Latest))) if offset > place => {
                format!(
                    "{} began at the latest offset, {offset}: what was there before is not for it.",
                    scene.node(node)
                )
            }
            _ => {
                let committed = reading.committed.map_or("nothing".to_string(), |o| format!("offset {o}"));
                format!("{} had not come to it when the run ended: {committed} is committed.", name)
            }
        },
        (None, Some(node), _) => format!("{} had it and had not processed it when the run ended.", scene.node(*node)),
        (None, None, None) => format!("{} never saw it.", name),
    }
}
