//! What Jepsen's Kafka workload calls what breaks an invariant: its error classes
//! (jepsen-io/jepsen, `jepsen/src/jepsen/tests/kafka.clj`) beside ours.

/// Invariant, the name of the anomaly, and what it looks like to Jepsen's clients.
pub const JEPSEN: &[(&str, &str, &str)] = &[
    ("no-aborted-read", "G1a", "a value was read whose transaction, or send, had definitely failed"),
    ("definite-fail-absent", "G1a", "a value was read whose transaction, or send, had definitely failed"),
    ("txn-no-wr-cycle", "G1c", "transactions have read each other's writes in a circle"),
    ("no-undecided-read", "precommitted-read", "a transaction read a write that was not committed yet"),
    ("acked-all-durable", "lost-write", "an acknowledged value lies below what somebody has read, and nobody reads it"),
    ("committed-durable", "lost-write", "an acknowledged value lies below what somebody has read, and nobody reads it"),
    ("eventually-consumed", "unseen", "an acknowledged value was never read, not even at the end"),
    ("idempotent-no-dup", "duplicate", "one value is at two offsets"),
    ("repeatable-read", "inconsistent-offsets", "one offset holds two values"),
    ("log-matching", "inconsistent-offsets", "one offset holds two values"),
    ("position-no-skip", "poll-skip", "a consumer's reads step over a value"),
    ("position-monotonic", "nonmonotonic-poll", "a consumer's reads step back"),
    ("idempotent-order", "nonmonotonic-send", "a producer's values are in the log in another order than it sent them"),
    ("per-key-order", "nonmonotonic-send", "a producer's values are in the log in another order than it sent them"),
];

/// What Jepsen calls it when this invariant is broken.
pub fn jepsen(invariant: &str) -> Option<&'static str> {
    JEPSEN.iter().find(|(id, ..)| *id == invariant).map(|(_, name, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::invariants;

    #[test]
    fn every_class_names_an_invariant_that_is_checked() {
        let known = invariants();
        for (id, name, about) in JEPSEN {
            assert!(known.iter().any(|invariant| invariant.id == *id), "{id} ({name}) is not checked");
            let same = |other: &&(&str, &str, &str)| other.1 == *name && other.2 != *about;
            assert!(!JEPSEN.iter().any(|other| same(&other)), "{name} means one thing");
        }
        assert_eq!((jepsen("no-aborted-read"), jepsen("lso-sane")), (Some("G1a"), None));
    }
}
