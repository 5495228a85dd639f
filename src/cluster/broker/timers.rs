//! A broker's timers, and the ends of its connections.

use crate::cluster::coordinator::CoordinatorTimer;
use crate::node::{endpoints, timers};
use crate::protocol::ids::{BrokerId, Tp};

timers! {
    /// What a broker waits for.
    pub enum BrokerTimer {
        /// The disk may be ready for the requests that wait for it.
        Disk,
        /// The answer on a channel is sent.
        Unmute(channel: u32),
        /// A delayed operation expires.
        Purgatory,
        /// Look for followers that are behind.
        IsrShrink,
        /// Write high watermarks.
        HighWatermarkCheckpoint,
        /// Write recovery points.
        RecoveryPointCheckpoint,
        /// Look for segments that may go.
        LogCleanup,
        /// The log cleaner looks for something to do, or has done a part of it.
        LogCleaner,
        /// Files of deleted segments go.
        FileDeletion,
        /// Forget silent producers.
        ProducerExpiration,
        /// A flush returns.
        Flushed,
        /// The logs are recovered.
        LogsLoaded,
        /// A partition's new state is applied.
        Applied,
        /// A coordinator is loaded.
        CoordinatorLoaded(tp: Tp),
        /// A fetcher's backoff or delay is over, or the disk may be ready for it.
        Fetcher(source: BrokerId),
        /// Of the fetchers' network client.
        FetcherConnection(source: BrokerId),
        /// Send ISR proposals again.
        AlterPartitionRetry,
        /// Of the network client that carries ISR proposals.
        AlterPartitionConnection,
        /// Of the network client that carries forwarded requests.
        ForwardingConnection,
        /// Of the network client that carries registrations and heartbeats.
        HeartbeatConnection,
        /// A registration or heartbeat was tried for long enough.
        HeartbeatExpires,
        /// Of the network client that reads the metadata log.
        MetadataConnection,
        /// Fetch metadata again after an error.
        MetadataRetry,
        /// The next registration or heartbeat; while shutting down: tell the broker.
        Communicate,
        /// Registration, or a controlled shutdown, has taken too long.
        GiveUp,
        /// Of the network client that carries questions to transaction coordinators.
        AddPartitionsConnection(coordinator: BrokerId),
        /// Of the network client that carries markers.
        TxnMarkerConnection(leader: BrokerId),
        /// Ask the transaction coordinator again for a produce request that waits for its word.
        RetryAddPartitions(request: u32),
        /// Locks of records that members of share groups hold may run out.
        ShareAcquisitionLock,
        /// A share fetch has waited for long enough.
        ShareFetch,
        /// Of the network client that carries calls to share coordinators.
        PersisterConnection(coordinator: BrokerId),
        /// Calls to share coordinators may be tried again.
        PersisterRetry,
        /// A request to delete records has waited for long enough.
        DeleteRecords,
        /// Look again who the active controller is, for a channel to it.
        ControllerLook(purpose: u32),
        /// A network thread has read a request, or a request handler is free.
        RequestHandlers,
    }
    else
    /// One of a coordinator's.
    Coordinator(CoordinatorTimer)
}

endpoints! {
    /// Which of a broker's connections.
    pub enum BrokerEndpoint {
        /// One that a client or a follower opened.
        Channel(channel: u32),
        /// To a leader from which a fetcher fetches.
        Fetcher(source: BrokerId),
        /// To the controller, for ISR proposals.
        AlterPartition,
        /// To the controller, for forwarded requests.
        Forwarding,
        /// To the controller, for registrations and heartbeats.
        Heartbeats,
        /// To the controller, for the metadata log.
        Metadata,
        /// To a transaction coordinator, for questions about partitions.
        AddPartitionsToTxn(coordinator: BrokerId),
        /// To a leader, for markers.
        TxnMarkers(leader: BrokerId),
        /// To a share coordinator, for the states of share-partitions.
        Persister(coordinator: BrokerId),
    }
}
