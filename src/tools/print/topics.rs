//! As `kafka-topics --describe` prints it.

use std::fmt::{Display, Write};

use super::ToolOutput;
use crate::protocol::rules::UnknownTopic;
use crate::tools::topics::{TopicDescription, TopicsError};

/// Topics, or what the tool says instead.
pub fn topics(described: &Result<Vec<TopicDescription>, TopicsError>) -> ToolOutput {
    match described {
        Ok(topics) => {
            let mut out = String::new();
            topics.iter().for_each(|topic| describe(&mut out, topic));
            ToolOutput { out, err: String::new(), failed: false }
        }
        Err(TopicsError::NoBroker) => failed("Timed out waiting for a node assignment. Call: listTopics"),
        Err(TopicsError::NotFound { topic, printed: UnknownTopic::Optional }) => {
            failed(&format!("Topic 'Optional[{topic}]' does not exist as expected"))
        }
        Err(TopicsError::NotFound { topic, printed: UnknownTopic::Name }) => {
            failed(&format!("Topic '{topic}' does not exist as expected"))
        }
    }
}

fn failed(message: &str) -> ToolOutput {
    ToolOutput { out: format!("Error while executing topic command : {message}\n"), err: String::new(), failed: true }
}

fn describe(out: &mut String, topic: &TopicDescription) {
    let configs: Vec<String> = topic.configs.iter().map(|config| format!("{}={}", config.name, config.value)).collect();
    let _ = writeln!(
        out,
        "Topic: {}\tTopicId: {}\tPartitionCount: {}\tReplicationFactor: {}\tConfigs: {}",
        topic.name,
        topic.topic_id,
        topic.partition_count,
        topic.replication_factor,
        configs.join(","),
    );
    for partition in &topic.partitions {
        let leader = partition.leader.map_or("none".into(), |leader| leader.to_string());
        let moves = partition.reassignment.as_ref().map_or(String::new(), |moves| {
            let (adding, removing) = (joined(&moves.adding_replicas), joined(&moves.removing_replicas));
            format!("\tAdding Replicas: {adding}\tRemoving Replicas: {removing}")
        });
        let _ = writeln!(
            out,
            "\tTopic: {}\tPartition: {}\tLeader: {leader}\tReplicas: {}\tIsr: {}{moves}\tElr: {}\tLastKnownElr: {}",
            topic.name,
            partition.partition,
            joined(&partition.replicas),
            joined(&partition.isr),
            joined(&partition.elr),
            joined(&partition.last_known_elr),
        );
    }
}

fn joined(list: &[impl Display]) -> String {
    list.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}
