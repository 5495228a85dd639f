//! The table of [`lag`](crate::tools::lag), in the columns of `kafka-consumer-groups` and some more.

use std::fmt::{Display, Write};

use super::table;
use crate::protocol::ids::Offset;
use crate::sim::time::Nanos;
use crate::tools::lag::{LagOfGroup, LagOfPartition};

/// Groups, each with a row for each partition, then what is to be said of the group and of its clients.
pub fn lag(groups: &[LagOfGroup]) -> String {
    let mut out = String::new();
    for group in groups {
        // Ours, where somebody reads from a follower.
        let near = group.partitions.iter().any(|partition| partition.read_replica.is_some());
        let heading = [
            "GROUP",
            "TOPIC",
            "PARTITION",
            "CURRENT-OFFSET",
            "LOG-END-OFFSET",
            "LAG",
            "LAG-TIME",
            "LAST-COMMIT",
            "STATUS",
            "CLIENT-ID",
            "RECORDS-LAG",
        ];
        let rows = std::iter::once(heading.map(String::from).to_vec());
        let mut rows: Vec<Vec<String>> =
            rows.chain(group.partitions.iter().map(|partition| row(&group.group, partition))).collect();
        let mut widths = vec![15, 15, 10, 15, 15, 10, 10, 12, 8, 15];
        if near {
            widths.push(11);
            rows[0].push("READS-FROM".into());
            for (row, partition) in rows[1..].iter_mut().zip(&group.partitions) {
                let leader = partition.client_id.as_ref().map_or("-", |_| "leader");
                row.push(partition.read_replica.map_or(leader.into(), |broker| format!("broker {broker}")));
            }
        }
        widths.push(0);
        out += &table(&rows, &widths);
        let total = format!("lag {}, {}", or_missing(group.lag), or_missing(group.lag_time_ns));
        let _ = writeln!(out, "group {}: {total}, {}", group.group, group.words);
        for (lag, start) in group.partitions.iter().filter_map(|lag| Some((lag, lag.deleted_up_to?))) {
            let _ = writeln!(
                out,
                "note: {}-{} begins at {start}: what group {} had not read before that is deleted",
                lag.topic, lag.partition, group.group
            );
        }
        for (lag, stable) in group.partitions.iter().filter_map(|lag| Some((lag, lag.last_stable_offset?))) {
            let held_back = lag.log_end_offset.0 - stable.0;
            let _ = writeln!(
                out,
                "note: {}-{} is stable up to {stable}: an open transaction holds {held_back} of the lag back from whoever reads what is \
                 committed",
                lag.topic, lag.partition
            );
        }
        let deleted = group.partitions.iter().any(|lag| lag.log_start_offset > Offset(0));
        for client in &group.clients {
            let lead = if deleted {
                format!(", records-lead-min {}", or_missing(client.records_lead_min))
            } else {
                String::new()
            };
            let _ = writeln!(
                out,
                "client {}: records-lag-max {}{lead}",
                client.client_id,
                or_missing(client.records_lag_max)
            );
        }
    }
    out
}

fn row(group: &str, lag: &LagOfPartition) -> Vec<String> {
    vec![
        group.to_owned(),
        lag.topic.clone(),
        lag.partition.to_string(),
        or_missing(lag.current_offset),
        lag.log_end_offset.to_string(),
        or_missing(lag.lag),
        or_missing(lag.lag_time_ns),
        or_missing::<Nanos>(lag.committed_at_ns),
        or_missing(lag.status.map(|status| status.name())),
        or_missing(lag.client_id.as_ref()),
        or_missing(lag.records_lag),
    ]
}

fn or_missing<T: Display>(value: Option<T>) -> String {
    value.map_or("-".into(), |value| value.to_string())
}
