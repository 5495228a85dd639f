//! How a tool fails that asks a cluster in vain.

use super::ToolOutput;
use crate::sim::time::Nanos;

/// `--timeout` of `kafka-consumer-groups`, in milliseconds.
const TIMEOUT_MS: u64 = 5_000;

/// A call that the tool's admin client gives up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Call {
    /// No broker is there to ask for a coordinator.
    Bootstrap,
    /// `describeConsumerGroups` finds no coordinator.
    FindCoordinator,
    /// The coordinator does not answer. Every group is first taken for one of the consumer protocol
    /// (`DescribeConsumerGroupsHandler`); DescribeGroups would follow the answer.
    DescribeGroup,
    /// `listOffsets` waits for a partition to get a leader.
    Leaders,
    /// The leader does not answer.
    ListOffsets,
}

impl Call {
    /// The exception's message. How often a call was tried depends on how fast the machine is that runs the
    /// tool: here it is once in a millisecond.
    fn message(self, now: Nanos) -> String {
        let asked = now.as_millis();
        let tried = |name: &str, api: &str| {
            format!(
                "Call(callName={name}(api={api}), deadlineMs={0}, tries={TIMEOUT_MS}, nextAllowedTryMs={1}) timed out at {0} \
                 after {TIMEOUT_MS} attempt(s)",
                asked + TIMEOUT_MS,
                asked + TIMEOUT_MS + 1_000,
            )
        };
        let unsent =
            |name: &str, api: &str| format!("Timed out waiting for a node assignment. Call: {name}(api={api})");
        match self {
            Call::Bootstrap => unsent("describeConsumerGroups", "FIND_COORDINATOR"),
            Call::FindCoordinator => tried("describeConsumerGroups", "FIND_COORDINATOR"),
            Call::DescribeGroup => unsent("describeConsumerGroups", "CONSUMER_GROUP_DESCRIBE"),
            Call::Leaders => tried("listOffsets", "METADATA"),
            Call::ListOffsets => unsent("listOffsets", "LIST_OFFSETS"),
        }
    }
}

/// `Executing consumer group command failed due to ...`: on standard output, the exception with its causes
/// on standard error (Java's frames are left out), and exit code 0.
pub(super) fn timeout(call: Call, now: Nanos) -> ToolOutput {
    let timeout = format!("org.apache.kafka.common.errors.TimeoutException: {}", call.message(now));
    match call {
        Call::Bootstrap | Call::FindCoordinator | Call::DescribeGroup => {
            failed(&timeout, &format!("java.util.concurrent.ExecutionException: {timeout}\nCaused by: {timeout}\n"))
        }
        // Here the tool wraps the exception once more.
        Call::Leaders | Call::ListOffsets => failed(
            &format!("java.util.concurrent.ExecutionException: {timeout}"),
            &format!(
                "java.lang.RuntimeException: java.util.concurrent.ExecutionException: {timeout}\n\
                 Caused by: java.util.concurrent.ExecutionException: {timeout}\nCaused by: {timeout}\n"
            ),
        ),
    }
}

/// The group does not exist.
pub(super) fn no_group(name: &str) -> ToolOutput {
    let missing = format!("org.apache.kafka.common.errors.GroupIdNotFoundException: Group {name} not found.");
    failed(&missing, &format!("java.util.concurrent.ExecutionException: {missing}\nCaused by: {missing}\n"))
}

fn failed(why: &str, trace: &str) -> ToolOutput {
    ToolOutput {
        out: format!("\nError: Executing consumer group command failed due to {why}\n"),
        err: trace.to_owned(),
        failed: false,
    }
}
