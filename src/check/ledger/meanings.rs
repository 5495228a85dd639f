//! What the figures of the delivery ledger count, for people.

/// Figure and meaning.
pub const MEANINGS: &[(&str, &str)] = &[
    ("sent", "records that the application has given to send()"),
    ("rejected", "records that send() refused at once: no memory, no metadata, too large"),
    (
        "acked",
        "records of which the application was told that they were delivered; with acks=0, that they were handed to the network",
    ),
    (
        "failed",
        "records of which the application was told that they failed; some of them may be in the log all the same",
    ),
    ("pending", "records of which the application had heard nothing when the run ended"),
    ("in.the.log", "records that the partitions' logs have at the end of the run, each counted once"),
    ("deleted", "records that were in the log, and that retention deleted from it"),
    ("lost.after.ack", "records that were acknowledged and are not in the log at the end: what `acks` is about"),
    (
        "lost.unacked",
        "records that are not in the log and were never acknowledged: the application knows, or could know",
    ),
    ("duplicated", "records that are in the log more than once"),
    ("out.of.order", "records that lie behind one that the same producer sent later to the same partition"),
    ("processed.once", "records that a group processed exactly once; those that it put aside are counted apart"),
    ("processed.again", "records that a group processed more than once"),
    ("never.processed", "records that are in the log, or were deleted from it, and that a group has not processed"),
    (
        "deleted.unread",
        "those of never.processed that were deleted from the log: the group will not be given them any more",
    ),
    ("skipped", "records that an application gave up, as `on.poison: skip` says"),
    ("to.retry.topic", "records that a group could not process and sent to a retry topic"),
    ("dead.letters", "records that a group gave up and sent to a topic, or a list, of dead letters"),
    (
        "overtaken",
        "records that were not done when the group was done with a later record of the same key and partition: the order of the key is lost",
    ),
    (
        "archived",
        "records that a share group gave up without anybody having processed them: delivered group.share.delivery.count.limit times, or rejected",
    ),
    (
        "compacted",
        "records that are not in the log any more since it was compacted: a later one has their key, or they were tombstones, or aborted; of a group, those that it had not processed by then",
    ),
    (
        "stale.keys",
        "keys that are deleted, and of which a group has processed a value and not the tombstone, which was gone when it came there",
    ),
    ("transactions.begun", "transactions that applications have begun; of a group, those that carried offsets of it"),
    ("transactions.committed", "transactions of which the application was told that they are committed"),
    ("transactions.aborted", "transactions of which the application was told that they are aborted"),
    ("transactions.unknown", "transactions of which the application was never told how they ended"),
    ("transactions.timed.out", "transactions that the coordinator aborted, since transaction.timeout.ms was over"),
    (
        "transactions.hanging",
        "transactions that are open in a log in the end although their coordinator knows of none: read_committed consumers wait for ever",
    ),
    ("records.committed", "records in the log whose transaction is committed there"),
    (
        "records.aborted",
        "records in the log whose transaction is aborted there: read_committed consumers never see them",
    ),
    ("records.undecided", "records in the log whose transaction is open there when the run ends"),
    ("rows.written", "rows that a service has in its database, each for a record that it sends as well"),
    (
        "rows.forgotten",
        "rows in the database whose record nobody will send (again): send() failed, or its process died with it",
    ),
    ("rows.without.record", "rows in the database whose record is in no log at the end"),
    ("effects.once", "records whose effect outside of Kafka (a row, an e-mail) took place exactly once"),
    ("effects.again", "records whose effect outside of Kafka took place more than once"),
    ("effects.lost", "records that a group has committed as done, and whose effect outside of Kafka never took place"),
    ("effects.recognised", "effects that the other side refused or left out, since they were there already"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::ledger::Ledger;

    #[test]
    fn every_figure_has_a_meaning() {
        assert_eq!(MEANINGS.iter().map(|(name, _)| *name).collect::<Vec<_>>(), Ledger::FIGURES);
    }
}
