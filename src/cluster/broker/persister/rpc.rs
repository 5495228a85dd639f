//! What a share coordinator is asked of one share-partition, and requests that ask it of several (`RequestCoalescerHelper`).

use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::{GroupId, LeaderEpoch, Offset, Tp};
use crate::protocol::messages::{
    ShareGroupStateRequest, ShareGroupStateResponse, SharePartitionState, WriteShareGroupState,
};

/// One share-partition's part of a request.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Rpc {
    /// State epoch and start offset.
    Initialize(i32, Offset),
    Read(LeaderEpoch),
    Write(WriteShareGroupState),
    Delete,
}

/// Which of the requests (`RPCType`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum RpcType {
    Initialize,
    Read,
    Write,
    Delete,
}

/// What a share-partition's part has come to: the state, if that was asked for.
pub(super) type RpcResult = Result<Option<SharePartitionState>, ErrorCode>;

impl Rpc {
    pub fn kind(&self) -> RpcType {
        match self {
            Rpc::Initialize(..) => RpcType::Initialize,
            Rpc::Read(_) => RpcType::Read,
            Rpc::Write(_) => RpcType::Write,
            Rpc::Delete => RpcType::Delete,
        }
    }
}

/// One request of a group, of those of one type.
pub(super) fn coalesce(kind: RpcType, group: GroupId, parts: &[(Tp, Rpc)]) -> ShareGroupStateRequest {
    match kind {
        RpcType::Initialize => {
            let one = |(tp, rpc): &(Tp, Rpc)| match rpc {
                Rpc::Initialize(epoch, start) => Some((*tp, *epoch, *start)),
                _ => None,
            };
            ShareGroupStateRequest::Initialize(group, parts.iter().filter_map(one).collect())
        }
        RpcType::Read => {
            let one = |(tp, rpc): &(Tp, Rpc)| match rpc {
                Rpc::Read(epoch) => Some((*tp, *epoch)),
                _ => None,
            };
            ShareGroupStateRequest::Read(group, parts.iter().filter_map(one).collect())
        }
        RpcType::Write => {
            let one = |(_, rpc): &(Tp, Rpc)| match rpc {
                Rpc::Write(write) => Some(write.clone()),
                _ => None,
            };
            ShareGroupStateRequest::Write(group, parts.iter().filter_map(one).collect())
        }
        RpcType::Delete => ShareGroupStateRequest::Delete(group, parts.iter().map(|(tp, _)| *tp).collect()),
    }
}

/// The answer, part by part.
pub(super) fn results(response: ShareGroupStateResponse) -> Vec<RpcResult> {
    let done = |(_, error): (Tp, ErrorCode)| if error.is_ok() { Ok(None) } else { Err(error) };
    match response {
        ShareGroupStateResponse::Initialize(list)
        | ShareGroupStateResponse::Write(list)
        | ShareGroupStateResponse::Delete(list) => list.into_iter().map(done).collect(),
        ShareGroupStateResponse::Read(list) => list.into_iter().map(|(_, state)| state.map(Some)).collect(),
        ShareGroupStateResponse::ReadSummary(list) => {
            list.into_iter().map(|(_, state)| state.map(|(state, _)| Some(state))).collect()
        }
    }
}
