//! How a tool fails that asks a cluster in vain.

use super::ToolOutput;
use crate::sim::time::Nanos;
use crate::tools::failure::{AdminCall, GroupError};

/// `--timeout` of `kafka-consumer-groups`, in milliseconds.
const TIMEOUT_MS: u64 = 5_000;

/// `Executing consumer group command failed due to ...`: on standard output, the exception with its causes
/// on standard error (Java's frames are left out), and exit code 0.
pub(super) fn group_error(error: &GroupError) -> ToolOutput {
    match error {
        GroupError::NotFound { group } => no_group(group),
        GroupError::TimedOut { call, at } => timeout(*call, *at),
    }
}

/// The message of a call that was tried until its time was over. How often depends on how fast the machine is that runs
/// the tool: here it is once in a millisecond.
pub(super) fn tried_for(timeout_ms: u64, name: &str, api: &str, now: Nanos) -> String {
    let asked = now.as_millis();
    format!(
        "Call(callName={name}(api={api}), deadlineMs={0}, tries={timeout_ms}, nextAllowedTryMs={1}) timed out at {0} after \
         {timeout_ms} attempt(s)",
        asked + timeout_ms,
        asked + timeout_ms + 1_000,
    )
}

/// The message of a call that nobody was there to take.
pub(super) fn unsent(name: &str, api: &str) -> String {
    format!("Timed out waiting for a node assignment. Call: {name}(api={api})")
}

/// The exception's message.
fn message(call: AdminCall, now: Nanos) -> String {
    let tried = |name: &str, api: &str| tried_for(TIMEOUT_MS, name, api, now);
    match call {
        AdminCall::Bootstrap => unsent("describeConsumerGroups", "FIND_COORDINATOR"),
        AdminCall::FindCoordinator => tried("describeConsumerGroups", "FIND_COORDINATOR"),
        AdminCall::DescribeGroup => unsent("describeConsumerGroups", "CONSUMER_GROUP_DESCRIBE"),
        AdminCall::Leaders => tried("listOffsets", "METADATA"),
        AdminCall::ListOffsets => unsent("listOffsets", "LIST_OFFSETS"),
    }
}

fn timeout(call: AdminCall, now: Nanos) -> ToolOutput {
    let timeout = format!("org.apache.kafka.common.errors.TimeoutException: {}", message(call, now));
    match call {
        AdminCall::Bootstrap | AdminCall::FindCoordinator | AdminCall::DescribeGroup => {
            failed(&timeout, &format!("java.util.concurrent.ExecutionException: {timeout}\nCaused by: {timeout}\n"))
        }
        // Here the tool wraps the exception once more.
        AdminCall::Leaders | AdminCall::ListOffsets => failed(
            &format!("java.util.concurrent.ExecutionException: {timeout}"),
            &format!(
                "java.lang.RuntimeException: java.util.concurrent.ExecutionException: {timeout}\n\
                 Caused by: java.util.concurrent.ExecutionException: {timeout}\nCaused by: {timeout}\n"
            ),
        ),
    }
}

/// The group does not exist.
fn no_group(name: &str) -> ToolOutput {
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
