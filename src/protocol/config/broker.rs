//! Broker, group coordinator and topic configs.

use super::{
    AppendLinger, CleanupPolicy, IfSet, Limit, MigrationPolicy, RackName, Range, RebalanceProtocols, ReplicaSelector,
    TimestampType, configs,
};
use crate::protocol::messages::ServerAssignors;
use crate::sim::time::Nanos;

const fn ms(n: u64) -> Nanos {
    Nanos::from_millis(n)
}

configs! {
    /// Configs of a topic. What a topic does not set, it takes from its brokers.
    pub struct TopicConfig for Topic from "storage/.../internals/log/LogConfig.java" {
        "min.insync.replicas" => min_insync_replicas: u16 = 1, "count", Range::AtLeast(1),
            "ISR members needed to accept acks=all and to move the high watermark; capped by the replica count (KAFKA-15583)";
        "unclean.leader.election.enable" => unclean_leader_election_enable: bool = false, "boolean", Range::Any,
            "lets a replica outside the ISR lead, at the price of committed records";
        "segment.bytes" => segment_bytes: u64 = 1_073_741_824, "bytes", Range::AtLeast(14),
            "the active segment rolls before it would grow beyond this; the old one is flushed",
            since V4_1 1_073_741_824, Range::AtLeast(1_048_576), "KIP-1030";
        "segment.ms" => segment_ms: Nanos = ms(604_800_000), "ms", Range::AtLeast(1),
            "the active segment rolls on append once record time has moved this far";
        "max.message.bytes" => max_message_bytes: u32 = 1_048_588, "bytes", Range::AtLeast(0),
            "a larger batch is refused with MESSAGE_TOO_LARGE";
        "flush.messages" => flush_messages: u64 = i64::MAX as u64, "records", Range::AtLeast(1),
            "fsync after this many unflushed records; never by default";
        "cleanup.policy" => cleanup_policy: CleanupPolicy = CleanupPolicy::DELETE, "list", Range::ListOf(CleanupPolicy::WORDS),
            "delete: old segments go, by retention.ms and retention.bytes; compact: of each key the last record stays, and no record comes in without one";
        "retention.ms" => retention: Limit<Nanos> = Limit::UpTo(ms(604_800_000)), "ms", Range::AtLeast(-1),
            "a segment may go when its youngest record, by its timestamp, is older than this; -1: never";
        "retention.bytes" => retention_bytes: Limit<u64> = Limit::Unlimited, "bytes", Range::Any,
            "the oldest segments of a partition may go while the others have this many bytes; -1: no limit";
        "file.delete.delay.ms" => file_delete_delay: Nanos = ms(60_000), "ms", Range::AtLeast(0),
            "the files of a segment that was deleted take up room for this long";
        "message.timestamp.type" => message_timestamp_type: TimestampType = TimestampType::CreateTime, "word",
            Range::OneOf(&["CreateTime", "LogAppendTime"]),
            "whose clock the timestamps of records are of: the producer's, or the leader's";
        "message.timestamp.before.max.ms" => message_timestamp_before_max: Nanos = Nanos::MAX, "ms", Range::AtLeast(0),
            "a record with a timestamp further behind the leader's clock is refused with INVALID_TIMESTAMP";
        "message.timestamp.after.max.ms" => message_timestamp_after_max: Nanos = ms(3_600_000), "ms", Range::AtLeast(0),
            "a record with a timestamp further ahead of the leader's clock is refused with INVALID_TIMESTAMP (KIP-937)";
        "min.cleanable.dirty.ratio" => min_cleanable_dirty_ratio: f64 = 0.5, "ratio", Range::Between(0, 1),
            "a compacted log is cleaned when more than this part of its bytes was not cleaned yet";
        "min.compaction.lag.ms" => min_compaction_lag: Nanos = Nanos::ZERO, "ms", Range::AtLeast(0),
            "a segment with a younger record than this is not compacted, nor what comes behind it";
        "max.compaction.lag.ms" => max_compaction_lag: Nanos = Nanos::MAX, "ms", Range::AtLeast(1),
            "a log with a record that is older than this and not compacted is cleaned, however little of it is dirty; its active segment rolls after this as well";
        "delete.retention.ms" => delete_retention: Nanos = ms(86_400_000), "ms", Range::AtLeast(0),
            "tombstones, and markers of transactions of which nothing is left, stay for this long after the cleaning that was the first to find them";
    }
}

configs! {
    /// Configs of a broker, its coordinators and its controller.
    pub struct BrokerConfig for Broker from "server/.../config/{ReplicationConfigs,KRaftConfigs,ServerLogConfigs}.java, GroupCoordinatorConfig.java, TransactionLogConfig.java, TransactionStateManagerConfig.java, AddPartitionsToTxnConfig.java" {
        "min.insync.replicas" => min_insync_replicas: u16 = 1, "count", Range::AtLeast(1),
            "default of the topic config of this name";
        "unclean.leader.election.enable" => unclean_leader_election_enable: bool = false, "boolean", Range::Any,
            "default of the topic config of this name";
        "log.segment.bytes" => log_segment_bytes: u64 = 1_073_741_824, "bytes", Range::AtLeast(1_048_576),
            "default of segment.bytes";
        "message.max.bytes" => message_max_bytes: u32 = 1_048_588, "bytes", Range::AtLeast(0),
            "default of max.message.bytes";
        "log.flush.interval.messages" => log_flush_interval_messages: u64 = i64::MAX as u64, "records", Range::AtLeast(1),
            "default of flush.messages";
        "log.cleanup.policy" => log_cleanup_policy: CleanupPolicy = CleanupPolicy::DELETE, "list", Range::ListOf(CleanupPolicy::WORDS),
            "default of cleanup.policy";
        "log.retention.ms" => log_retention_ms: IfSet<Limit<Nanos>> = IfSet(None), "ms", Range::AtLeast(-1),
            "default of retention.ms; not set: log.retention.minutes counts";
        "log.retention.minutes" => log_retention_minutes: IfSet<Limit<u32>> = IfSet(None), "minutes", Range::Any,
            "the same in minutes; not set: log.retention.hours counts";
        "log.retention.hours" => log_retention_hours: Limit<u32> = Limit::UpTo(168), "hours", Range::Any,
            "the same in hours";
        "log.retention.bytes" => log_retention_bytes: Limit<u64> = Limit::Unlimited, "bytes", Range::Any,
            "default of retention.bytes";
        "log.retention.check.interval.ms" => log_retention_check_interval: Nanos = ms(300_000), "ms", Range::AtLeast(1),
            "how often a broker looks for segments that may go; the first time 30 s after its start";
        "log.segment.delete.delay.ms" => log_segment_delete_delay: Nanos = ms(60_000), "ms", Range::AtLeast(0),
            "default of file.delete.delay.ms";
        "log.roll.ms" => log_roll_ms: IfSet<Nanos> = IfSet(None), "ms", Range::AtLeast(1),
            "default of segment.ms; not set: log.roll.hours counts";
        "log.roll.hours" => log_roll_hours: u32 = 168, "hours", Range::AtLeast(1),
            "the same in hours";
        "log.message.timestamp.type" => log_message_timestamp_type: TimestampType = TimestampType::CreateTime, "word",
            Range::OneOf(&["CreateTime", "LogAppendTime"]),
            "default of message.timestamp.type";
        "log.message.timestamp.before.max.ms" => log_message_timestamp_before_max: Nanos = Nanos::MAX, "ms", Range::AtLeast(0),
            "default of message.timestamp.before.max.ms";
        "log.message.timestamp.after.max.ms" => log_message_timestamp_after_max: Nanos = ms(3_600_000), "ms", Range::AtLeast(0),
            "default of message.timestamp.after.max.ms";
        "log.cleaner.enable" => log_cleaner_enable: bool = true, "boolean", Range::Any,
            "whether the broker has a log cleaner; without one, compacted logs only grow";
        "log.cleaner.backoff.ms" => log_cleaner_backoff: Nanos = ms(15_000), "ms", Range::AtLeast(0),
            "the cleaner looks again after this, when there was nothing to clean";
        "log.cleaner.min.cleanable.ratio" => log_cleaner_min_cleanable_ratio: f64 = 0.5, "ratio", Range::Between(0, 1),
            "default of min.cleanable.dirty.ratio";
        "log.cleaner.min.compaction.lag.ms" => log_cleaner_min_compaction_lag: Nanos = Nanos::ZERO, "ms", Range::AtLeast(0),
            "default of min.compaction.lag.ms";
        "log.cleaner.max.compaction.lag.ms" => log_cleaner_max_compaction_lag: Nanos = Nanos::MAX, "ms", Range::AtLeast(1),
            "default of max.compaction.lag.ms";
        "log.cleaner.delete.retention.ms" => log_cleaner_delete_retention: Nanos = ms(86_400_000), "ms", Range::AtLeast(0),
            "default of delete.retention.ms";
        "log.cleaner.dedupe.buffer.size" => log_cleaner_dedupe_buffer_size: u64 = 134_217_728, "bytes", Range::AtLeast(1_048_577),
            "memory of the cleaner for keys and their last offsets, 24 bytes for each key";
        "log.cleaner.io.buffer.load.factor" => log_cleaner_io_buffer_load_factor: f64 = 0.9, "ratio", Range::Any,
            "how full that memory may become; keys that do not fit are left for the next cleaning";
        "log.cleaner.io.max.bytes.per.second" => log_cleaner_io_max_bytes_per_second: f64 = f64::MAX, "bytes", Range::Any,
            "the cleaner reads and writes no more than this, both together";
        "auto.create.topics.enable" => auto_create_topics_enable: bool = true, "boolean", Range::Any,
            "a Metadata request for an unknown topic creates it";
        "num.partitions" => num_partitions: u32 = 1, "count", Range::AtLeast(1),
            "partitions of an auto-created topic";
        "default.replication.factor" => default_replication_factor: u16 = 1, "count", Range::AtLeast(1),
            "replicas of an auto-created topic";
        "broker.rack" => broker_rack: RackName = RackName::default(), "text", Range::Any,
            "the rack in which a broker stands; `cluster.racks` gives each broker its own. The controller spreads the replicas of new partitions over racks, and consumers of the same rack may read from it (KIP-392)";
        "replica.selector.class" => replica_selector: ReplicaSelector = ReplicaSelector::Leader, "word",
            Range::OneOf(&["null", "org.apache.kafka.common.replica.LeaderSelector", "org.apache.kafka.common.replica.RackAwareReplicaSelector"]),
            "how a leader decides from which replica a consumer reads: from the leader, or from a replica in its client.rack (KIP-392)";
        "replica.lag.time.max.ms" => replica_lag_time_max: Nanos = ms(30_000), "ms", Range::AtLeast(1),
            "a follower not caught up for this long leaves the ISR; checked every half of it";
        "replica.fetch.wait.max.ms" => replica_fetch_wait_max: Nanos = ms(500), "ms", Range::AtLeast(0),
            "a follower's fetch is parked at most this long";
        "replica.fetch.min.bytes" => replica_fetch_min_bytes: u32 = 1, "bytes", Range::AtLeast(0),
            "bytes that complete a follower's parked fetch";
        "replica.fetch.max.bytes" => replica_fetch_max_bytes: u32 = 1_048_576, "bytes", Range::AtLeast(0),
            "per partition and follower fetch";
        "replica.fetch.response.max.bytes" => replica_fetch_response_max_bytes: u32 = 10_485_760, "bytes", Range::AtLeast(0),
            "per follower fetch";
        "replica.fetch.backoff.ms" => replica_fetch_backoff: Nanos = ms(1_000), "ms", Range::AtLeast(0),
            "pause after a partition's or a connection's fetch error";
        "replica.socket.timeout.ms" => replica_socket_timeout: Nanos = ms(30_000), "ms", Range::AtLeast(1),
            "a follower gives up an unanswered fetch after this";
        "replica.high.watermark.checkpoint.interval.ms" => replica_high_watermark_checkpoint_interval: Nanos = ms(5_000), "ms", Range::AtLeast(1),
            "how often high watermarks are written to disk";
        "log.flush.offset.checkpoint.interval.ms" => log_flush_offset_checkpoint_interval: Nanos = ms(60_000), "ms", Range::AtLeast(1),
            "how often recovery points are written to disk";
        "fetch.max.bytes" => fetch_max_bytes: u32 = 57_671_680, "bytes", Range::AtLeast(1024),
            "broker-side cap of a fetch";
        "broker.heartbeat.interval.ms" => broker_heartbeat_interval: Nanos = ms(2_000), "ms", Range::AtLeast(1),
            "broker to controller heartbeat";
        "broker.session.timeout.ms" => broker_session_timeout: Nanos = ms(9_000), "ms", Range::AtLeast(1),
            "the controller fences a broker not heard from for this long (scanned every eighth of it)";
        "initial.broker.registration.timeout.ms" => initial_broker_registration_timeout: Nanos = ms(60_000), "ms", Range::AtLeast(0),
            "a starting broker that is not registered after this gives up and stops";
        "controlled.shutdown.enable" => controlled_shutdown_enable: bool = true, "boolean", Range::Any,
            "a clean stop moves leaders away first";
        "controller.quorum.append.linger.ms" => controller_quorum_append_linger: Nanos = ms(25), "ms", Range::AtLeast(0),
            "metadata records wait this long to be written together";
        "controller.quorum.election.timeout.ms" => controller_quorum_election_timeout: Nanos = ms(1_000), "ms", Range::AtLeast(0),
            "a controller that knows no leader asks for votes after this and a random time up to as long again; with several controllers";
        "controller.quorum.fetch.timeout.ms" => controller_quorum_fetch_timeout: Nanos = ms(2_000), "ms", Range::AtLeast(0),
            "a controller that could not fetch from the leader for this long asks for votes; a leader from which no majority fetches for half as long again resigns; with several controllers";
        "controller.quorum.election.backoff.max.ms" => controller_quorum_election_backoff_max: Nanos = ms(1_000), "ms", Range::AtLeast(0),
            "longest pause of a controller before it asks for votes again, or after a leader has resigned; with several controllers";
        "controller.quorum.request.timeout.ms" => controller_quorum_request_timeout: Nanos = ms(2_000), "ms", Range::AtLeast(0),
            "a request to a controller of several about the metadata log that is not answered within this has failed";
        "controller.quorum.retry.backoff.ms" => controller_quorum_retry_backoff: Nanos = ms(20), "ms", Range::AtLeast(0),
            "pause after such a request has failed";
        "metadata.max.idle.interval.ms" => metadata_max_idle_interval: Nanos = ms(500), "ms", Range::AtLeast(0),
            "how often the active controller writes a record without meaning, so that the metadata log moves; 0: never";
        "controller.socket.timeout.ms" => controller_socket_timeout: Nanos = ms(30_000), "ms", Range::AtLeast(1),
            "a broker gives up an unanswered controller request after this";
        "unclean.leader.election.interval.ms" => unclean_leader_election_interval: Nanos = ms(300_000), "ms", Range::AtLeast(1),
            "how often leaderless partitions with unclean election enabled are tried again";
        "auto.leader.rebalance.enable" => auto_leader_rebalance_enable: bool = true, "boolean", Range::Any,
            "leadership goes back to preferred replicas";
        "leader.imbalance.check.interval.seconds" => leader_imbalance_check_interval_seconds: u64 = 300, "seconds", Range::AtLeast(1),
            "how often preferred leaders are restored";
        "request.timeout.ms" => request_timeout: Nanos = ms(30_000), "ms", Range::AtLeast(1),
            "a broker's own requests as a client";
        "producer.id.expiration.ms" => producer_id_expiration: Nanos = ms(86_400_000), "ms", Range::AtLeast(1),
            "idempotence state is forgotten this long after a producer's last batch";
        "transaction.max.timeout.ms" => transaction_max_timeout: Nanos = ms(900_000), "ms", Range::AtLeast(1),
            "a producer with a longer transaction.timeout.ms is refused";
        "transactional.id.expiration.ms" => transactional_id_expiration: Nanos = ms(604_800_000), "ms", Range::AtLeast(1),
            "a transactional id without a transaction is forgotten after this";
        "transaction.abort.timed.out.transaction.cleanup.interval.ms" => transaction_abort_timed_out_cleanup_interval: Nanos = ms(10_000), "ms", Range::AtLeast(1),
            "how often transactions are looked for that have taken too long";
        "transaction.remove.expired.transaction.cleanup.interval.ms" => transaction_remove_expired_cleanup_interval: Nanos = ms(3_600_000), "ms", Range::AtLeast(1),
            "how often transactional ids are looked for that have expired";
        "transaction.state.log.num.partitions" => transaction_state_log_num_partitions: u32 = 50, "count", Range::AtLeast(1),
            "partitions of __transaction_state";
        "transaction.state.log.replication.factor" => transaction_state_log_replication_factor: u16 = 3, "count", Range::AtLeast(1),
            "replicas of __transaction_state; its creation waits for that many brokers";
        "transaction.state.log.segment.bytes" => transaction_state_log_segment_bytes: u64 = 104_857_600, "bytes", Range::AtLeast(1),
            "segment.bytes of __transaction_state";
        "transaction.state.log.min.isr" => transaction_state_log_min_isr: u16 = 2, "count", Range::AtLeast(1),
            "min.insync.replicas of __transaction_state";
        "transaction.partition.verification.enable" => transaction_partition_verification_enable: bool = true, "boolean", Range::Any,
            "a leader asks the coordinator before it takes the first record of a transaction (KIP-890); transaction.version 2 always asks";
        "add.partitions.to.txn.retry.backoff.ms" => add_partitions_to_txn_retry_backoff: Nanos = ms(20), "ms", Range::AtLeast(1),
            "pause after which a leader asks the coordinator again whose transaction before is not over";
        "add.partitions.to.txn.retry.backoff.max.ms" => add_partitions_to_txn_retry_backoff_max: Nanos = ms(100), "ms", Range::AtLeast(0),
            "how long a leader asks again before it leaves that to the producer";
        "offsets.topic.num.partitions" => offsets_topic_num_partitions: u32 = 50, "count", Range::AtLeast(1),
            "partitions of __consumer_offsets";
        "offsets.topic.segment.bytes" => offsets_topic_segment_bytes: u64 = 104_857_600, "bytes", Range::AtLeast(1),
            "segment.bytes of __consumer_offsets; small segments are compacted early";
        "offsets.topic.replication.factor" => offsets_topic_replication_factor: u16 = 3, "count", Range::AtLeast(1),
            "replicas of __consumer_offsets; its creation waits for that many brokers";
        "offsets.commit.timeout.ms" => offsets_commit_timeout: Nanos = ms(5_000), "ms", Range::AtLeast(1),
            "a coordinator write not replicated within this fails";
        "offsets.retention.minutes" => offsets_retention_minutes: u32 = 10_080, "minutes", Range::AtLeast(1),
            "a group without members keeps its offsets for this long; offsets without a group as long since their commit (KIP-211)";
        "offsets.retention.check.interval.ms" => offsets_retention_check_interval: Nanos = ms(600_000), "ms", Range::AtLeast(1),
            "how often a coordinator looks for offsets that have expired";
        "group.coordinator.append.linger.ms" => group_coordinator_append_linger: AppendLinger = AppendLinger::Fixed(ms(5)), "ms", Range::AtLeast(0),
            "coordinator writes of one partition wait this long to be written together; -1: only for those that are queued already",
            since V4_2 AppendLinger::Adaptive, Range::AtLeast(-1), "KAFKA-19826";
        "group.initial.rebalance.delay.ms" => group_initial_rebalance_delay: Nanos = ms(3_000), "ms", Range::AtLeast(0),
            "the first rebalance of an empty group waits this long for more members";
        "group.min.session.timeout.ms" => group_min_session_timeout: Nanos = ms(6_000), "ms", Range::AtLeast(1),
            "lower bound of session.timeout.ms";
        "group.max.session.timeout.ms" => group_max_session_timeout: Nanos = ms(1_800_000), "ms", Range::AtLeast(1),
            "upper bound of session.timeout.ms";
        "group.max.size" => group_max_size: u32 = i32::MAX as u32, "count", Range::AtLeast(1),
            "members of a classic group";
        "group.consumer.session.timeout.ms" => group_consumer_session_timeout: Nanos = ms(45_000), "ms", Range::AtLeast(1),
            "the coordinator removes a member of a group of the new protocol that it has not heard from for this long (KIP-848)";
        "group.consumer.min.session.timeout.ms" => group_consumer_min_session_timeout: Nanos = ms(45_000), "ms", Range::AtLeast(1),
            "lower bound of group.consumer.session.timeout.ms";
        "group.consumer.max.session.timeout.ms" => group_consumer_max_session_timeout: Nanos = ms(60_000), "ms", Range::AtLeast(1),
            "upper bound of group.consumer.session.timeout.ms";
        "group.consumer.heartbeat.interval.ms" => group_consumer_heartbeat_interval: Nanos = ms(5_000), "ms", Range::AtLeast(1),
            "time between heartbeats of the members of such a group";
        "group.consumer.min.heartbeat.interval.ms" => group_consumer_min_heartbeat_interval: Nanos = ms(5_000), "ms", Range::AtLeast(1),
            "lower bound of group.consumer.heartbeat.interval.ms";
        "group.consumer.max.heartbeat.interval.ms" => group_consumer_max_heartbeat_interval: Nanos = ms(15_000), "ms", Range::AtLeast(1),
            "upper bound of group.consumer.heartbeat.interval.ms";
        "group.consumer.max.size" => group_consumer_max_size: u32 = i32::MAX as u32, "count", Range::AtLeast(1),
            "members of such a group";
        "group.coordinator.rebalance.protocols" => group_coordinator_rebalance_protocols: RebalanceProtocols = RebalanceProtocols::CLASSIC_AND_CONSUMER, "list", Range::ListOf(&["classic", "consumer", "share", "streams"]),
            "the protocols that coordinators speak; without `consumer` members of the new protocol are refused",
            since V4_1 RebalanceProtocols::WITH_STREAMS, Range::ListOf(&["classic", "consumer", "share", "streams"]), "KIP-1071";
        "group.consumer.assignors" => group_consumer_assignors: ServerAssignors = ServerAssignors::default(), "list", Range::ListOf(&["uniform", "range"]),
            "the coordinator's assignors; the first assigns where no member wants another";
        "group.consumer.assignment.interval.ms" => group_consumer_assignment_interval: Nanos = Nanos::ZERO, "ms", Range::Between(0, 0),
            "the coordinator computes targets of such a group no sooner than this after those before; 0: at once",
            since V4_3 ms(1_000), Range::AtLeast(0), "KAFKA-20291";
        "group.consumer.min.assignment.interval.ms" => group_consumer_min_assignment_interval: Nanos = Nanos::ZERO, "ms", Range::Between(0, 0),
            "lower bound of group.consumer.assignment.interval.ms",
            since V4_3 Nanos::ZERO, Range::AtLeast(0), "KAFKA-20300";
        "group.consumer.max.assignment.interval.ms" => group_consumer_max_assignment_interval: Nanos = Nanos::ZERO, "ms", Range::Between(0, 0),
            "upper bound of group.consumer.assignment.interval.ms",
            since V4_3 ms(15_000), Range::AtLeast(0), "KAFKA-20300";
        "group.consumer.regex.refresh.interval.ms" => group_consumer_regex_refresh_interval: Nanos = Nanos::ZERO, "ms", Range::Between(0, 0),
            "the coordinator matches the patterns of such a group anew after this, even without new topics; 0: never",
            since V4_1 ms(600_000), Range::AtLeast(10_000), "KAFKA-18961";
        "group.consumer.migration.policy" => group_consumer_migration_policy: MigrationPolicy = MigrationPolicy::Bidirectional, "word",
            Range::OneOf(&["bidirectional", "upgrade", "downgrade", "disabled"]),
            "which way groups may change their protocol while they have members";
        "group.share.session.timeout.ms" => group_share_session_timeout: Nanos = ms(45_000), "ms", Range::AtLeast(1),
            "the coordinator removes a member of a share group that it has not heard from for this long (KIP-932)";
        "group.share.min.session.timeout.ms" => group_share_min_session_timeout: Nanos = ms(45_000), "ms", Range::AtLeast(1),
            "lower bound of group.share.session.timeout.ms";
        "group.share.max.session.timeout.ms" => group_share_max_session_timeout: Nanos = ms(60_000), "ms", Range::AtLeast(1),
            "upper bound of group.share.session.timeout.ms";
        "group.share.heartbeat.interval.ms" => group_share_heartbeat_interval: Nanos = ms(5_000), "ms", Range::AtLeast(1),
            "time between heartbeats of the members of a share group";
        "group.share.min.heartbeat.interval.ms" => group_share_min_heartbeat_interval: Nanos = ms(5_000), "ms", Range::AtLeast(1),
            "lower bound of group.share.heartbeat.interval.ms";
        "group.share.max.heartbeat.interval.ms" => group_share_max_heartbeat_interval: Nanos = ms(15_000), "ms", Range::AtLeast(1),
            "upper bound of group.share.heartbeat.interval.ms";
        "group.share.max.size" => group_share_max_size: u32 = 200, "count", Range::Between(1, 1_000),
            "members of a share group";
        "group.share.assignment.interval.ms" => group_share_assignment_interval: Nanos = Nanos::ZERO, "ms", Range::Between(0, 0),
            "the coordinator computes targets of a share group no sooner than this after those before; 0: at once",
            since V4_3 ms(1_000), Range::AtLeast(0), "KAFKA-20291";
        "group.share.record.lock.duration.ms" => group_share_record_lock_duration: Nanos = ms(30_000), "ms", Range::Between(1_000, 3_600_000),
            "a member holds a record for this long at most; then it is free again";
        "group.share.min.record.lock.duration.ms" => group_share_min_record_lock_duration: Nanos = ms(15_000), "ms", Range::Between(1_000, 30_000),
            "lower bound of group.share.record.lock.duration.ms";
        "group.share.max.record.lock.duration.ms" => group_share_max_record_lock_duration: Nanos = ms(60_000), "ms", Range::Between(30_000, 3_600_000),
            "upper bound of group.share.record.lock.duration.ms";
        "group.share.delivery.count.limit" => group_share_delivery_count_limit: u32 = 5, "count", Range::Between(2, 10),
            "a record that was delivered so often and not accepted is given up";
        "group.share.partition.max.record.locks" => group_share_partition_max_record_locks: u32 = 200, "records", Range::Between(100, 10_000),
            "no more new records are delivered from a partition while so many are in flight there",
            since V4_1 2_000, Range::Between(100, 10_000), "KIP-932";
        "group.share.max.share.sessions" => group_share_max_share_sessions: u32 = 2_000, "count", Range::AtLeast(1),
            "share sessions that a broker keeps (a config since 4.1)";
        "share.coordinator.state.topic.num.partitions" => share_coordinator_state_topic_num_partitions: u32 = 50, "count", Range::AtLeast(1),
            "partitions of __share_group_state";
        "share.coordinator.state.topic.replication.factor" => share_coordinator_state_topic_replication_factor: u16 = 3, "count", Range::AtLeast(1),
            "replicas of __share_group_state; its creation waits for that many brokers";
        "share.coordinator.state.topic.segment.bytes" => share_coordinator_state_topic_segment_bytes: u64 = 104_857_600, "bytes", Range::AtLeast(1),
            "segment.bytes of __share_group_state";
        "share.coordinator.state.topic.min.isr" => share_coordinator_state_topic_min_isr: u16 = 2, "count", Range::AtLeast(1),
            "min.insync.replicas of __share_group_state";
        "share.coordinator.append.linger.ms" => share_coordinator_append_linger: AppendLinger = AppendLinger::Fixed(ms(10)), "ms", Range::AtLeast(0),
            "a share coordinator's writes to one partition wait this long to be written together; -1: only for those that are queued already",
            since V4_1 AppendLinger::Fixed(ms(5)), Range::AtLeast(0), "KIP-932",
            since V4_2 AppendLinger::Adaptive, Range::AtLeast(-1), "KAFKA-19826";
        "share.coordinator.write.timeout.ms" => share_coordinator_write_timeout: Nanos = ms(5_000), "ms", Range::AtLeast(1),
            "a share coordinator's write that is not replicated within this fails";
        "share.coordinator.snapshot.update.records.per.snapshot" => share_coordinator_snapshot_update_records_per_snapshot: u32 = 500, "count", Range::Between(0, 500),
            "records of changes to a share-partition after which its state is written whole again";
    }
}

impl TopicConfig {
    /// The active segment rolls once record time has moved this far: after `segment.ms`, and where the topic is compacted after
    /// `max.compaction.lag.ms`, since only closed segments are cleaned (`LogConfig.maxSegmentMs`).
    pub fn max_segment_ms(&self) -> Nanos {
        if self.cleanup_policy.compact { self.segment_ms.min(self.max_compaction_lag) } else { self.segment_ms }
    }
}

impl BrokerConfig {
    /// How many keys the cleaner's map takes (`SkimpyOffsetMap`: 24 bytes each, filled up to the load factor).
    pub fn log_cleaner_keys(&self) -> usize {
        let slots = self.log_cleaner_dedupe_buffer_size.min(i32::MAX as u64) / 24;
        (slots as f64 * self.log_cleaner_io_buffer_load_factor) as usize
    }
    /// `offsets.retention.minutes` as a span of time.
    pub fn offsets_retention(&self) -> Nanos {
        Nanos::from_secs(60).saturating_mul(u64::from(self.offsets_retention_minutes))
    }
    /// The topic configs that a topic without overrides has on this broker.
    pub fn topic_defaults(&self) -> TopicConfig {
        TopicConfig {
            min_insync_replicas: self.min_insync_replicas,
            unclean_leader_election_enable: self.unclean_leader_election_enable,
            segment_bytes: self.log_segment_bytes,
            max_message_bytes: self.message_max_bytes,
            flush_messages: self.log_flush_interval_messages,
            segment_ms: self.log_roll(),
            cleanup_policy: self.log_cleanup_policy,
            retention: self.log_retention(),
            retention_bytes: self.log_retention_bytes,
            file_delete_delay: self.log_segment_delete_delay,
            message_timestamp_type: self.log_message_timestamp_type,
            message_timestamp_before_max: self.log_message_timestamp_before_max,
            message_timestamp_after_max: self.log_message_timestamp_after_max,
            min_cleanable_dirty_ratio: self.log_cleaner_min_cleanable_ratio,
            min_compaction_lag: self.log_cleaner_min_compaction_lag,
            max_compaction_lag: self.log_cleaner_max_compaction_lag,
            delete_retention: self.log_cleaner_delete_retention,
        }
    }
    /// How long records stay: the finest unit that is set counts (`KafkaConfig.logRetentionTimeMillis`).
    pub fn log_retention(&self) -> Limit<Nanos> {
        let span = |limit: Limit<u32>, seconds: u64| match limit {
            Limit::Unlimited => Limit::Unlimited,
            Limit::UpTo(count) => Limit::UpTo(Nanos::from_secs(seconds).saturating_mul(u64::from(count))),
        };
        self.log_retention_ms
            .0
            .or(self.log_retention_minutes.0.map(|minutes| span(minutes, 60)))
            .unwrap_or(span(self.log_retention_hours, 3_600))
    }
    /// After how much time a segment rolls (`KafkaConfig.logRollTimeMillis`).
    pub fn log_roll(&self) -> Nanos {
        self.log_roll_ms.0.unwrap_or(Nanos::from_secs(3_600).saturating_mul(u64::from(self.log_roll_hours)))
    }
}
