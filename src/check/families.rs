//! All families of checks, and who is shown which facts.

use super::family::Family;
use super::ghost::Ghost;
use super::ledger::{Ledger, LedgerBook};
use super::outcome::{Finding, Findings};
use super::{
    compaction::CompactionChecks, consumer::ConsumerChecks, derived::DerivedChecks, durability::DurabilityChecks,
    end_to_end::EndToEndChecks, groups::GroupChecks, high_watermark::HighWatermarkChecks, isr::IsrChecks,
    leadership::LeadershipChecks, liveness::LivenessChecks, log::LogChecks, offset_expiry::OffsetExpiryChecks,
    producer::ProducerChecks, quorum::QuorumChecks, reading::ReadingChecks, share::ShareChecks, stalls::StallChecks,
    transactions::TransactionChecks,
};
use crate::history::fact::{Entry, FactKind};
use crate::history::setup::Setup;

/// One bit per family.
type Interest = u32;

macro_rules! families {
    ($($name:ident: $family:ident,)*) => {
        /// All families. A fact is shown to those that want it, in this order.
        #[derive(Clone, Debug)]
        pub struct Families {
            $($name: $family,)*
            /// Those that have something to judge in this run.
            asked: Interest,
        }

        #[allow(non_camel_case_types, clippy::upper_case_acronyms, reason = "the families' numbers")]
        enum Number { $($name,)* }

        /// By the number of a kind of fact: who wants it.
        const INTEREST: [Interest; FactKind::SPAN] = {
            let mut interest = [0; FactKind::SPAN];
            let mut kind = 0;
            while kind < FactKind::SPAN {
                $(if <$family as Family>::WANTS.has_number(kind) { interest[kind] |= 1 << Number::$name as Interest; })*
                kind += 1;
            }
            interest
        };

        impl Families {
            /// Before the first fact.
            pub fn new(ghost: &Ghost) -> Families {
                let asked = [$((Number::$name as Interest, <$family as Family>::is_asked(ghost)),)*];
                let asked = asked.into_iter().filter(|(_, asked)| *asked).fold(0, |all, (number, _)| all | 1 << number);
                Families { $($name: Family::new(ghost),)* asked }
            }
            #[inline(always)]
            fn show(&mut self, interest: Interest, entry: &Entry, ghost: &Ghost, ledger: &LedgerBook) {
                $(if interest & (1 << Number::$name as Interest) != 0 { self.$name.observe(entry, ghost, ledger); })*
            }
            /// What can only be judged at the end.
            pub fn finish(&mut self, end: &Entry, ghost: &Ghost, ledger: &LedgerBook, totals: &Ledger) {
                $(self.$name.finish(end, ghost, ledger, totals);)*
            }
            /// The outcomes.
            pub fn findings(&self, setup: &Setup) -> Vec<Finding> {
                let mut findings = Findings::new(setup);
                $(self.$name.findings(&mut findings);)*
                findings.into_list()
            }
        }
    };
}

families! {
    log: LogChecks,
    leadership: LeadershipChecks,
    high_watermark: HighWatermarkChecks,
    isr: IsrChecks,
    durability: DurabilityChecks,
    producer: ProducerChecks,
    consumer: ConsumerChecks,
    groups: GroupChecks,
    offset_expiry: OffsetExpiryChecks,
    end_to_end: EndToEndChecks,
    liveness: LivenessChecks,
    reading: ReadingChecks,
    stalls: StallChecks,
    compaction: CompactionChecks,
    share: ShareChecks,
    transactions: TransactionChecks,
    derived: DerivedChecks,
    quorum: QuorumChecks,
}

impl Families {
    /// Takes the next fact; `ghost` shows the state before it, `ledger` the one after.
    #[inline]
    pub fn observe(&mut self, kind: FactKind, entry: &Entry, ghost: &Ghost, ledger: &LedgerBook) {
        self.show(INTEREST[kind.number()] & self.asked, entry, ghost, ledger);
    }
    /// The same for every family, whether it wants the fact or not. It is to make no difference.
    #[cfg(test)]
    pub fn observe_all(&mut self, entry: &Entry, ghost: &Ghost, ledger: &LedgerBook) {
        self.show(self.asked, entry, ghost, ledger);
    }
}
