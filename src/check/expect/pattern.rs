//! Facts of some form: a name, and what its fields are.

use serde_json::Value;

use crate::history::bound::Bound;
use crate::history::fact::{self, Fact};
use crate::protocol::exceptions::Exception;

/// What a field of a fact may be.
#[derive(Clone, PartialEq, Debug)]
pub enum Matcher {
    /// This value, as a history has it.
    Is(Value),
    /// A number within a bound.
    Number(Bound),
    /// An exception, by the name of its class.
    Exception(&'static str),
}

/// A fact's name and some of its fields.
#[derive(Clone, PartialEq, Debug)]
pub struct Pattern {
    /// Such as `PartitionChanged`.
    pub name: &'static str,
    /// Field by field.
    pub fields: Vec<(&'static str, Matcher)>,
}

impl Pattern {
    /// Whether a fact has this form.
    pub fn matches(&self, fact: &Fact) -> bool {
        if fact.name() != self.name {
            return false;
        }
        if self.fields.is_empty() {
            return true;
        }
        // Histories are written in this form, so whoever reads one knows what to ask for.
        let Ok(Value::Object(whole)) = serde_json::to_value(fact) else { return false };
        let Some(Value::Object(fields)) = whole.get(self.name) else { return false };
        self.fields.iter().all(|(name, matcher)| match (matcher, fields.get(*name)) {
            (Matcher::Is(wanted), Some(value)) => wanted == value,
            (Matcher::Number(bound), Some(value)) => value.as_u64().is_some_and(|n| bound.admits(n)),
            (Matcher::Exception(name), Some(value)) => {
                serde_json::from_value::<Exception>(value.clone()).is_ok_and(|exception| exception.name() == *name)
            }
            (_, None) => false,
        })
    }
}

/// Whether a field of that type can be that word; none for types that are no words.
pub fn word_fits(ty: &str, word: &str) -> Option<bool> {
    macro_rules! table {
        ($($name:literal => $ty:ty),*) => {
            match ty {
                $($name => Some(serde_json::from_value::<$ty>(Value::from(word)).is_ok()),)*
                _ => None,
            }
        };
    }
    table! {
        "Election" => fact::Election,
        "ReplicaRole" => fact::ReplicaRole,
        "TruncationReason" => fact::TruncationReason,
        "LogStartReason" => fact::LogStartReason,
        "SegmentDeletionReason" => fact::SegmentDeletionReason,
        "StopKind" => fact::StopKind,
        "GroupState" => fact::GroupState,
        "LeaveReason" => fact::LeaveReason,
        "OffsetRemovalReason" => fact::OffsetRemovalReason,
        "RevokeReason" => fact::RevokeReason,
        "ShareReleaseReason" => fact::ShareReleaseReason,
        "ShareArchiveReason" => fact::ShareArchiveReason,
        "AcknowledgeType" => crate::protocol::messages::AcknowledgeType,
        "ReadReplicaCause" => fact::ReadReplicaCause,
        "Certainty" => fact::Certainty,
        "ErrorCode" => crate::protocol::errors::ErrorCode,
        "Acks" => crate::protocol::messages::Acks,
        "AutoOffsetReset" => crate::protocol::config::AutoOffsetReset
    }
}
