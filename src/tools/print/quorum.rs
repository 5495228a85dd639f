//! As `kafka-metadata-quorum describe` prints the quorum. Directory ids and addresses are not modelled: ids name the nodes.

use super::failure::{tried_for, unsent};
use super::{ToolOutput, tabbed};
use crate::tools::quorum::{QuorumError, QuorumInfo, QuorumReplicaInfo};

/// `default.api.timeout.ms` of the tool's admin client, in milliseconds.
const TIMEOUT_MS: u64 = 60_000;
/// `Uuid.ZERO_UUID`: what a directory is called that has no id.
const NO_DIRECTORY: &str = "AAAAAAAAAAAAAAAAAAAAAA";

fn leader(info: &QuorumInfo) -> Option<&QuorumReplicaInfo> {
    info.voters.iter().find(|voter| voter.replica_id == info.leader_id)
}

/// `--replication`: a row per node.
pub fn quorum_replication(info: &QuorumInfo) -> String {
    let end = leader(info).map_or(0, |leader| leader.log_end_offset);
    let row = |state: &QuorumReplicaInfo, status: &str| {
        let ms = |at: Option<u64>| at.map_or("-1".into(), |at| at.to_string());
        vec![
            state.replica_id.to_string(),
            NO_DIRECTORY.into(),
            state.log_end_offset.to_string(),
            (end - state.log_end_offset).to_string(),
            ms(state.last_fetch_timestamp_ms),
            ms(state.last_caught_up_timestamp_ms),
            status.into(),
        ]
    };
    let followers = info.voters.iter().filter(|voter| voter.replica_id != info.leader_id);
    let rows = leader(info).map(|state| row(state, "Leader")).into_iter();
    let rows = rows.chain(followers.map(|state| row(state, "Follower")));
    let rows = rows.chain(info.observers.iter().map(|state| row(state, "Observer")));
    let headers =
        ["NodeId", "DirectoryId", "LogEndOffset", "Lag", "LastFetchTimestamp", "LastCaughtUpTimestamp", "Status"];
    tabbed(&headers, rows)
}

/// `--status`: a line per figure.
pub fn quorum_status(info: &QuorumInfo) -> String {
    let behind = info.voters.iter().min_by_key(|voter| voter.log_end_offset);
    let (lag, lag_ms) = match (leader(info), behind) {
        (Some(leader), Some(behind)) if leader.replica_id != behind.replica_id => {
            let time = |state: &QuorumReplicaInfo| state.last_caught_up_timestamp_ms.map(|at| at as i64);
            let ms = time(leader).zip(time(behind)).map_or(-1, |(leader, behind)| leader - behind);
            (leader.log_end_offset - behind.log_end_offset, ms)
        }
        _ => (0, 0),
    };
    let nodes = |states: &[QuorumReplicaInfo]| {
        let nodes: Vec<String> = states.iter().map(|state| format!("{{\"id\": {}}}", state.replica_id)).collect();
        format!("[{}]", nodes.join(", "))
    };
    format!(
        "LeaderId:               {}\nLeaderEpoch:            {}\nHighWatermark:          {}\n\
         MaxFollowerLag:         {lag}\nMaxFollowerLagTimeMs:   {lag_ms}\n\
         CurrentVoters:          {}\nCurrentObservers:       {}\n",
        info.leader_id,
        info.leader_epoch,
        info.high_watermark,
        nodes(&info.voters),
        nodes(&info.observers)
    )
}

/// Nobody answered.
pub fn quorum_failed(error: &QuorumError) -> ToolOutput {
    let err = match error {
        QuorumError::NoBroker => format!("Error: {}\n", unsent("describeMetadataQuorum", "DESCRIBE_QUORUM")),
        QuorumError::NoLeader { at } => {
            format!("Error: {}\n", tried_for(TIMEOUT_MS, "describeMetadataQuorum", "DESCRIBE_QUORUM", *at))
        }
    };
    ToolOutput { err, failed: true, ..ToolOutput::default() }
}
