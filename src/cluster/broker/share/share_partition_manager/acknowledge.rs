//! What members acknowledge, and sessions that end (`SharePartitionManager.acknowledge`, `releaseSession`).

use super::{SharePartitionManager, View};
use crate::cluster::broker::halt::Halt;
use crate::cluster::broker::share::requests::{Acknowledged, RequestNo};
use crate::cluster::broker::share::session::SessionKey;
use crate::node::Context;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::{ConnId, Tp};
use crate::protocol::messages::{AcknowledgeType, AcknowledgementBatch, SharePartitionAcknowledgements};
use crate::protocol::rules::ShareRenew;

impl SharePartitionManager {
    /// Takes the acknowledgements of a request (`KafkaApis.handleAcknowledgements`); how they went, as far as that is known.
    pub(super) fn acknowledge(
        &mut self,
        request: RequestNo,
        (group, member): SessionKey,
        partitions: &[SharePartitionAcknowledgements],
        is_renew: bool,
        view: View<'_>,
        ctx: &mut Context<'_>,
    ) -> Vec<(Tp, Acknowledged)> {
        let mut how = Vec::new();
        for SharePartitionAcknowledgements { tp, acknowledgements } in partitions {
            if acknowledgements.is_empty() {
                continue;
            }
            let key = (group, *tp);
            let result = self
                .validate(acknowledgements, is_renew)
                .and_then(|()| view.cache.partition(*tp).map(|_| ()).ok_or(ErrorCode::UnknownTopicOrPartition))
                .and_then(|()| {
                    let config = self.group_config(group).clone();
                    let loaded = self.partitions.get_mut(&key).ok_or(ErrorCode::UnknownTopicOrPartition)?;
                    self.woken.push_back(key);
                    loaded.partition.acknowledge(member, acknowledgements, &config, ctx)
                });
            let found = match result {
                Ok(Some(update)) => {
                    self.call_write(key, Some(request), update);
                    Acknowledged::Pending
                }
                Ok(None) => Acknowledged::Known(ErrorCode::None),
                Err(error) => Acknowledged::Known(error),
            };
            if let Acknowledged::Known(error) = found
                && error.is_err()
            {
                self.tell_all_refused((group, member), *tp, acknowledgements, error, ctx);
            }
            how.push((*tp, found));
        }
        if is_renew {
            self.arm_lock(group, ctx);
        }
        how
    }
    pub(super) fn tell_all_refused(
        &self,
        (group, member): SessionKey,
        tp: Tp,
        acknowledgements: &[AcknowledgementBatch],
        error: ErrorCode,
        ctx: &mut Context<'_>,
    ) {
        let chronicle = self.chronicle((group, tp));
        for batch in acknowledgements {
            chronicle.refused(member, (batch.first, batch.last), error, ctx);
        }
    }
    /// Whether acknowledgements are well formed (`KafkaApis.validateAcknowledgementBatches`).
    fn validate(&self, acknowledgements: &[AcknowledgementBatch], is_renew: bool) -> Result<(), ErrorCode> {
        let may_renew = is_renew && self.rules.share_renew == ShareRenew::Known;
        let mut previous = -1;
        for AcknowledgementBatch { first, last, types } in acknowledgements {
            let one_or_each = types.len() == 1 || types.len() as i64 == last.0 - first.0 + 1;
            let renews = types.contains(&AcknowledgeType::Renew);
            if first > last || first.0 < previous || types.is_empty() || !one_or_each || (renews && !may_renew) {
                return Err(ErrorCode::InvalidRequest);
            }
            previous = last.0;
        }
        Ok(())
    }

    /// A member closes its session, or it is closed: what it holds of the session's partitions is released.
    pub(super) fn release_session(&mut self, session: SessionKey) {
        let Some(partitions) = self.sessions.remove(session) else { return };
        let (group, member) = session;
        let config = self.group_config(group).clone();
        for tp in partitions {
            let key = (group, tp);
            let Some(loaded) = self.partitions.get_mut(&key) else { continue };
            let update = loaded.partition.release_acquired(member, &config);
            if let Some(update) = update {
                self.call_write(key, None, update);
            }
            self.woken.push_back(key);
        }
    }
    /// A connection is gone. With the last session of a group its share-partitions go, too: the next member reads them again
    /// (`ShareGroupListenerImpl.onGroupEmpty`). A fetch that waits goes on waiting, and may acquire records for somebody who is
    /// gone.
    pub fn disconnected(&mut self, conn: ConnId, view: View<'_>, ctx: &mut Context<'_>) -> Result<(), Halt> {
        let Some(gone) = self.sessions.disconnected(conn) else { return Ok(()) };
        if gone.is_open {
            self.release_session(gone.key);
        }
        let (group, _) = gone.key;
        if !self.sessions.has_sessions_of(group) {
            let of_group: Vec<_> = self.partitions.keys().filter(|(of, _)| *of == group).copied().collect();
            of_group.into_iter().for_each(|key| self.remove(key));
        }
        self.work_off(view, ctx)
    }
}
