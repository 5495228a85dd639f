//! Why a record is in the log more than once, or behind a later one.

use super::super::cause::StoryCause;
use super::RecordLife;
use crate::protocol::messages::Acks;

impl RecordLife {
    pub(super) fn duplicated(&self) -> (StoryCause, String) {
        if !self.scene.again.is_empty() {
            return self.resent();
        }
        let places: Vec<String> = self.copies.places.iter().map(|p| self.scene.place(p.offset)).collect();
        let (at, name) = (list(&places), self.scene.producer());
        let error = self.sending.retried.map_or("no answer".to_string(), |e| e.name().to_string());
        let producer = self.scene.producer_setup();
        if producer.is_some_and(|p| p.waits_in_vain) {
            let text = format!(
                "The client of {name} waits for an answer, and acks=0 has none; after request.timeout.ms it sent the record \
                 again, and the log holds it at {at}."
            );
            return (StoryCause::WaitsForAcks0Answer, text);
        }
        if producer.is_some_and(|p| p.idempotent) {
            return self.not_recognised(&at, &error);
        }
        let text = format!(
            "{name} did not learn of the first write ({error}) and sent the record again; without idempotence a leader \
             cannot know that it has it, and wrote it once more: {at}."
        );
        (StoryCause::RetryWithoutIdempotence, text)
    }

    /// Two copies of an idempotent producer.
    fn not_recognised(&self, at: &str, error: &str) -> (StoryCause, String) {
        let name = self.scene.producer();
        let [first, .., last] = &self.copies.places[..] else {
            return (StoryCause::Unexplained, format!("{name} has sent it again ({error}): {at}."));
        };
        let expiration = self.scene.setup.broker.producer_id_expiration;
        if first.producer == last.producer && last.at.saturating_sub(first.at) >= expiration {
            let text = format!(
                "{name} did not learn of the first write ({error}) and sent the record again {} later; the leader had \
                 forgotten the producer (producer.id.expiration.ms={}) and took it for new: {at}.",
                last.at.saturating_sub(first.at),
                expiration.as_millis()
            );
            return (StoryCause::ProducerForgotten, text);
        }
        let epoch = if first.producer == last.producer {
            "to a leader that knew only later batches"
        } else {
            "under a new producer epoch"
        };
        (
            StoryCause::NewProducerEpoch,
            format!("{name} sent the record again ({error}), {epoch}, so that nobody recognised it: {at}."),
        )
    }

    /// The application has sent it again.
    fn resent(&self) -> (StoryCause, String) {
        let name = self.scene.producer();
        let mut places: Vec<String> = self.copies.places.iter().map(|p| self.scene.place(p.offset)).collect();
        let tp_name = |tp| self.scene.setup.catalog.tp_name(tp);
        places.extend(self.copies.resent.iter().map(|(tp, offset)| format!("{}@{offset}", tp_name(*tp))));
        let at = list(&places);
        match self.sending.failed {
            Some((error, _)) => {
                let text = format!(
                    "send() had failed ({error}), and the application of {name} sent the record again; the first attempt is in \
                     the log all the same: {at}. Idempotence covers the retries of the client, not those of the application."
                );
                (StoryCause::ApplicationResend, text)
            }
            None => {
                let text = format!(
                    "{name} died before it knew what had become of the record, and its next life sent it again: {at}. To Kafka \
                     that is another producer, with another id; idempotence does not reach across a restart."
                );
                (StoryCause::SentAfterRestart, text)
            }
        }
    }

    pub(super) fn out_of_order(&self) -> (StoryCause, String) {
        if !self.scene.again.is_empty() {
            return self.resent();
        }
        let producer = self.scene.producer_setup();
        if producer.is_some_and(|p| p.acks == Acks::Zero) {
            let text = "With acks=0 the producer waits for nothing: a connection that it has replaced is read beside the new \
                        one, and what was sent later may be written first.";
            return (StoryCause::SideBySide, text.into());
        }
        let error = self.copies.refused.or(self.sending.retried);
        let failed = error.map_or("was late".to_string(), |e| format!("failed ({})", e.name()));
        let in_flight = producer.filter(|p| p.max_in_flight > 1 && !p.idempotent).map_or(String::new(), |p| {
            format!(" With up to {} requests in flight and no idempotence, nobody watches the order.", p.max_in_flight)
        });
        let text = format!(
            "The attempt to write it {failed} and it waited for its retry, while later records were accepted.{in_flight}"
        );
        (StoryCause::RetryOvertaken, text)
    }
}

/// `a`, `a and b`, `a, b and c`.
fn list(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}
