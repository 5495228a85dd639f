//! One change of one partition: who leads, who is in sync
//! (`metadata/.../controller/PartitionChangeBuilder.java`).
//!
//! A pure function from the state before, the wish and the brokers that may lead, to what a
//! `PartitionChange` record would carry. It knows eligible leader replicas (KIP-966), which a cluster has that
//! was formatted with 4.1 or later, and completes a reassignment of replicas as soon as it may.

use crate::cluster::java_hash::set_of_brokers;
use crate::cluster::metadata::{EligibleReplicas, PartitionRegistration, Reassignment};
use crate::protocol::ids::*;
use crate::protocol::messages::{AssignmentChange, LastKnownLeader};
use crate::protocol::rules::{
    EligibleLeaderReplicas, LastKnownLeaderElection, LastKnownLeaderRecord, ReassignmentCompletion, Rules,
};

use super::reassignment::Assignment;

/// Which candidates an election considers (`PartitionChangeBuilder.Election`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ElectionKind {
    /// The leader if it still qualifies, else the first member of the ISR in assignment order.
    Online,
    /// As `Online`, and in the end any live replica.
    Unclean,
    /// The first replica of the assignment, if it is in sync; else as `Online`.
    Preferred,
}

/// Rules that hang on the version, its features and the metadata version.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ChangeRules {
    /// Eligible leader replicas are on: a replica that leaves an ISR under min ISR stays electable.
    pub elr_enabled: bool,
    /// When the last known leader is elected.
    pub last_known: LastKnownLeaderElection,
    /// When it is recorded.
    pub recorded: LastKnownLeaderRecord,
    /// When a reassignment is complete.
    pub completion: ReassignmentCompletion,
    /// Before metadata version 3.6 an ISR shrink alone raised the leader epoch (KAFKA-15021).
    pub bump_leader_epoch_on_isr_shrink: bool,
}

impl From<Rules> for ChangeRules {
    fn from(rules: Rules) -> Self {
        ChangeRules {
            elr_enabled: rules.eligible_leader_replicas == EligibleLeaderReplicas::On,
            last_known: rules.last_known_leader_election,
            recorded: rules.last_known_leader_record,
            completion: rules.reassignment_completion,
            bump_leader_epoch_on_isr_shrink: false,
        }
    }
}

/// A partition with what KIP-455 and KIP-966 add to it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct PartitionState {
    /// Everything else.
    pub registration: PartitionRegistration,
    /// Eligible leader replicas: outside the ISR, but known to hold everything committed.
    pub elr: BrokerList,
    /// Who led when the ISR became empty.
    pub last_known_elr: LastKnownLeader,
    /// How its replicas move.
    pub reassignment: Reassignment,
}

impl PartitionState {
    /// From the parts that an image keeps apart.
    pub fn new(
        registration: PartitionRegistration,
        eligible: EligibleReplicas,
        reassignment: Reassignment,
    ) -> PartitionState {
        PartitionState { registration, elr: eligible.elr, last_known_elr: eligible.last_known_elr, reassignment }
    }
    /// Its replicas, and how they move.
    pub(super) fn assignment(&self) -> Assignment {
        Assignment { replicas: self.registration.replicas, moves: self.reassignment }
    }
    /// The state after a change.
    pub fn merge(&self, change: &PartitionChange) -> PartitionState {
        PartitionState {
            registration: self.registration.merge(
                change.leader,
                change.isr,
                change.assignment.replicas,
                change.recovering,
            ),
            elr: change.elr.unwrap_or(self.elr),
            last_known_elr: change.last_known_elr.unwrap_or(self.last_known_elr),
            reassignment: self.reassignment.merge(&change.assignment),
        }
    }
}

/// What is wanted of a partition.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Wish {
    /// The ISR to aim at.
    pub target_isr: BrokerList,
    /// The replicas to aim at.
    pub assignment: Assignment,
    /// Whom to elect, if anybody.
    pub election: ElectionKind,
    /// Brokers that came back from an unclean shutdown: they may have lost records, and are not eligible.
    pub unclean_shutdown: BrokerList,
    /// Effective `min.insync.replicas`: not more than there are replicas.
    pub min_isr: usize,
    /// The leader recovery state to aim at.
    pub target_recovering: bool,
    /// The rules in force.
    pub rules: ChangeRules,
}

impl Wish {
    /// An online election on the partition as it is.
    pub fn keeping(state: &PartitionState, min_isr: usize, rules: ChangeRules) -> Wish {
        Wish {
            target_isr: state.registration.isr,
            assignment: state.assignment(),
            election: ElectionKind::Online,
            unclean_shutdown: BrokerList::EMPTY,
            min_isr,
            target_recovering: state.registration.recovering,
            rules,
        }
    }
}

/// What changes; `None`: stays.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct PartitionChange {
    /// The leader field; it raises the leader epoch.
    pub leader: Option<Option<BrokerId>>,
    /// The new ISR.
    pub isr: Option<BrokerList>,
    /// The new eligible leader replicas.
    pub elr: Option<BrokerList>,
    /// The new last known leader.
    pub last_known_elr: Option<LastKnownLeader>,
    /// What changes of the replicas.
    pub assignment: AssignmentChange,
    /// The leader recovery state after the change.
    pub recovering: bool,
}

/// Who won an election.
struct Elected {
    leader: Option<BrokerId>,
    unclean: bool,
}

/// Computes the change that brings a partition to `wish`, where `acceptable` says which brokers may
/// lead. `None`: there is nothing to change, and no record.
pub fn build(before: &PartitionState, wish: &Wish, acceptable: impl Fn(BrokerId) -> bool) -> Option<PartitionChange> {
    let wish = &completed(wish);
    let old = &before.registration;
    let mut target_isr = wish.target_isr;
    let mut elr = eligible(before, wish);
    let mut change = PartitionChange {
        leader: None,
        isr: None,
        elr: None,
        last_known_elr: None,
        assignment: before.assignment().change_to(&wish.assignment),
        recovering: wish.target_recovering,
    };

    let elected = elect(before, wish, &elr, &acceptable);
    if elected.leader != old.leader {
        change.leader = Some(elected.leader);
        if let Some(winner) = elected.leader {
            if elr.contains(winner) {
                target_isr = only(winner);
                elr.remove(winner);
            }
            if elected.unclean {
                change.isr = Some(only(winner));
                // A recovery state that the caller changes on purpose wins over the election's.
                change.recovering |= wish.target_recovering == old.recovering;
            }
        }
    }
    // A replica that is let go hears of it by the leader epoch: it is fetched from no more.
    if change.leader.is_none() && !old.replicas.is_subset(&wish.assignment.replicas) {
        change.leader = Some(old.leader);
    }
    if change.isr.is_some() || !wish.rules.elr_enabled {
        elr = BrokerList::EMPTY;
    }
    change.elr = (!elr.same_members(&before.elr)).then_some(elr);
    // Without ELR the last member stays in the ISR: only its return makes the partition whole again.
    if change.isr.is_none() && (!target_isr.is_empty() || wish.rules.elr_enabled) && target_isr != old.isr {
        change.isr = Some(target_isr);
    }
    if wish.rules.bump_leader_epoch_on_isr_shrink
        && change.leader.is_none()
        && change.isr.is_some_and(|isr| !old.isr.is_subset(&isr))
    {
        change.leader = Some(old.leader);
    }
    change.last_known_elr = last_known_leader(before, &change, wish.rules);

    let changes_nothing = change.leader.is_none()
        && change.isr.is_none()
        && change.elr.is_none()
        && change.last_known_elr.is_none()
        && change.assignment == AssignmentChange::NONE
        && change.recovering == old.recovering;
    (!changes_nothing).then_some(change)
}

/// A reassignment that may be completed is, before anything else (`completeReassignmentIfNeeded`).
fn completed(wish: &Wish) -> Wish {
    match wish.assignment.complete(&wish.target_isr, wish.rules.completion) {
        Some((assignment, target_isr)) => Wish { assignment, target_isr, ..*wish },
        None => *wish,
    }
}

/// The list of one broker.
fn only(broker: BrokerId) -> BrokerList {
    BrokerList::EMPTY.with(broker)
}

/// The eligible leader replicas before the election (`maybePopulateTargetElr`).
fn eligible(before: &PartitionState, wish: &Wish) -> BrokerList {
    if !wish.rules.elr_enabled {
        return before.elr;
    }
    if wish.target_isr.len() >= wish.min_isr {
        return BrokerList::EMPTY;
    }
    let candidates = before.elr.iter().chain(before.registration.isr.iter());
    let known = candidates.fold(BrokerList::EMPTY, |known, id| if known.contains(id) { known } else { known.with(id) });
    // A hash set.
    set_of_brokers(known)
        .iter()
        .filter(|id| !wish.target_isr.contains(*id) && !wish.unclean_shutdown.contains(*id))
        .collect()
}

/// The election itself (`electAnyLeader`, `electPreferredLeader`). It never looks at log ends: every
/// member of the ISR holds all that is committed, so any of them will do.
fn elect(before: &PartitionState, wish: &Wish, elr: &BrokerList, acceptable: &impl Fn(BrokerId) -> bool) -> Elected {
    let (old, replicas) = (&before.registration, &wish.assignment.replicas);
    let in_sync = |id: BrokerId| wish.target_isr.contains(id) || (wish.target_isr.is_empty() && elr.contains(id));
    let valid = |id: &BrokerId| in_sync(*id) && acceptable(*id);
    let preferred = if wish.election == ElectionKind::Preferred { replicas.first() } else { None };

    let clean = preferred.filter(valid).or(old.leader.filter(valid)).or_else(|| replicas.iter().find(valid));
    if clean.is_some() {
        return Elected { leader: clean, unclean: false };
    }
    let may_lead = |leader: Option<BrokerId>| match wish.rules.last_known {
        LastKnownLeaderElection::Anyway => true,
        LastKnownLeaderElection::WhenActive => leader.is_some_and(acceptable),
    };
    if let LastKnownLeader::Was(leader) = before.last_known_elr
        && wish.rules.elr_enabled
        && elr.is_empty()
        && wish.target_isr.is_empty()
        && may_lead(leader)
    {
        return Elected { leader, unclean: true };
    }
    let any = if wish.election == ElectionKind::Unclean { replicas.iter().find(|id| acceptable(*id)) } else { None };
    Elected { leader: any, unclean: any.is_some() }
}

/// The last known leader is remembered when the partition is in want of it, and forgotten once there is a
/// leader again (`maybeUpdateLastKnownLeader`).
fn last_known_leader(before: &PartitionState, change: &PartitionChange, rules: ChangeRules) -> Option<LastKnownLeader> {
    if !rules.elr_enabled {
        return None;
    }
    let leader = LastKnownLeader::Was(before.registration.leader);
    let (due, over) = match rules.recorded {
        LastKnownLeaderRecord::WithEmptyIsr => {
            let will_lead = change.leader.unwrap_or(before.registration.leader).is_some();
            (change.isr.is_some_and(|isr| isr.is_empty()) && before.last_known_elr != leader, will_lead)
        }
        LastKnownLeaderRecord::WhenLeaderless => {
            let unset = before.last_known_elr == LastKnownLeader::Unset;
            (change.leader == Some(None) && unset, change.leader.flatten().is_some())
        }
    };
    if due {
        return Some(leader);
    }
    (over && before.last_known_elr != LastKnownLeader::Unset).then_some(LastKnownLeader::Unset)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::rules::KafkaVersion;
    use proptest::prelude::*;

    fn state(registration: PartitionRegistration) -> PartitionState {
        PartitionState::new(registration, EligibleReplicas::default(), Reassignment::default())
    }
    fn without_elr() -> ChangeRules {
        Rules::of(KafkaVersion::V4_0).into()
    }

    /// Some of the brokers 1 to 5, in any order.
    fn brokers() -> impl Strategy<Value = BrokerList> {
        proptest::collection::vec((1u8..=5).prop_map(BrokerId), 0..5).prop_map(|ids| ids.into_iter().collect())
    }

    prop_compose! {
        /// A partition that could have come about without ELR: an ISR within the replicas, never
        /// empty, and the leader, if any, in it.
        fn partition()(replicas in brokers(), isr in brokers(), leader: prop::sample::Index, led: bool, recovering: bool)
            -> PartitionState {
            let replicas = replicas.with(BrokerId(3));
            let isr: BrokerList = isr.iter().filter(|id| replicas.contains(*id)).collect();
            let isr = if isr.is_empty() { only(BrokerId(3)) } else { isr };
            let leader = led.then(|| isr.iter().nth(leader.index(isr.len())).expect("an index within the ISR"));
            let (leader_epoch, partition_epoch) = (LeaderEpoch(4), PartitionEpoch(9));
            state(PartitionRegistration { replicas, isr, leader, leader_epoch, partition_epoch, recovering })
        }
    }

    fn ids(ids: &[u8]) -> BrokerList {
        ids.iter().copied().map(BrokerId).collect()
    }
    /// Led by broker 1, alone in the ISR.
    fn led_by_1() -> PartitionState {
        state(PartitionRegistration {
            replicas: ids(&[1, 2]),
            isr: ids(&[1]),
            leader: Some(BrokerId(1)),
            leader_epoch: LeaderEpoch(4),
            partition_epoch: PartitionEpoch(9),
            recovering: false,
        })
    }
    /// Eligible leader replicas in a cluster of 4.0 that was told to have them, and in later ones.
    fn with_elr(version: KafkaVersion) -> ChangeRules {
        ChangeRules { elr_enabled: true, ..Rules::of(version).into() }
    }

    #[test]
    fn since_4_1_the_last_known_leader_leads_once_it_may() {
        let mut before = led_by_1();
        (before.registration.leader, before.registration.isr) = (None, BrokerList::EMPTY);
        before.last_known_elr = LastKnownLeader::Was(Some(BrokerId(1)));
        let change = |version| build(&before, &Wish::keeping(&before, 1, with_elr(version)), |_| false);
        let elected = change(KafkaVersion::V4_0).expect("it is elected while it is fenced");
        assert_eq!((elected.leader, elected.isr), (Some(Some(BrokerId(1))), Some(ids(&[1]))));
        assert_eq!(change(KafkaVersion::V4_1), None);
    }

    #[test]
    fn since_4_2_the_last_leader_is_remembered_as_leadership_is_lost() {
        for (version, first, then) in [
            (KafkaVersion::V4_1, LastKnownLeader::Unset, LastKnownLeader::Was(None)),
            (KafkaVersion::V4_2, LastKnownLeader::Was(Some(BrokerId(1))), LastKnownLeader::Was(Some(BrokerId(1)))),
        ] {
            // Both members may lead no more, and leave one after the other.
            let mut before = led_by_1();
            before.registration.isr = ids(&[1, 2]);
            let leaves = |before: &PartitionState, rest: &[u8]| {
                let wish = Wish { target_isr: ids(rest), ..Wish::keeping(before, 1, with_elr(version)) };
                before.merge(&build(before, &wish, |_| false).expect("a change"))
            };
            let after_one = leaves(&before, &[2]);
            assert_eq!((after_one.registration.leader, after_one.last_known_elr), (None, first), "{version:?}");
            assert_eq!(leaves(&after_one, &[]).last_known_elr, then, "{version:?}");
        }
    }

    proptest! {
        /// Whatever fails or returns: what the controller commits makes sense, and is committed once.
        #[test]
        fn without_elr_a_change_leads_to_a_sound_partition(
            before in partition(), gone in brokers(), alive in brokers(), election in 0..3usize,
        ) {
            let election = [ElectionKind::Online, ElectionKind::Unclean, ElectionKind::Preferred][election];
            let acceptable = |id| alive.contains(id) && !gone.contains(id);
            let target_isr = before.registration.isr.iter().filter(|id| !gone.contains(*id)).collect();
            let wish = Wish { target_isr, election, ..Wish::keeping(&before, 1, without_elr()) };
            let change = build(&before, &wish, acceptable);
            let (old, new) = (before.registration, change.map_or(before, |change| before.merge(&change)).registration);

            prop_assert!(!new.isr.is_empty() && new.isr.is_subset(&new.replicas));
            prop_assert!(new.leader.is_none_or(|leader| new.isr.contains(leader) && acceptable(leader)));
            let unclean = new.leader.is_some_and(|leader| !old.isr.contains(leader));
            prop_assert!(!unclean || (election == ElectionKind::Unclean && new.recovering && new.isr.len() == 1));
            prop_assert_eq!(new.leader_epoch.0 - old.leader_epoch.0, i32::from(new.leader != old.leader));
            prop_assert_eq!(new.partition_epoch.0 - old.partition_epoch.0, i32::from(new != old));

            let after = state(new);
            let again = Wish { election, ..Wish::keeping(&after, 1, without_elr()) };
            prop_assert_eq!(build(&after, &again, acceptable), None, "a second look finds nothing to do");
        }
    }
}
