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

/// All of them.
pub const PLANTED: &[Planted] = &[
    Planted {
        name: "acks=1",
        scenario: "swarm/plain.yaml",
        sets: &["producers.checkout.config.acks=1", "producers.checkout.config.enable.idempotence=false"],
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
        name: "commit before processing",
        scenario: "swarm/plain.yaml",
        sets: &["groups.billing.commit=sync-before-processing", "groups.billing.processing.per.record=20ms"],
        swarm: "faults",
        breaks: "at-least-once",
    },
    Planted {
        name: "unclean election with one replica in sync",
        scenario: "swarm/plain.yaml",
        sets: &["topics.orders.unclean.leader.election.enable=true", "topics.orders.min.insync.replicas=1"],
        swarm: "faults,most-faults=10",
        breaks: "acked-all-durable",
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
    Planted {
        name: "on after an abort without going back",
        scenario: "swarm/transactions.yaml",
        sets: &["apps.billing.on.abort=continue"],
        swarm: "faults",
        breaks: "eos-count",
    },
    Planted {
        name: "transactions without an epoch of their own",
        scenario: "swarm/transactions.yaml",
        sets: &["rules.transaction.version=1", "cluster.config.transaction.partition.verification.enable=false"],
        swarm: "faults,most-faults=10",
        breaks: "outcome-fidelity",
    },
    Planted {
        name: "acks=1 in the library",
        scenario: "acks1-leader-crash",
        sets: &[],
        swarm: "faults",
        breaks: "ledger lost.after.ack",
    },
];
