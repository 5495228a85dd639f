//! Configs of single groups (`kafka-configs --entity-type groups`).

use super::{AutoOffsetReset, BrokerConfig, IsolationLevel, Range, configs};
use crate::sim::time::Nanos;

const fn ms(n: u64) -> Nanos {
    Nanos::from_millis(n)
}

configs! {
    /// Configs of a group. What a group does not set, it takes from the brokers: [`BrokerConfig::group_defaults`].
    pub struct GroupConfig for Group from "group-coordinator/.../coordinator/group/GroupConfig.java" {
        "consumer.session.timeout.ms" => consumer_session_timeout: Nanos = ms(45_000), "ms", Range::AtLeast(1),
            "the coordinator removes a member of a group of the new protocol that it has not heard from for this long (KIP-848)";
        "consumer.heartbeat.interval.ms" => consumer_heartbeat_interval: Nanos = ms(5_000), "ms", Range::AtLeast(1),
            "time between heartbeats of the members of such a group";
        "consumer.assignment.interval.ms" => consumer_assignment_interval: Nanos = Nanos::ZERO, "ms", Range::Between(0, 0),
            "the coordinator computes targets of such a group no sooner than this after those before; 0: at once",
            since V4_3 ms(1_000), Range::AtLeast(0), "KAFKA-20291";
        "share.session.timeout.ms" => share_session_timeout: Nanos = ms(45_000), "ms", Range::AtLeast(1),
            "the coordinator removes a member of a share group that it has not heard from for this long (KIP-932)";
        "share.heartbeat.interval.ms" => share_heartbeat_interval: Nanos = ms(5_000), "ms", Range::AtLeast(1),
            "time between heartbeats of the members of a share group";
        "share.assignment.interval.ms" => share_assignment_interval: Nanos = Nanos::ZERO, "ms", Range::Between(0, 0),
            "the coordinator computes targets of a share group no sooner than this after those before; 0: at once",
            since V4_3 ms(1_000), Range::AtLeast(0), "KAFKA-20291";
        "share.record.lock.duration.ms" => share_record_lock_duration: Nanos = ms(30_000), "ms", Range::AtLeast(1_000),
            "a member holds a record for this long at most; then it is free again";
        "share.delivery.count.limit" => share_delivery_count_limit: u32 = 5, "count", Range::Between(5, 5),
            "a record that was delivered so often and not accepted is given up",
            since V4_3 5, Range::AtLeast(2), "KIP-1240";
        "share.partition.max.record.locks" => share_partition_max_record_locks: u32 = 200, "records", Range::Between(200, 200),
            "no more new records are delivered from a partition while so many are in flight there",
            since V4_1 2_000, Range::Between(2_000, 2_000), "KIP-932",
            since V4_3 2_000, Range::AtLeast(100), "KIP-1240";
        "share.auto.offset.reset" => share_auto_offset_reset: AutoOffsetReset = AutoOffsetReset::Latest, "word",
            Range::OneOf(&["latest", "earliest", "by_duration:PnDTnHnMn.nS"]),
            "where a share group begins in a partition";
        "share.isolation.level" => share_isolation_level: IsolationLevel = IsolationLevel::ReadUncommitted, "word",
            Range::OneOf(&["read_uncommitted", "read_committed"]),
            "how far a share group reads (since 4.1)";
        "share.renew.acknowledge.enable" => share_renew_acknowledge_enable: bool = true, "boolean", Range::Any,
            "whether members may renew the lock of a record that they work on (since 4.2; the config since 4.3)";
    }
}

impl BrokerConfig {
    /// The configs that a group without any of its own has on this broker.
    pub fn group_defaults(&self) -> GroupConfig {
        GroupConfig {
            consumer_session_timeout: self.group_consumer_session_timeout,
            consumer_heartbeat_interval: self.group_consumer_heartbeat_interval,
            consumer_assignment_interval: self.group_consumer_assignment_interval,
            share_session_timeout: self.group_share_session_timeout,
            share_heartbeat_interval: self.group_share_heartbeat_interval,
            share_assignment_interval: self.group_share_assignment_interval,
            share_record_lock_duration: self.group_share_record_lock_duration,
            share_delivery_count_limit: self.group_share_delivery_count_limit,
            share_partition_max_record_locks: self.group_share_partition_max_record_locks,
            ..GroupConfig::default()
        }
    }
}
