//! Planted bugs: a scenario of which one safeguard is taken away, while it still names the invariant that the safeguard keeps.
//! Who searches has to find them; who makes failures smaller has something to make smaller.

/// One of them.
#[derive(Clone, Copy, Debug)]
pub struct Planted {
    /// What is missing.
    pub name: &'static str,
    /// A scenario of the library, or a file below `tests/`.
    pub scenario: &'static str,
    /// What takes the safeguard away, each as after `--set`.
    pub sets: &'static [&'static str],
    /// What a swarm draws to find it.
    pub swarm: &'static str,
    /// What breaks: an invariant, or `ledger FIGURE`.
    pub breaks: &'static str,
}

/// All of them; the two that are found soonest come first.
pub const PLANTED: &[Planted] = &[
    Planted {
        name: "commit before processing",
        scenario: "swarm/plain.yaml",
        sets: &["groups.billing.commit=sync-before-processing", "groups.billing.processing.per.record=20ms"],
        swarm: "faults",
        breaks: "at-least-once",
    },
    Planted {
        name: "on after an abort without going back",
        scenario: "swarm/transactions.yaml",
        sets: &["apps.billing.on.abort=continue"],
        swarm: "faults",
        breaks: "eos-count",
    },
    Planted {
        name: "acks=1",
        scenario: "swarm/plain.yaml",
        sets: &["producers.checkout.config.acks=1", "producers.checkout.config.enable.idempotence=false"],
        swarm: "faults",
        breaks: "ledger lost.after.ack",
    },
    Planted {
        name: "acks=1 in the library",
        scenario: "acks1-leader-crash",
        sets: &[],
        swarm: "faults",
        breaks: "ledger lost.after.ack",
    },
    Planted {
        name: "no idempotence",
        scenario: "swarm/plain.yaml",
        sets: &["producers.checkout.config.enable.idempotence=false"],
        swarm: "faults",
        breaks: "ledger duplicated",
    },
    Planted {
        name: "committed while a worker has it",
        scenario: "swarm/plain.yaml",
        sets: &[
            "groups.billing.commit=auto",
            "groups.billing.config.enable.auto.commit=true",
            "groups.billing.config.auto.commit.interval.ms=500",
            "groups.billing.processing={ per.record: 50ms, thread: worker }",
        ],
        swarm: "faults",
        breaks: "at-least-once",
    },
    Planted {
        name: "readers of what is not committed",
        scenario: "swarm/transactions.yaml",
        sets: &["groups.printing.config.isolation.level=read_uncommitted"],
        swarm: "faults",
        breaks: "no-aborted-read",
    },
    Planted {
        name: "offsets outside of the transaction",
        scenario: "swarm/transactions.yaml",
        sets: &["apps.billing.commit=sync-after-batch"],
        swarm: "faults",
        breaks: "eos-count",
    },
    Planted {
        name: "offsets without the member's generation",
        scenario: "swarm/transactions.yaml",
        sets: &["apps.billing.group.metadata=group-id"],
        swarm: "faults",
        breaks: "eos-count",
    },
];
