//! How far a share group is with a record.

use crate::history::fact::ShareArchiveReason;
use crate::protocol::ids::MemberId;
use crate::protocol::messages::AcknowledgeType;
use crate::sim::time::Nanos;

/// See the module.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Delivery {
    /// It has not been delivered.
    #[default]
    Untouched,
    /// It is to be delivered again.
    Available {
        /// How often it was delivered.
        count: u32,
        /// Whether the leader knows that: what a member held is not written down, and a new leader may know of fewer.
        certain: bool,
    },
    /// A member holds it.
    Held {
        /// Which.
        member: MemberId,
        /// How often it was delivered.
        count: u32,
        /// When it was acquired, or its lock renewed.
        since: Nanos,
        /// Whether the group is done with it, as somebody said to the share-partition that was loaded before: what the member says counts
        /// here, and what of both the share coordinator keeps, the next leader knows and does not tell.
        late: bool,
    },
    /// A member held it, or it was given up, as the leader changed: whether the end of that was written down, the new leader knows and
    /// does not tell.
    Unsure {
        /// How often it was delivered.
        count: u32,
    },
    /// The group is done with it, and the share-partition that the leader has loaded does not know it, perhaps: that was said to the one
    /// before it. The next one will know.
    Late {
        /// How often it was delivered.
        count: u32,
        /// How the group is done with it.
        ending: Ending,
    },
    /// The group is done with it.
    Done(Ending),
}

/// How a group came to be done with a record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Ending {
    /// A member accepted it.
    Accepted,
    /// A member rejected it, or there is no such record.
    Archived,
    /// It was delivered too often. Where that happens as a lock runs out a leader does not wait until it is written down
    /// (`SharePartition.releaseAcquisitionLockOnTimeout`).
    GivenUp,
}

impl Ending {
    /// Of what a member says, if the group is done with it then.
    pub(super) fn said(acknowledgement: AcknowledgeType) -> Option<Ending> {
        match acknowledgement {
            AcknowledgeType::Accept => Some(Ending::Accepted),
            AcknowledgeType::Reject | AcknowledgeType::Gap => Some(Ending::Archived),
            AcknowledgeType::Release | AcknowledgeType::Renew => None,
        }
    }
    /// Of what is archived.
    pub(super) fn of(reason: ShareArchiveReason) -> Ending {
        match reason {
            ShareArchiveReason::DeliveryLimit => Ending::GivenUp,
            ShareArchiveReason::Rejected | ShareArchiveReason::Gap | ShareArchiveReason::LogStart => Ending::Archived,
        }
    }
}

impl Delivery {
    /// Who holds it.
    pub(super) fn holder(self) -> Option<MemberId> {
        match self {
            Delivery::Held { member, .. } => Some(member),
            _ => None,
        }
    }
    /// Since when somebody holds it.
    pub(super) fn held_since(self) -> Option<Nanos> {
        match self {
            Delivery::Held { since, .. } => Some(since),
            _ => None,
        }
    }
    pub(super) fn is_done(self) -> bool {
        matches!(self, Delivery::Done(_))
    }
    /// Whether the group is not done with it for certain.
    pub(super) fn is_open(self) -> bool {
        !matches!(self, Delivery::Done(_) | Delivery::Late { .. } | Delivery::Unsure { .. })
    }
    /// The start has passed it: what nobody was sure of has been written down.
    pub(super) fn passed(self) -> Delivery {
        match self {
            Delivery::Unsure { .. } => Delivery::Done(Ending::Accepted),
            Delivery::Late { ending, .. } => Delivery::Done(ending),
            other => other,
        }
    }
    /// Whether the next delivery may be number `count`.
    pub(super) fn may_be_delivery(self, count: u32) -> bool {
        match self {
            Delivery::Untouched => count == 1,
            Delivery::Available { count: known, certain: true } => count == known + 1,
            Delivery::Available { count: known, certain: false }
            | Delivery::Held { count: known, .. }
            | Delivery::Late { count: known, .. }
            | Delivery::Unsure { count: known } => (1..=known + 1).contains(&count),
            // That it comes at all is another matter.
            Delivery::Done(_) => true,
        }
    }
    /// It is done with. The first ending counts: what was rejected is archived, too.
    pub(super) fn ended(self, ending: Ending) -> Delivery {
        if self.is_done() { self } else { Delivery::Done(ending) }
    }
    /// The same was said to the share-partition that was loaded before. Whoever has got it since has it all the same.
    pub(super) fn ended_before(self, ending: Ending) -> Delivery {
        match self {
            Delivery::Unsure { count } => Delivery::Late { count, ending },
            Delivery::Held { member, count, since, .. } => Delivery::Held { member, count, since, late: true },
            Delivery::Available { count, .. } => Delivery::Unsure { count },
            other => other,
        }
    }
    /// A member holds it no more, after so many deliveries.
    pub(super) fn freed(self, count: u32) -> Delivery {
        match self {
            Delivery::Held { late: true, .. } => Delivery::Unsure { count },
            _ => Delivery::Available { count, certain: true },
        }
    }
    pub(super) fn renewed(self, now: Nanos) -> Delivery {
        match self {
            Delivery::Held { member, count, late, .. } => Delivery::Held { member, count, since: now, late },
            other => other,
        }
    }
    /// What a new leader knows of it.
    pub(super) fn reloaded(self) -> Delivery {
        match self {
            Delivery::Available { count, .. } => Delivery::Available { count, certain: false },
            Delivery::Held { count, .. } => Delivery::Unsure { count },
            Delivery::Done(Ending::GivenUp) => Delivery::Unsure { count: u32::MAX - 1 },
            Delivery::Late { ending, .. } => Delivery::Done(ending),
            other => other,
        }
    }
    /// In words.
    pub(super) fn words(self) -> String {
        match self {
            Delivery::Untouched => "never delivered".into(),
            Delivery::Available { count, certain: true } => format!("delivered {count} times and free"),
            Delivery::Available { .. } => "free since the leader is another".into(),
            Delivery::Held { count, .. } => format!("held, delivery {count}"),
            Delivery::Unsure { .. } => "held as the leader changed".into(),
            Delivery::Late { .. } => "held as the leader began anew, and done with by now".into(),
            Delivery::Done(Ending::Accepted) => "accepted".into(),
            Delivery::Done(Ending::Archived) => "archived".into(),
            Delivery::Done(Ending::GivenUp) => "given up after too many deliveries".into(),
        }
    }
}
