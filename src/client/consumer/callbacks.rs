//! The callbacks of an application that wants to know of its partitions (`ConsumerRebalanceListenerInvoker.java`): it is told
//! by poll() or close(), and by nothing else.

use super::spec::{ConsumerSpec, RebalanceListener};
use super::subscription::Subscriptions;
use crate::history::fact::{Fact, RevokeReason};
use crate::node::Context;
use crate::protocol::ids::{Generation, Tp};

/// What a listener has to do before partitions go, if anything: it is called once, and whoever called it waits.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ListenerCall {
    /// Nobody is called.
    #[default]
    Idle,
    /// The listener is at work.
    Runs,
    /// It has come back.
    Returned,
}

impl ListenerCall {
    /// Whether the partitions may go: the listener has nothing to do about it, or has done it. False: it is at work. `any`:
    /// whether there are any partitions.
    pub fn is_over(&mut self, spec: &ConsumerSpec, any: bool) -> bool {
        *self = match self {
            ListenerCall::Idle if spec.listener == RebalanceListener::Works && any => ListenerCall::Runs,
            ListenerCall::Runs => return false,
            ListenerCall::Idle | ListenerCall::Returned => {
                *self = ListenerCall::Idle;
                return true;
            }
        };
        false
    }
}

/// onPartitionsRevoked or onPartitionsLost of these; they stay in the assignment.
pub fn partitions_go(tps: &[Tp], reason: RevokeReason, subscriptions: &Subscriptions, ctx: &mut Context<'_>) {
    let (node, generation) = (ctx.me(), subscriptions.generation());
    for tp in tps {
        ctx.record(Fact::PartitionRevoked { node, tp: *tp, generation, reason });
    }
}

/// onPartitionsAssigned of these.
pub fn partitions_come(tps: &[Tp], generation: Generation, ctx: &mut Context<'_>) {
    let node = ctx.me();
    for tp in tps {
        ctx.record(Fact::PartitionAssigned { node, tp: *tp, generation });
    }
}

/// onPartitionsRevoked or onPartitionsLost for the whole assignment, which is empty afterwards. Of what the application has assigned
/// itself nobody tells it.
pub fn give_up_partitions(reason: RevokeReason, subscriptions: &mut Subscriptions, ctx: &mut Context<'_>) {
    let all: Vec<Tp> = subscriptions.partitions().iter().map(|partition| partition.tp).collect();
    if !subscriptions.is_by_hand() {
        partitions_go(&all, reason, subscriptions, ctx);
    }
    subscriptions.touch_all();
    subscriptions.assign(&[], Generation::NONE);
}
