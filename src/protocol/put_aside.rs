//! The headers of a record that an application has put aside: where it comes from, and why it was given up.
//!
//! Names, order and lengths are those of Spring for Apache Kafka: `DeadLetterPublishingRecoverer` writes `kafka_dlt-...`, and
//! the same class in a chain of retry topics `kafka_...` (`DeadLetterPublishingRecovererFactory`) and `retry_topic-...`
//! (`RetryTopicHeaders`). Kafka Connect says the same in `__connect.errors.topic`, `.partition`, `.offset`,
//! `.exception.class.name` and so on (`DeadLetterQueueReporter`, KIP-298).

use super::catalog::Catalog;
use super::ids::{GroupId, Offset, Tp};
use super::record_size::{HeaderLen, headers_len};
use crate::sim::time::Nanos;

/// Bytes of a stack trace that is assumed: two exceptions of twenty lines of fifty letters each.
const STACK_TRACE: u32 = 2_000;

/// Why an application could not process a record.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
#[repr(u8)]
pub enum FailureReason {
    /// The record itself: it will never do.
    Unprocessable,
    /// What the application calls for every record was down: nothing is wrong with the record.
    ServiceDown,
}

impl FailureReason {
    /// The exception that the application threw.
    pub fn exception(self) -> &'static str {
        match self {
            FailureReason::Unprocessable => "java.lang.IllegalArgumentException",
            FailureReason::ServiceDown => "java.net.ConnectException",
        }
    }
    /// What it says.
    pub fn message(self) -> &'static str {
        match self {
            FailureReason::Unprocessable => "Listener failed; the record cannot be processed",
            FailureReason::ServiceDown => "Listener failed; Connection refused",
        }
    }
}

/// Where an application puts a record that it cannot process.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
#[repr(u8)]
pub enum Aside {
    /// To a topic from which it is read again later.
    RetryTopic,
    /// To a topic of dead letters.
    DeadLetterTopic,
    /// To a list of dead letters outside of Kafka.
    DeadLetterList,
}

/// What the headers of such a record say.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PutAside {
    /// The partition that it comes from first of all.
    pub original: Tp,
    /// Its offset there.
    pub offset: Offset,
    /// Its timestamp there.
    pub timestamp: Nanos,
    /// The group that put it aside first.
    pub group: GroupId,
    /// How often it was tried, over all topics.
    pub attempts: u32,
    /// Why the last attempt failed.
    pub reason: FailureReason,
    /// In a chain of retry topics: not to be tried again before. None: it was put aside at once.
    pub backoff_until: Option<Nanos>,
}

/// A header, as people read it.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct RecordHeader {
    /// Its key.
    pub key: String,
    /// Its value: numbers are written out that are eight or four bytes on the wire.
    pub value: String,
    /// Bytes of its value on the wire.
    #[serde(skip)]
    pub len: u32,
}

impl PutAside {
    /// All headers.
    pub fn headers(&self, catalog: &Catalog) -> Vec<RecordHeader> {
        let (topic, partition) = catalog.topic_of(self.original);
        let (topic, group) = (&catalog.topics[topic.index()].name, &catalog.groups[self.group.index()]);
        let prefix = if self.backoff_until.is_some() { "kafka_" } else { "kafka_dlt-" };
        let text = |key: &str, value: &str| RecordHeader {
            key: format!("{prefix}{key}"),
            value: value.to_owned(),
            len: value.len() as u32,
        };
        let number = |key: String, value: u64, len: u32| RecordHeader { key, value: value.to_string(), len };
        let of_original = |key: &str, value: u64, len: u32| number(format!("{prefix}{key}"), value, len);
        let mut headers = vec![
            text("original-topic", topic),
            of_original("original-partition", partition.into(), 4),
            of_original("original-offset", self.offset.0.max(0) as u64, 8),
            of_original("original-timestamp", self.timestamp.as_millis(), 8),
            text("original-timestamp-type", "CreateTime"),
            text("original-consumer-group", group),
            text("exception-fqcn", "org.springframework.kafka.listener.ListenerExecutionFailedException"),
            text("exception-cause-fqcn", self.reason.exception()),
            text("exception-message", self.reason.message()),
            RecordHeader {
                key: format!("{prefix}exception-stacktrace"),
                value: format!("({STACK_TRACE} bytes)"),
                len: STACK_TRACE,
            },
        ];
        if let Some(until) = self.backoff_until {
            headers.push(number("retry_topic-attempts".into(), self.attempts.into(), 4));
            headers.push(number("retry_topic-original-timestamp".into(), self.timestamp.as_millis(), 8));
            headers.push(number("retry_topic-backoff-timestamp".into(), until.as_millis(), 8));
        }
        headers
    }
    /// Bytes that they take in a record.
    pub fn size(&self, catalog: &Catalog) -> u32 {
        let lens = self.headers(catalog).into_iter();
        headers_len(lens.map(|header| HeaderLen { key: header.key.len() as u32, value: Some(header.len) }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put_aside(backoff_until: Option<Nanos>) -> PutAside {
        PutAside {
            original: Tp(3),
            group: GroupId(0),
            offset: Offset(41),
            timestamp: Nanos::from_millis(2_500),
            attempts: 2,
            reason: FailureReason::ServiceDown,
            backoff_until,
        }
    }

    fn catalog() -> Catalog {
        let mut catalog = Catalog::default();
        catalog.add_topic("orders", 4);
        catalog.add_group("billing");
        catalog
    }

    #[test]
    fn a_dead_letter_says_where_it_comes_from_and_why() {
        let told: Vec<String> = put_aside(None)
            .headers(&catalog())
            .into_iter()
            .map(|header| format!("{}: {} [{}]", header.key, header.value, header.len))
            .collect();
        insta::assert_snapshot!(told.join("\n"), @r"
        kafka_dlt-original-topic: orders [6]
        kafka_dlt-original-partition: 3 [4]
        kafka_dlt-original-offset: 41 [8]
        kafka_dlt-original-timestamp: 2500 [8]
        kafka_dlt-original-timestamp-type: CreateTime [10]
        kafka_dlt-original-consumer-group: billing [7]
        kafka_dlt-exception-fqcn: org.springframework.kafka.listener.ListenerExecutionFailedException [67]
        kafka_dlt-exception-cause-fqcn: java.net.ConnectException [25]
        kafka_dlt-exception-message: Listener failed; Connection refused [35]
        kafka_dlt-exception-stacktrace: (2000 bytes) [2000]
        ");
    }

    #[test]
    fn in_a_chain_of_retry_topics_it_says_how_often_it_was_tried_and_when_it_is_due() {
        let headers = put_aside(Some(Nanos::from_secs(9))).headers(&catalog());
        let told: Vec<String> =
            headers[10..].iter().map(|header| format!("{}: {}", header.key, header.value)).collect();
        let of_chain =
            ["retry_topic-attempts: 2", "retry_topic-original-timestamp: 2500", "retry_topic-backoff-timestamp: 9000"];
        assert_eq!(told, of_chain);
        assert!(headers[0].key == "kafka_original-topic");
    }
}
