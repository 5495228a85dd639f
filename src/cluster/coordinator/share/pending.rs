//! Answers that wait until each of their share-partitions is decided.

use std::collections::BTreeMap;

use crate::cluster::coordinator::runtime::{Command, ReplyTo};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::{LeaderEpoch, Tp};
use crate::protocol::messages::{Response, ShareGroupStateResponse, SharePartitionState};

/// Which of the requests.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StateRequestKind {
    Initialize,
    Read,
    Write,
    Delete,
    ReadSummary,
}

/// What a share-partition's part of a request has come to.
#[derive(Clone, PartialEq, Debug)]
pub enum Said {
    /// It is done.
    Done,
    /// The state, and the leader epoch that it is of.
    State(SharePartitionState, LeaderEpoch),
}

/// The outcome for one share-partition.
pub type StateOutcome = Result<Said, ErrorCode>;

#[derive(Clone, Debug)]
struct PendingResponse {
    to: ReplyTo,
    kind: StateRequestKind,
    outcomes: Vec<(Tp, Option<StateOutcome>)>,
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct PendingResponses {
    next: u32,
    open: BTreeMap<u32, PendingResponse>,
}

impl PendingResponses {
    /// A request has come; its number.
    pub fn open(&mut self, to: ReplyTo, kind: StateRequestKind, tps: &[Tp]) -> u32 {
        let number = self.next;
        self.next = self.next.wrapping_add(1);
        let outcomes = tps.iter().map(|tp| (*tp, None)).collect();
        self.open.insert(number, PendingResponse { to, kind, outcomes });
        number
    }
    /// One of its share-partitions is decided; the answer, if that was the last one.
    pub fn complete(&mut self, number: u32, place: usize, outcome: StateOutcome) -> Option<Command> {
        let pending = self.open.get_mut(&number)?;
        pending.outcomes[place].1 = Some(outcome);
        if pending.outcomes.iter().any(|(_, outcome)| outcome.is_none()) {
            return None;
        }
        let PendingResponse { to, kind, outcomes } = self.open.remove(&number)?;
        let outcomes = outcomes.into_iter().filter_map(|(tp, outcome)| Some((tp, outcome?)));
        let response = Response::ShareGroupState(response(kind, outcomes));
        Some(Command::Reply { to, response })
    }
}

fn response(kind: StateRequestKind, outcomes: impl Iterator<Item = (Tp, StateOutcome)>) -> ShareGroupStateResponse {
    let error = |(tp, outcome): (Tp, StateOutcome)| (tp, outcome.err().unwrap_or_default());
    let state = |outcome: StateOutcome| match outcome {
        Ok(Said::State(state, epoch)) => Ok((state, epoch)),
        Ok(Said::Done) => unreachable!("who reads is told a state"),
        Err(error) => Err(error),
    };
    match kind {
        StateRequestKind::Initialize => ShareGroupStateResponse::Initialize(outcomes.map(error).collect()),
        StateRequestKind::Write => ShareGroupStateResponse::Write(outcomes.map(error).collect()),
        StateRequestKind::Delete => ShareGroupStateResponse::Delete(outcomes.map(error).collect()),
        StateRequestKind::Read => {
            let read = |(tp, outcome)| (tp, state(outcome).map(|(state, _)| state));
            ShareGroupStateResponse::Read(outcomes.map(read).collect())
        }
        StateRequestKind::ReadSummary => {
            ShareGroupStateResponse::ReadSummary(outcomes.map(|(tp, outcome)| (tp, state(outcome))).collect())
        }
    }
}
