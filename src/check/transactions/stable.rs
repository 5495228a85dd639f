//! What leaders keep of transactions in their logs: T6, T8.

use litemap::LiteMap;

use super::weakness::forgotten;
use crate::check::excuse::Excuse;
use crate::check::ghost::Ghost;
use crate::check::outcome::{Findings, Tally, Witness};
use crate::history::fact::{Entry, Fact, ReplicaRole};
use crate::protocol::ids::*;

/// See the module.
#[derive(Clone, Debug)]
pub struct StableChecks {
    lso_sane: Tally,
    marker_epoch_order: Tally,
    /// By partition: who told its last stable offset last, in which epoch and life, and what it was.
    told: LiteMap<Tp, (BrokerId, LeaderEpoch, u32, Offset)>,
    /// By replica: where its log ended when it was opened last. What its snapshot covers it knows without the markers.
    opened: LiteMap<(BrokerId, Tp), Offset>,
}

impl StableChecks {
    /// Before the first fact.
    pub fn new() -> StableChecks {
        StableChecks {
            lso_sane: Tally::new(
                "lso-sane",
                "T6",
                "the last stable offset is the beginning of the first open transaction below the high watermark, else that, and never goes back in an epoch",
                "no last stable offset was apart from its high watermark",
            ),
            marker_epoch_order: Tally::new(
                "marker-epoch-order",
                "T8",
                "the markers of a producer in a partition have coordinator epochs that never go back, and no older producer epoch than its records",
                "no marker was written",
            ),
            told: LiteMap::new(),
            opened: LiteMap::new(),
        }
    }

    /// Takes the next fact.
    pub fn observe(&mut self, entry: &Entry, ghost: &Ghost) {
        match entry.fact {
            Fact::LastStableOffsetMoved { broker, tp, epoch, last_stable_offset, high_watermark } => {
                self.moved(entry, ghost, (broker, epoch), tp, last_stable_offset, high_watermark);
            }
            Fact::LogRecovered { broker, tp, log_end, .. } => drop(self.opened.insert((broker, tp), log_end)),
            Fact::ControlAppended {
                broker,
                tp,
                role: ReplicaRole::Leader,
                leader_epoch,
                producer_id,
                producer_epoch,
                coordinator_epoch,
                ..
            } if ghost.partition(tp).acts_in(broker, leader_epoch) => {
                self.marked(entry, ghost, tp, (producer_id, producer_epoch), coordinator_epoch);
            }
            _ => {}
        }
    }

    fn moved(
        &mut self,
        entry: &Entry,
        ghost: &Ghost,
        (broker, epoch): (BrokerId, LeaderEpoch),
        tp: Tp,
        stable: Offset,
        high_watermark: Offset,
    ) {
        let life = ghost.process(ghost.setup.catalog.broker_node(broker)).life;
        let before = self.told.insert(tp, (broker, epoch, life, stable));
        let before = before.filter(|known| (known.0, known.1, known.2) == (broker, epoch, life)).map(|known| known.3);
        // What a deposed leader's log has nobody keeps books of.
        let acts = ghost.partition(tp).acts_in(broker, epoch);
        let log = ghost.stability(tp).filter(|_| acts);
        let due = log.map(|log| log.last_stable(high_watermark));
        let forgets = || {
            let opened = self.opened.get(&(broker, tp));
            opened.is_some_and(|opened| log.is_some_and(|log| log.last_stable_after(high_watermark, *opened) == stable))
        };
        let sane = stable <= high_watermark
            && before.is_none_or(|before| before <= stable)
            && (due.is_none_or(|due| due == stable) || forgets());
        self.lso_sane.must(sane, || {
            let text = match (before, due) {
                _ if stable > high_watermark => format!("{stable} is above the high watermark {high_watermark}"),
                (Some(before), _) if before > stable => format!("it goes back from {before} to {stable}"),
                (_, due) => format!("it is {stable}, and ought to be {}", due.unwrap_or_default()),
            };
            Witness::at(entry, format!("last stable offset of broker {broker}: {text}")).on(tp, stable)
        });
    }

    fn marked(
        &mut self,
        entry: &Entry,
        ghost: &Ghost,
        tp: Tp,
        (producer, epoch): (ProducerId, ProducerEpoch),
        coordinator_epoch: LeaderEpoch,
    ) {
        let known = ghost.stability(tp).and_then(|stability| stability.newest(producer));
        let Some((newest, heard, coordinator)) = known else { return self.marker_epoch_order.ok() };
        let expiration = ghost.setup.broker.producer_id_expiration;
        let id = ghost.transactions.owner_of(producer);
        let excuse = || {
            let node = ghost.setup.producers.iter().find(|p| p.transactional_id.is_some() && p.transactional_id == id);
            let old = entry.at.saturating_sub(heard) >= expiration;
            let expired = node.filter(|_| old).map(|p| Excuse::Forgotten(tp, p.node, expiration));
            expired.or_else(|| forgotten(ghost, id, Some(tp)))
        };
        self.marker_epoch_order.check(epoch >= newest && coordinator_epoch >= coordinator, excuse, || {
            let text = match epoch < newest {
                true => format!("a marker of producer {producer} has epoch {epoch}, known is {newest}"),
                false => format!(
                    "a marker of producer {producer} has coordinator epoch {coordinator_epoch}, known is {coordinator}"
                ),
            };
            Witness::at(entry, text).on(tp, ghost.incoming.base)
        });
    }

    /// The outcomes.
    pub fn findings(&self, out: &mut Findings<'_>) {
        [&self.lso_sane, &self.marker_epoch_order].into_iter().for_each(|tally| out.add(tally));
    }
}
