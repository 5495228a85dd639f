//! What the scenario asked for and the run did not have: a judgement without it is one of another run. Only a fault that
//! says so (`may.miss`) may hit nobody.

use crate::history::fact::{Entry, Fact};
use crate::history::setup::{FaultSetup, Setup, TopicSetup};
use crate::protocol::catalog::{CONSUMER_OFFSETS, TRANSACTION_STATE, TopicEntry};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::NodeId;

/// What became of one fault of the scenario.
#[derive(Clone, Copy, Debug, Default)]
struct Strikes {
    /// How often it struck somebody.
    hit: u32,
    /// How often it was to strike and found nobody alive.
    missed: u32,
    /// How many of its strikes go on, and whom the last one hit: nobody in particular, if several.
    active: u32,
    node: NodeId,
    /// A record failed for whom it hit, while it went on.
    felt: bool,
}

/// What applications call is down: that is felt by who works on a record, and by nobody else.
const OUTAGE: &str = "service.outage";

/// A fault that hit nobody in a run, and may (`may.miss`).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MissedFault {
    /// Its place in the scenario's list, from 1 on.
    pub number: u16,
    /// A sentence.
    pub text: String,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct UnsimulatedFaults {
    faults: Vec<Strikes>,
    /// Those that are an outage of what applications call.
    outages: Vec<u16>,
    /// By topic: it is to be compacted, and nothing has come of that.
    never_compacted: Vec<bool>,
    /// By topic: a size, or a time shorter than the run, is all that it is to keep, and nothing of it was deleted.
    never_deleted: Vec<bool>,
}

impl UnsimulatedFaults {
    /// Before the first fact.
    pub fn new(setup: &Setup) -> UnsimulatedFaults {
        let outages = (0..).zip(&setup.faults).filter(|(_, fault)| fault.kind == OUTAGE).map(|(number, _)| number);
        let topics = setup.catalog.topics.iter().zip(&setup.topics);
        let is_own = |entry: &TopicEntry| ![CONSUMER_OFFSETS, TRANSACTION_STATE].contains(&entry.name.as_str());
        let asks = |(entry, topic): (&TopicEntry, &TopicSetup)| {
            is_own(entry) && topic.config.cleanup_policy.compact && setup.broker.log_cleaner_enable
        };
        let is_short = |topic: &TopicSetup| {
            let config = &topic.config;
            let by_time = config.retention.get().is_some_and(|age| age < setup.duration);
            config.cleanup_policy.delete && (by_time || config.retention_bytes.get().is_some())
        };
        let keeps_less = |(entry, topic): (&TopicEntry, &TopicSetup)| is_own(entry) && is_short(topic);
        UnsimulatedFaults {
            faults: vec![Strikes::default(); setup.faults.len()],
            outages: outages.collect(),
            never_compacted: topics.clone().map(asks).collect(),
            never_deleted: topics.map(keeps_less).collect(),
        }
    }

    /// Takes the next fact.
    #[inline]
    pub fn observe(&mut self, entry: &Entry, setup: &Setup) {
        match entry.fact {
            // Records without a key are refused: that is an effect as well.
            Fact::LogCleaned { tp, .. } | Fact::ProduceRefused { tp, error: ErrorCode::InvalidRecord, .. } => {
                if let Some(never) = self.never_compacted.get_mut(setup.catalog.topic_of(tp).0.index()) {
                    *never = false;
                }
            }
            Fact::SegmentsDeleted { tp, .. } => {
                if let Some(never) = self.never_deleted.get_mut(setup.catalog.topic_of(tp).0.index()) {
                    *never = false;
                }
            }
            Fact::FaultStarted { fault, node, .. } => self.fault(fault, |strikes| {
                (strikes.hit, strikes.active, strikes.node) = (strikes.hit + 1, strikes.active + 1, node);
            }),
            Fact::FaultEnded { fault, .. } => {
                self.fault(fault, |strikes| strikes.active = strikes.active.saturating_sub(1))
            }
            Fact::RecordFailed { node, .. } => {
                for fault in &self.outages {
                    let strikes = &mut self.faults[usize::from(*fault)];
                    strikes.felt |= strikes.active > 0 && (strikes.node == node || strikes.node == NodeId::NOBODY);
                }
            }
            Fact::FaultMissed { fault, .. } => self.fault(fault, |strikes| strikes.missed += 1),
            _ => {}
        }
    }

    fn fault(&mut self, fault: u16, count: impl Fn(&mut Strikes)) {
        if let Some(strikes) = self.faults.get_mut(usize::from(fault)) {
            count(strikes);
        }
    }

    /// One sentence each: the ignored settings first, then topics that were never compacted or cut, then the faults.
    pub fn list(&self, setup: &Setup) -> Vec<String> {
        let settings = setup.ignored.iter().map(ToString::to_string);
        let faults = self.faults(setup).filter(|(_, fault, _)| !fault.may_miss);
        let faults = faults.filter_map(|(name, fault, strikes)| match strikes {
            Strikes { hit: 0, missed: 0, .. } if fault.conditional => Some(never_struck(&name)),
            Strikes { hit: 1.., felt: false, .. } if fault.kind == OUTAGE => Some(failed_nobody(&name)),
            Strikes { missed: 0, .. } => None,
            Strikes { hit: 0, .. } => Some(format!("{name} hit nobody that was alive")),
            Strikes { hit, missed, .. } => {
                Some(format!("{name} hit nobody that was alive {missed} of {} times", hit + missed))
            }
        });
        let deleted = of_topics(setup, &self.never_deleted).map(|topic| {
            format!(
                "the retention of topic {} had no effect: nothing of it was deleted within the run (everything in the active segment, young enough, or not looked at: log.retention.check.interval.ms)",
                topic.name
            )
        });
        let compacted = of_topics(setup, &self.never_compacted).map(|topic| {
            format!(
                "`cleanup.policy: compact` of topic {} had no effect: no log of it was compacted within the run (everything in the active segment, too little dirty, or too young)",
                topic.name
            )
        });
        settings.chain(compacted).chain(deleted).chain(faults).collect()
    }

    /// A sentence for each fault that waited in vain and may (`may.miss`). Who hits nobody is told by the world.
    pub fn in_vain(&self, setup: &Setup) -> Vec<String> {
        let in_vain = |fault: &FaultSetup, strikes: &Strikes| {
            fault.may_miss && fault.conditional && matches!(strikes, Strikes { hit: 0, missed: 0, .. })
        };
        let faults = self.faults(setup).filter(|(_, fault, strikes)| in_vain(fault, strikes));
        faults.map(|(name, ..)| never_struck(&name)).collect()
    }

    /// The faults that hit nobody and may.
    pub fn missed(&self, setup: &Setup) -> Vec<MissedFault> {
        let missed = self.faults(setup).zip(1..).filter(|((_, fault, _), _)| fault.may_miss);
        let missed = missed.filter_map(|((name, fault, strikes), number)| {
            let text = match strikes {
                Strikes { hit: 0, missed: 0, .. } if fault.conditional => never_struck(&name),
                Strikes { hit: 1.., felt: false, .. } if fault.kind == OUTAGE => failed_nobody(&name),
                Strikes { hit: 0, missed: 1.., .. } => format!("{name} hit nobody that was alive"),
                _ => return None,
            };
            Some(MissedFault { number, text })
        });
        missed.collect()
    }

    fn faults<'s>(&'s self, setup: &'s Setup) -> impl Iterator<Item = (String, &'s FaultSetup, &'s Strikes)> {
        let faults = setup.faults.iter().zip(&self.faults).zip(1..);
        faults.map(|((fault, strikes), number)| (format!("fault {number} ({})", fault.label), fault, strikes))
    }
}

/// The topics of which something is so.
fn of_topics<'s>(setup: &'s Setup, are: &'s [bool]) -> impl Iterator<Item = &'s TopicEntry> {
    setup.catalog.topics.iter().zip(are).filter(|(_, is)| **is).map(|(topic, _)| topic)
}

fn failed_nobody(name: &str) -> String {
    format!("{name} failed nobody: no record was worked on while it lasted")
}

fn never_struck(name: &str) -> String {
    format!("{name} never struck: its condition did not come true")
}
