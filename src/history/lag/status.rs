//! The words of Burrow for how a group stands (`core/protocol/evaluator.go`).

/// How a group stands in one partition. The order is that of `StatusConstant`, which decides what is worst.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum PartitionStatus {
    /// No lag, or it gets less, or nothing can be said yet.
    Ok,
    /// Offsets advance, and the lag does not get less.
    Warn,
    /// Nothing has been committed for longer than the window is, and there is lag.
    Stop,
    /// It commits, always the same offset, and there is lag.
    Stall,
    /// It has committed a lower offset than before and has not been back there since.
    Rewind,
}

impl PartitionStatus {
    /// From the best to the worst.
    pub const ALL: [PartitionStatus; 5] = [
        PartitionStatus::Ok,
        PartitionStatus::Warn,
        PartitionStatus::Stop,
        PartitionStatus::Stall,
        PartitionStatus::Rewind,
    ];
    /// As Burrow writes it.
    pub const fn name(self) -> &'static str {
        match self {
            PartitionStatus::Ok => "OK",
            PartitionStatus::Warn => "WARN",
            PartitionStatus::Stop => "STOP",
            PartitionStatus::Stall => "STALL",
            PartitionStatus::Rewind => "REWIND",
        }
    }
}

/// How a group stands as a whole: the worst of its partitions, where everything above a warning is an error.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum GroupStatus {
    /// Burrow has seen no commit of it.
    NotFound,
    /// All partitions are.
    Ok,
    /// A partition lags more and more.
    Warn,
    /// A partition is stopped, stalled or rewound.
    Err,
}

impl GroupStatus {
    /// The worst of some partitions.
    pub fn of(partitions: impl Iterator<Item = PartitionStatus>) -> GroupStatus {
        partitions.max().map_or(GroupStatus::NotFound, |worst| match worst {
            PartitionStatus::Ok => GroupStatus::Ok,
            PartitionStatus::Warn => GroupStatus::Warn,
            PartitionStatus::Stop | PartitionStatus::Stall | PartitionStatus::Rewind => GroupStatus::Err,
        })
    }
    /// As Burrow writes it.
    pub const fn name(self) -> &'static str {
        match self {
            GroupStatus::NotFound => "NOTFOUND",
            GroupStatus::Ok => "OK",
            GroupStatus::Warn => "WARN",
            GroupStatus::Err => "ERR",
        }
    }
}

/// What can be said of a group's status.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StatusWord {
    /// The group as a whole stands so.
    Group(GroupStatus),
    /// One of its partitions stands so.
    Partition(PartitionStatus),
}

impl StatusWord {
    /// All that can be said.
    pub const ALL: [StatusWord; 7] = [
        StatusWord::Group(GroupStatus::Ok),
        StatusWord::Group(GroupStatus::Warn),
        StatusWord::Group(GroupStatus::Err),
        StatusWord::Partition(PartitionStatus::Stop),
        StatusWord::Partition(PartitionStatus::Stall),
        StatusWord::Partition(PartitionStatus::Rewind),
        StatusWord::Group(GroupStatus::NotFound),
    ];
    /// As scenarios write it.
    pub const fn word(self) -> &'static str {
        match self {
            StatusWord::Group(GroupStatus::NotFound) => "not found",
            StatusWord::Group(GroupStatus::Ok) | StatusWord::Partition(PartitionStatus::Ok) => "ok",
            StatusWord::Group(GroupStatus::Warn) | StatusWord::Partition(PartitionStatus::Warn) => "warning",
            StatusWord::Group(GroupStatus::Err) => "error",
            StatusWord::Partition(PartitionStatus::Stop) => "stopped",
            StatusWord::Partition(PartitionStatus::Stall) => "stalled",
            StatusWord::Partition(PartitionStatus::Rewind) => "rewound",
        }
    }
}
