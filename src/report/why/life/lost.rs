//! Why a record is in no log.

use super::super::cause::StoryCause;
use super::RecordLife;
use super::log::{Gone, Lacking, LogPlace};
use crate::history::fact::{Certainty, Election, StopKind};
use crate::protocol::errors::ErrorCode;
use crate::protocol::exceptions::Exception;
use crate::protocol::messages::Acks;

impl RecordLife {
    pub(super) fn lost_after_ack(&self) -> (StoryCause, String) {
        match self.copies.places.last() {
            None => self.never_written(),
            Some(place) => self.gone(place),
        }
    }

    /// Acknowledged without ever having been in a log.
    fn never_written(&self) -> (StoryCause, String) {
        let producer = self.scene.producer();
        if let Some(error) = self.copies.refused {
            let text = format!(
                "The broker refused it ({}), and with acks=0 {producer} reads no answer: the record counts as delivered \
                 since it was handed to the network.",
                error.name()
            );
            return (StoryCause::Acks0Refused, text);
        }
        let text = format!(
            "With acks=0 {producer} counted it as delivered once it was handed to the network; its request was lost on the \
             way to the leader, and nobody noticed."
        );
        let zero = self.sending.acked == Some(Acks::Zero);
        (if zero { StoryCause::Acks0RequestLost } else { StoryCause::Unexplained }, text)
    }

    /// It was in a log.
    fn gone(&self, place: &LogPlace) -> (StoryCause, String) {
        let gone = &self.copies.gone;
        if let Some((broker, _)) = gone.iter().find(|(_, how)| *how == Gone::FlushedInVain) {
            let text = format!(
                "The disk of broker {broker} had confirmed that the record was flushed, and it was not: it went with the power, \
                 as on every replica that had it."
            );
            return (StoryCause::LyingDisk, text);
        }
        if place.deposed {
            return self.written_by_a_deposed_leader(place);
        }
        if let Some(lacking) = self.copies.lacking {
            return self.lacked(place, lacking);
        }
        let unflushed = gone.iter().filter(|(_, how)| *how == Gone::Unflushed).count();
        if unflushed > 0 && unflushed == gone.len() {
            let all = match unflushed {
                1 => "The only replica that had it".into(),
                n => format!("All {n} replicas that had it"),
            };
            let text = format!(
                "{all} lost power before it was flushed: Kafka acknowledges what is in the page caches of its replicas."
            );
            return (StoryCause::PowerLoss, text);
        }
        if unflushed > 0 {
            let text = format!(
                "Broker {} lost it with its page cache, was back before its session was over, and led on in its old epoch; \
                 whoever had the record was truncated to follow.",
                place.writer
            );
            return (StoryCause::OldEpochRewritten, text);
        }
        match gone.last() {
            Some((broker, _)) => (StoryCause::Unexplained, format!("The last copy went with broker {broker}.")),
            None => (StoryCause::DiskLost, format!("Broker {} never came back with what it had.", place.writer)),
        }
    }

    fn written_by_a_deposed_leader(&self, place: &LogPlace) -> (StoryCause, String) {
        let writer = place.writer;
        let who = match self.copies.leader_of_cluster().filter(|leader| *leader != writer) {
            Some(leader) => format!("broker {leader} leads {} by then", self.scene.partition()),
            None => format!("{} has another leader epoch by then", self.scene.partition()),
        };
        let cut = match self.copies.gone.iter().any(|(broker, _)| *broker == writer) {
            true => format!(", and all of it was cut off when broker {writer} followed again"),
            false => String::new(),
        };
        let wrote = match self.sending.acked {
            Some(Acks::Zero) => "wrote the record (acks=0: nobody waits for its answer)".into(),
            Some(_) => format!("wrote and acknowledged the record ({})", self.acks()),
            None => "wrote the record".to_owned(),
        };
        let text = format!(
            "Broker {writer} had been deposed and did not know it when it {wrote}: {who}, and never had it{cut}."
        );
        (StoryCause::DeposedLeader, text)
    }

    /// A leader that does not have it reigns.
    fn lacked(&self, place: &LogPlace, lacking: Lacking) -> (StoryCause, String) {
        let (leader, writer) = (lacking.leader, place.writer);
        let unclean = lacking.election == Election::Unclean;
        let topic = &self.scene.setup.topics[self.scene.setup.catalog.topic_of(self.scene.record.tp).0.index()];
        let from = lacking.start.map_or(String::new(), |start| format!(", begins its epoch at offset {start}"));
        if self.copies.ever_held_by(leader) {
            let again = match unclean {
                true => "was elected as the last known leader, where nobody was known to be complete",
                false => "leads",
            };
            let text = format!(
                "Broker {leader} had the record in its page cache only, lost power, came back without it and {again}; \
                 whoever still had it was truncated to follow."
            );
            return (StoryCause::PowerLoss, text);
        }
        if unclean && topic.unclean_leader_election {
            let text = format!(
                "Broker {leader} was elected at {} from outside the ISR{from}, and never had the record: \
                 unclean.leader.election.enable=true prefers such a leader to none.",
                lacking.at
            );
            return (StoryCause::UncleanElection, text);
        }
        if unclean {
            let text = format!(
                "Nobody in the ISR could lead, so broker {leader}, the last known leader, was elected at {}{from}; it does not \
                 have the record.",
                lacking.at
            );
            return (StoryCause::UncleanElection, text);
        }
        let alone = match (self.sending.acked, self.sending.acked_at) {
            (Some(Acks::Zero), _) => format!("Broker {writer} alone had it (acks=0: nobody waits for more)"),
            (Some(_), _) => format!("It was acknowledged by broker {writer} alone ({})", self.acks()),
            (None, _) => format!("Broker {writer} alone had it"),
        };
        let end = match self.copies.died {
            Some((at, broker, kind)) => {
                let how = match kind {
                    StopKind::Clean => "stopped",
                    StopKind::Crash => "crashed",
                    StopKind::PowerLoss => "lost power",
                };
                let later = self.after(self.sending.acked_at, at);
                format!("broker {broker} {how}{later}, before another replica had copied it")
            }
            None if self.copies.gone.iter().any(|(broker, how)| (*broker, *how) == (writer, Gone::Moved)) => {
                format!(
                    "{} was moved away from broker {writer} before another replica had copied it",
                    self.scene.partition()
                )
            }
            None => format!("broker {writer} was deposed before another replica had copied it"),
        };
        let cut = match self.copies.gone.iter().any(|(broker, how)| *broker == writer && *how != Gone::Moved) {
            true => format!("; broker {writer} was truncated to follow it: cut off"),
            false => String::new(),
        };
        let text =
            format!("{alone}; {end}; broker {leader} was elected at {}{from}, and never had it{cut}.", lacking.at);
        (StoryCause::TruncatedByNewLeader, text)
    }

    fn acks(&self) -> &'static str {
        match self.sending.acked {
            Some(Acks::Zero) => "acks=0",
            Some(Acks::One) => "acks=1",
            Some(Acks::All) => "acks=all, and it alone was the ISR",
            None => "no acknowledgement",
        }
    }

    pub(super) fn lost_unacked(&self) -> (StoryCause, String) {
        let name = self.scene.producer();
        if let Some(place) = self.copies.places.last() {
            let (cause, text) = self.gone(place);
            return (cause, format!("It was written, and never acknowledged: no promise is broken. {text}"));
        }
        let refused = self.copies.refused.map(|e| format!(" (refused: {})", e.name())).unwrap_or_default();
        match self.sending.failed {
            Some((error, certainty)) => {
                let sure = match certainty {
                    Certainty::Definite => format!("{name} was told so: {error}"),
                    Certainty::Unknown => format!("{name} was told {error}, and could not know"),
                };
                (self.cause_of_failure(error), format!("It never reached a log{refused}; {sure}."))
            }
            None if self.sending.orphaned => {
                (StoryCause::ProducerDied, format!("{name} ended with the record in its memory, and no log has it."))
            }
            None => (StoryCause::UnderWay, format!("It was still on its way when the run ended{refused}.")),
        }
    }

    fn cause_of_failure(&self, error: Exception) -> StoryCause {
        match error {
            Exception::Expired => StoryCause::DeliveryTimeout,
            Exception::TransactionAborted => StoryCause::TransactionAborted,
            Exception::Answered(ErrorCode::InvalidProducerEpoch | ErrorCode::ProducerFenced)
            | Exception::TransactionInError(_) => StoryCause::Fenced,
            _ => StoryCause::Refused,
        }
    }
}
