//! Staying in a group and going: Heartbeat, LeaveGroup, session expiry
//! (`GroupMetadataManager.classicGroupHeartbeat*`, `classicGroupLeave*`,
//! `expireClassicGroupMemberHeartbeat`).

use super::group::{ClassicGroup, ClassicGroupState, GroupMetadataWrite};
use crate::cluster::coordinator::group::env::Env;
use crate::cluster::coordinator::group::refusal::join_error;
use crate::cluster::coordinator::group::timers::GroupTimer;
use crate::history::fact::{Fact, LeaveReason};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::{HeartbeatRequest, List, MemberIdentity, MemberResponse};

impl ClassicGroup {
    /// Takes a Heartbeat.
    ///
    /// # Errors
    /// What is answered at once, whatever writes are under way.
    pub fn heartbeat(&mut self, request: &HeartbeatRequest, env: &mut Env<'_, '_>) -> Result<ErrorCode, ErrorCode> {
        self.validate_member(request.member, request.instance)?;
        if request.generation != self.generation {
            return Err(ErrorCode::IllegalGeneration);
        }
        match self.state {
            ClassicGroupState::Empty => Ok(ErrorCode::UnknownMemberId),
            ClassicGroupState::PreparingRebalance => {
                self.restart_session(request.member, env);
                Ok(ErrorCode::RebalanceInProgress)
            }
            ClassicGroupState::CompletingRebalance | ClassicGroupState::Stable => {
                self.restart_session(request.member, env);
                Ok(ErrorCode::None)
            }
        }
    }

    /// Tells what a member of the present generation is answered; in a stable group nearly always nothing new.
    pub fn tell_heartbeat(
        &self,
        request: &HeartbeatRequest,
        answer: Result<ErrorCode, ErrorCode>,
        env: &mut Env<'_, '_>,
    ) {
        let Ok(error) = answer else { return };
        if self.state == ClassicGroupState::Stable && error == ErrorCode::None {
            return;
        }
        let HeartbeatRequest { member, generation, .. } = *request;
        env.record(Fact::HeartbeatAnswered { broker: env.broker, group: self.id, member, generation, error });
    }

    /// Takes a LeaveGroup: an answer for each who leaves, and what is to be written. However many leave, it is one rebalance.
    pub fn leave(
        &mut self,
        leaving: &[MemberIdentity],
        env: &mut Env<'_, '_>,
    ) -> (List<MemberResponse>, GroupMetadataWrite) {
        let responses: List<MemberResponse> = leaving
            .iter()
            .map(|identity| identity.answered(self.leaves(identity, env).err().unwrap_or_default()))
            .collect();
        let any = responses.iter().any(|response| response.error.is_ok());
        let record = match self.state {
            ClassicGroupState::Stable | ClassicGroupState::CompletingRebalance if any => self.prepare_rebalance(env),
            ClassicGroupState::PreparingRebalance if any => self.maybe_complete_join(env),
            _ => None,
        };
        (responses, record)
    }

    /// One leaves. An administrator does not know member ids, and names instances.
    fn leaves(&mut self, identity: &MemberIdentity, env: &mut Env<'_, '_>) -> Result<(), ErrorCode> {
        let MemberIdentity { member, instance, reason } = *identity;
        let member = match (member, instance) {
            (MemberId::NONE, Some(instance)) => {
                *self.static_members.get(&instance).ok_or(ErrorCode::UnknownMemberId)?
            }
            (member, instance) => {
                if !self.pending_join.contains_key(&member) {
                    self.validate_member(member, instance)?;
                }
                member
            }
        };
        self.refuse_parked_join(member, env);
        self.remove(member, reason.into(), env);
        Ok(())
    }

    /// One of its timers went off.
    pub fn timer_expired(&mut self, timer: GroupTimer, env: &mut Env<'_, '_>) -> GroupMetadataWrite {
        match timer {
            GroupTimer::Join(_) => self.join_timer_expired(env),
            GroupTimer::Sync(_) => self.sync_timer_expired(env),
            GroupTimer::Session(_, member) => self.session_expired(member, env),
            // Of the group as it was when it had the new protocol.
            GroupTimer::Revocation(..)
            | GroupTimer::Rejoin(..)
            | GroupTimer::MemberSync(..)
            | GroupTimer::Regexes(_) => None,
        }
    }

    /// A session timer went off. Parked members are alive by definition; their timer is set again
    /// when they are answered.
    pub fn session_expired(&mut self, member: MemberId, env: &mut Env<'_, '_>) -> GroupMetadataWrite {
        if self.members.get(&member).is_some_and(|m| m.has_satisfied_heartbeat()) {
            return None;
        }
        // A new member's timer is not that of its session: it bounds the wait for the end of its first join.
        let joining = self.members.get(&member).is_some_and(|m| m.is_new);
        let reason = if joining { LeaveReason::JoinTimeout } else { LeaveReason::SessionTimeout };
        self.refuse_parked_join(member, env);
        let removed = self.remove(member, reason, env);
        match self.state {
            ClassicGroupState::Stable | ClassicGroupState::CompletingRebalance if removed.is_some() => {
                self.prepare_rebalance(env)
            }
            // Here an initial join phase, too, ends early.
            ClassicGroupState::PreparingRebalance if self.has_all_members_joined() => self.complete_join(env),
            _ => None,
        }
    }

    /// A new member may still wait for the answer to its JoinGroup; it is told to start over.
    fn refuse_parked_join(&mut self, member: MemberId, env: &mut Env<'_, '_>) {
        if let Some(mut parked) = self.members.get_mut(&member).and_then(|m| m.join.take()) {
            parked.answer(join_error(ErrorCode::UnknownMemberId, MemberId::NONE), env);
        }
    }
}
