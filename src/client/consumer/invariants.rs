//! What always holds of a consumer: whoever waits will be told, and what can be read is read.

use super::close::ClosePhase;
use super::kafka_consumer::{Call, KafkaConsumer};
use super::tag::Tag;
use crate::client::network::Dest;
use crate::protocol::ids::BrokerId;

/// Turns of which one goes to all that waits, since that may be much; the others are shared by the rest.
const TURNS: u64 = 16;

impl KafkaConsumer {
    /// Its parts take turns.
    ///
    /// # Panics
    /// If anything that it knows contradicts itself.
    pub fn check_invariants(&self, turn: u64) {
        match turn % TURNS {
            0 => self.check_waiting(),
            turn => match turn % 3 {
                0 => self.subscriptions.check_invariants(),
                1 => self.fetcher.check_invariants(&self.subscriptions),
                _ => self.network.check_invariants(self.is_unattended()),
            },
        }
    }

    /// Nobody waits for what will not come.
    fn check_waiting(&self) {
        let awaited: Vec<(Dest, Tag)> = self.network.awaited().collect();
        let awaits = |tag: Tag| awaited.iter().any(|(_, other)| *other == tag);
        self.membership.check_invariants(&self.subscriptions, &awaited);
        self.offsets.check_invariants(awaits);
        let in_progress = self.network.metadata().in_progress();
        assert!(!in_progress || awaits(Tag::Metadata), "metadata that is under way was asked for");
        let fetches = awaited.iter().filter(|(_, tag)| *tag == Tag::Fetch);
        let mut fetched: Vec<BrokerId> = fetches.map(|(dest, _)| dest.broker()).collect();
        fetched.sort();
        assert!(self.fetcher.fetching().eq(fetched), "one fetch at a time is under way from a broker");
        let commit = match &self.call {
            Call::CommitSync(commit) => Some(commit),
            Call::Close(closing) => match &closing.phase {
                ClosePhase::Committing(commit) => Some(commit),
                _ => None,
            },
            Call::None | Call::Poll { .. } | Call::Unsubscribe { .. } => None,
        };
        assert!(commit.is_none_or(|commit| self.membership.will_tell(commit)), "commitSync() hears of its commit");
    }
}
