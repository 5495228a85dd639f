//! Something that a run can reach.

/// What kind of thing it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum FeatureFamily {
    /// A partition changed while something was wrong: what it came to, and what was wrong.
    PartitionUnderFault,
    /// How leaders came to lead, one after the other.
    Elections,
    /// A group changed its state while something was wrong.
    GroupUnderFault,
    /// A transaction changed its state while something was wrong.
    TransactionUnderFault,
    /// Why and how deeply logs were cut.
    Truncations,
    /// Who was refused what, with which error.
    Errors,
    /// What happened to a member, four things in a row.
    MemberHistories,
    /// What was on its way when a process died.
    AtDeath,
    /// `sometimes` properties that were seen.
    Sometimes,
    /// Invariants that could have been broken.
    Invariants,
    /// Invariants that were broken where they are not promised.
    NearMisses,
}

impl FeatureFamily {
    /// All of them.
    pub const ALL: [FeatureFamily; 11] = [
        FeatureFamily::PartitionUnderFault,
        FeatureFamily::Elections,
        FeatureFamily::GroupUnderFault,
        FeatureFamily::TransactionUnderFault,
        FeatureFamily::Truncations,
        FeatureFamily::Errors,
        FeatureFamily::MemberHistories,
        FeatureFamily::AtDeath,
        FeatureFamily::Sometimes,
        FeatureFamily::Invariants,
        FeatureFamily::NearMisses,
    ];
    /// What it is called in a meter.
    pub fn name(self) -> &'static str {
        match self {
            FeatureFamily::PartitionUnderFault => "partition x fault",
            FeatureFamily::Elections => "elections",
            FeatureFamily::GroupUnderFault => "group x fault",
            FeatureFamily::TransactionUnderFault => "transaction x fault",
            FeatureFamily::Truncations => "truncations",
            FeatureFamily::Errors => "errors",
            FeatureFamily::MemberHistories => "member histories",
            FeatureFamily::AtDeath => "at a death",
            FeatureFamily::Sometimes => "sometimes",
            FeatureFamily::Invariants => "invariants exercised",
            FeatureFamily::NearMisses => "broken, not promised",
        }
    }
}

/// Something that a run has reached: a family, and a number within it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Feature {
    /// The family.
    pub family: FeatureFamily,
    /// Which of it.
    pub code: u64,
}

impl Feature {
    /// What these numbers make together, each below 256.
    pub(super) fn of(family: FeatureFamily, parts: &[u8]) -> Feature {
        Feature { family, code: parts.iter().fold(0, |code, part| code << 8 | u64::from(*part)) }
    }
}
