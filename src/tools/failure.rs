//! Calls of a tool's admin client that a cluster does not answer.

use serde::Serialize;

use crate::sim::time::Nanos;

/// A call that the tool's admin client gives up.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AdminCall {
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

/// Why a group cannot be described.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupError {
    /// There is none of that name (`GroupIdNotFoundException`).
    NotFound {
        /// The name.
        group: String,
    },
    /// `TimeoutException`.
    TimedOut {
        /// The call that got no answer.
        call: AdminCall,
        /// When the tool was started.
        #[serde(rename = "at_ns")]
        at: Nanos,
    },
}
