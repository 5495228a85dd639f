//! Requests of members that are being worked on: what waits for records, and for what they acknowledge to be written down
//! (`core/.../server/share/DelayedShareFetch.java`, `server/.../server/share/fetch/ShareFetch.java`).

use crate::cluster::coordinator::ReplyTo;
use crate::protocol::config::IsolationLevel;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::Tp;
use crate::protocol::messages::{Response, ShareFetchData};
use crate::sim::time::Nanos;

use super::session::SessionKey;
use super::share_partition::Acquirer;

/// A request's number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RequestNo(pub u64);

/// How the acknowledgements of a partition went.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Acknowledged {
    /// They are being written down.
    Pending,
    /// They are, or cannot be.
    Known(ErrorCode),
}

/// A fetch that waits for `min_bytes`.
#[derive(Clone, Debug)]
pub struct DelayedShareFetch {
    /// Who fetches, and how many records.
    pub who: Acquirer,
    /// How far it reads.
    pub isolation: IsolationLevel,
    /// Bytes that complete it.
    pub min_bytes: u32,
    /// Bytes to return at most.
    pub max_bytes: u32,
    /// From where, in order.
    pub partitions: Vec<Tp>,
    /// Partitions that cannot be served.
    pub erroneous: Vec<(Tp, ErrorCode)>,
    /// When it is answered at the latest.
    pub deadline: Nanos,
}

/// What a request waits for, beside its acknowledgements.
#[derive(Clone, Debug)]
pub enum Fetch {
    /// For records.
    Delayed(DelayedShareFetch),
    /// There are too many sessions: for its time to be over.
    Idle(Nanos),
    /// For nothing: this was found.
    Done(Vec<ShareFetchData>),
    /// It is a ShareAcknowledge.
    None,
}

/// A request in progress.
#[derive(Clone, Debug)]
pub struct ShareRequest {
    /// Who asks.
    pub to: ReplyTo,
    /// Whose session.
    pub session: SessionKey,
    /// The session's epoch in the request.
    pub epoch: i32,
    /// What it acknowledges, by partition.
    pub acknowledged: Vec<(Tp, Acknowledged)>,
    /// What it fetches.
    pub fetch: Fetch,
    /// The handler was busy with it until then.
    pub done: Nanos,
}

impl ShareRequest {
    /// Whether nothing is open.
    pub fn is_complete(&self) -> bool {
        let waits = matches!(self.fetch, Fetch::Delayed(_) | Fetch::Idle(_));
        !waits && self.acknowledged.iter().all(|(_, how)| *how != Acknowledged::Pending)
    }
    /// When it is answered at the latest, if it waits for records.
    pub fn deadline(&self) -> Option<Nanos> {
        match &self.fetch {
            Fetch::Delayed(delayed) => Some(delayed.deadline),
            Fetch::Idle(deadline) => Some(*deadline),
            Fetch::Done(_) | Fetch::None => None,
        }
    }
}

/// An answer to a member.
#[derive(Clone, Debug)]
pub struct ShareAnswer {
    /// Whom to answer.
    pub to: ReplyTo,
    /// With what.
    pub response: Response,
    /// The handler was busy with it until then.
    pub done: Nanos,
}
