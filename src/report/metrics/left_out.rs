//! What operators know of Kafka's metrics, and a history does not have. None of it is told as 0.

/// Metrics that are not told, and why.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LeftOut {
    /// Kafka's names for them.
    pub names: &'static str,
    /// Why not.
    pub reason: &'static str,
}

/// All of them.
pub const LEFT_OUT: &[LeftOut] = &[
    LeftOut {
        names: "RequestHandlerAvgIdlePercent, NetworkProcessorAvgIdlePercent",
        reason: "no fact tells them minute by minute; with a `machine` the fact MachineUsed has the mean of the whole run",
    },
    LeftOut {
        names: "RequestQueueSize, ResponseQueueSize, RequestMetrics, PurgatorySize, TotalFetchRequestsPerSec",
        reason: "what befalls single requests, and those that wait, is no fact of a history",
    },
    LeftOut {
        names: "BytesInPerSec, BytesOutPerSec, ReplicationBytesInPerSec, Log Size, NumLogSegments",
        reason: "facts count records, not bytes",
    },
    LeftOut {
        names: "LogStartOffset, kafka_topic_partition_oldest_offset",
        reason: "no fact tells where a log begins, but at its broker's start",
    },
    LeftOut {
        names: "ReplicaFetcherManager MaxLag, FetcherLagMetrics",
        reason: "the high watermark that came with a follower's fetch is no fact: the leader's ISR says who is behind",
    },
    LeftOut {
        names: "LeaderElectionRateAndTimeMs",
        reason: "a metric of the controller with ZooKeeper; KRaft controllers have none of this name",
    },
    LeftOut {
        names: "raft-metrics, LastAppliedRecordLagMs, NewActiveControllersCount",
        reason: "what the facts say of a quorum is not folded into metrics yet; `kafkasim show quorum` has it",
    },
    LeftOut {
        names: "ReassigningPartitions, OfflineReplicaCount",
        reason: "what a leader knows of a reassignment is no fact; several log directories are not modelled",
    },
    LeftOut {
        names: "ProducerIdCount, PartitionsWithLateTransactionsCount",
        reason: "when a producer id is forgotten, and when a transaction counts as late, is no fact",
    },
    LeftOut {
        names: "share groups",
        reason: "exporters of consumer lag do not know them; `kafkasim show` has their state",
    },
];

/// In one line: what an export lacks, and where that is said at length.
pub fn note() -> String {
    let few = "bytes, requests and their queues, threads, replica fetchers, raft";
    format!(
        "what a history does not have is left out, not told as 0: {few} ({} entries in the book's chapter Metrics)",
        LEFT_OUT.len()
    )
}
