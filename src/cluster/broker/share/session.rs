//! Share sessions: which partitions a member fetches from here, and how far the two sides are
//! (`server/.../server/share/session/{ShareSession,ShareSessionCache}.java`).

use std::collections::BTreeMap;

use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::{ConnId, GroupId, MemberId, Tp};
use crate::protocol::messages::share_session_epoch::{FINAL, INITIAL};
use crate::protocol::messages::{ShareFetchData, ShareFetchRequest};
use crate::protocol::rules::{Rules, ShareSessionDisconnect, ShareSessionLimit, ShareSessionReopened};
use crate::sim::time::Nanos;

/// Before 4.1 a session that was not used for this long makes room for a new one
/// (`KafkaBroker.MIN_INCREMENTAL_FETCH_SESSION_EVICTION_MS`).
const EVICTION: Nanos = Nanos::from_secs(120);

/// Whose session.
pub type SessionKey = (GroupId, MemberId);

/// A partition of a session (`CachedSharePartition`).
#[derive(Clone, Copy, PartialEq, Debug)]
struct CachedSharePartition {
    tp: Tp,
    /// It is in the next answer, whatever there is to say of it: it is new, or the last time there was an error.
    requires_update: bool,
}

/// A member's session.
#[derive(Clone, PartialEq, Debug)]
struct ShareSession {
    /// The epoch of the next request.
    epoch: i32,
    /// Where it was opened.
    conn: ConnId,
    /// In the order in which it is worked off.
    partitions: Vec<CachedSharePartition>,
    last_used: Nanos,
}

/// The session that a connection has opened.
#[derive(Clone, Copy, PartialEq, Debug)]
struct OfConnection {
    key: SessionKey,
    /// It is over.
    is_stale: bool,
}

/// What a session's connection took along.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Disconnected {
    /// Whose it was.
    pub key: SessionKey,
    /// Whether it is still open.
    pub is_open: bool,
}

/// All sessions of a broker.
#[derive(Clone, Debug)]
pub struct ShareSessionCache {
    rules: Rules,
    max: usize,
    sessions: BTreeMap<SessionKey, ShareSession>,
    connections: BTreeMap<ConnId, OfConnection>,
}

fn next_epoch(epoch: i32) -> i32 {
    if epoch == i32::MAX { 1 } else { epoch + 1 }
}

impl ShareSessionCache {
    /// No session; `max`: `group.share.max.share.sessions`.
    pub fn new(max: u32, rules: Rules) -> ShareSessionCache {
        ShareSessionCache { rules, max: max as usize, sessions: BTreeMap::new(), connections: BTreeMap::new() }
    }
    /// Opens or advances a session with a ShareFetch; which partitions it has now, in order
    /// (`SharePartitionManager.newContext`).
    ///
    /// # Errors
    /// SHARE_SESSION_NOT_FOUND, INVALID_SHARE_SESSION_EPOCH, SHARE_SESSION_LIMIT_REACHED, INVALID_REQUEST.
    pub fn fetch(&mut self, request: &ShareFetchRequest, conn: ConnId, now: Nanos) -> Result<Vec<Tp>, ErrorCode> {
        let key = (request.group, request.member);
        match request.session_epoch {
            FINAL if self.sessions.contains_key(&key) => Ok(Vec::new()),
            FINAL => Err(ErrorCode::ShareSessionNotFound),
            INITIAL if request.partitions.iter().any(|partition| !partition.acknowledgements.is_empty()) => {
                Err(ErrorCode::InvalidRequest)
            }
            INITIAL => self.open(key, request, conn, now),
            epoch => {
                let session = self.sessions.get_mut(&key).ok_or(ErrorCode::ShareSessionNotFound)?;
                if session.epoch != epoch {
                    return Err(ErrorCode::InvalidShareSessionEpoch);
                }
                for tp in request.partitions.iter().map(|partition| partition.tp) {
                    if session.partitions.iter().all(|cached| cached.tp != tp) {
                        session.partitions.push(CachedSharePartition { tp, requires_update: true });
                    }
                }
                session.partitions.retain(|cached| !request.forgotten.contains(&cached.tp));
                session.epoch = next_epoch(epoch);
                session.last_used = now;
                Ok(session.partitions.iter().map(|cached| cached.tp).collect())
            }
        }
    }
    fn open(
        &mut self,
        key: SessionKey,
        request: &ShareFetchRequest,
        conn: ConnId,
        now: Nanos,
    ) -> Result<Vec<Tp>, ErrorCode> {
        self.remove(key);
        if self.sessions.len() >= self.max && !self.evict(now) {
            return Err(match self.rules.share_session_limit {
                ShareSessionLimit::NotFound => ErrorCode::ShareSessionNotFound,
                ShareSessionLimit::LimitReached => ErrorCode::ShareSessionLimitReached,
            });
        }
        let tps: Vec<Tp> = request.partitions.iter().map(|partition| partition.tp).collect();
        let cached = |tp: &Tp| CachedSharePartition { tp: *tp, requires_update: false };
        let partitions = tps.iter().map(cached).collect();
        let session = ShareSession { epoch: next_epoch(INITIAL), conn, partitions, last_used: now };
        self.sessions.insert(key, session);
        self.connections.insert(conn, OfConnection { key, is_stale: false });
        Ok(tps)
    }
    /// Before 4.1: makes room, if a session was not used for long. What was acquired in it stays so.
    fn evict(&mut self, now: Nanos) -> bool {
        if self.rules.share_session_limit != ShareSessionLimit::NotFound {
            return false;
        }
        let oldest = self.sessions.iter().min_by_key(|(key, session)| (session.last_used, **key));
        let Some((key, _)) = oldest.filter(|(_, session)| session.last_used.saturating_add(EVICTION) < now) else {
            return false;
        };
        self.remove(*key);
        true
    }
    /// Advances a session with a ShareAcknowledge (`SharePartitionManager.acknowledgeSessionUpdate`).
    ///
    /// # Errors
    /// SHARE_SESSION_NOT_FOUND, INVALID_SHARE_SESSION_EPOCH.
    pub fn acknowledge(&mut self, key: SessionKey, epoch: i32, now: Nanos) -> Result<(), ErrorCode> {
        if epoch == INITIAL {
            return Err(ErrorCode::InvalidShareSessionEpoch);
        }
        let session = self.sessions.get_mut(&key).ok_or(ErrorCode::ShareSessionNotFound)?;
        if epoch == FINAL {
            return Ok(());
        }
        if session.epoch != epoch {
            return Err(ErrorCode::InvalidShareSessionEpoch);
        }
        session.epoch = next_epoch(epoch);
        session.last_used = now;
        Ok(())
    }
    /// Leaves out of an answer what says nothing, and puts those partitions last that returned records
    /// (`ShareSessionContext.updateAndGenerateResponseData`).
    ///
    /// # Errors
    /// INVALID_SHARE_SESSION_EPOCH: another request was faster.
    pub fn answer(&mut self, key: SessionKey, epoch: i32, data: &mut Vec<ShareFetchData>) -> Result<(), ErrorCode> {
        if epoch == INITIAL || epoch == FINAL {
            return Ok(());
        }
        let session = self.sessions.get_mut(&key).filter(|session| session.epoch == next_epoch(epoch));
        let session = session.ok_or(ErrorCode::InvalidShareSessionEpoch)?;
        data.retain(|partition| session.must_respond(partition));
        Ok(())
    }
    /// Ends a session; the partitions that it had.
    pub fn remove(&mut self, key: SessionKey) -> Option<Vec<Tp>> {
        let session = self.sessions.remove(&key)?;
        if let Some(opened) = self.connections.get_mut(&session.conn)
            && opened.key == key
        {
            opened.is_stale = true;
        }
        Some(session.partitions.iter().map(|cached| cached.tp).collect())
    }
    /// A connection is gone (`ClientConnectionDisconnectListener`); what that means for the session that it has opened, if
    /// anything.
    pub fn disconnected(&mut self, conn: ConnId) -> Option<Disconnected> {
        let OfConnection { key, is_stale } = self.connections.remove(&conn)?;
        let counts = !is_stale || self.rules.share_session_reopened == ShareSessionReopened::AnyOfMember;
        let is_open = counts && self.sessions.contains_key(&key);
        (self.rules.share_session_disconnect == ShareSessionDisconnect::Closed).then_some(Disconnected { key, is_open })
    }
    /// Whether a group has a session here.
    pub fn has_sessions_of(&self, group: GroupId) -> bool {
        self.sessions.keys().any(|(of, _)| *of == group)
    }
    /// # Panics
    /// If there are too many.
    pub fn check_invariants(&self) {
        assert!(self.sessions.len() <= self.max.max(1), "no more share sessions than are allowed");
        let knows = |(key, session): (&SessionKey, &ShareSession)| {
            let of = self.connections.get(&session.conn);
            of.is_none_or(|of| of.key != *key || !of.is_stale)
        };
        assert!(self.sessions.iter().all(knows), "a session that is open is not over");
    }
}

impl ShareSession {
    /// Whether a partition is in the answer (`CachedSharePartition.maybeUpdateResponseData`).
    fn must_respond(&mut self, data: &ShareFetchData) -> bool {
        let Some(place) = self.partitions.iter().position(|cached| cached.tp == data.tp) else { return true };
        let cached = &mut self.partitions[place];
        let (has_records, is_error) = (!data.batches.is_empty(), data.error.is_err());
        let must = has_records || cached.requires_update || is_error;
        cached.requires_update = is_error;
        if has_records {
            let cached = self.partitions.remove(place);
            self.partitions.push(cached);
        }
        must
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::broken::each_is_noticed;

    const KEY: SessionKey = (GroupId(0), MemberId(1));

    fn one() -> ShareSessionCache {
        let mut sessions = ShareSessionCache::new(1, Rules::default());
        let session = ShareSession { epoch: 1, conn: ConnId(7), partitions: Vec::new(), last_used: Nanos::ZERO };
        sessions.sessions.insert(KEY, session);
        sessions.connections.insert(ConnId(7), OfConnection { key: KEY, is_stale: false });
        sessions
    }

    #[test]
    fn sessions_that_contradict_each_other_are_noticed() {
        each_is_noticed(
            one,
            ShareSessionCache::check_invariants,
            &[
                ("no more share sessions than are allowed", |s| {
                    let session = s.sessions[&KEY].clone();
                    s.sessions.insert((GroupId(0), MemberId(2)), session);
                }),
                ("a session that is open is not over", |s| {
                    s.connections.insert(ConnId(7), OfConnection { key: KEY, is_stale: true });
                }),
            ],
        );
    }

    #[test]
    fn epochs_begin_anew_behind_the_last() {
        assert_eq!((next_epoch(0), next_epoch(7), next_epoch(i32::MAX)), (1, 8, 1));
    }
}
