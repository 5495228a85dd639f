//! The causal cone of an event: what led to it, and what came of it.
//!
//! Every event of the queue has one cause, the event in whose handling it was put there. Over a
//! whole run that is a forest with the first events as roots. It is kept as a list while the run goes
//! on (see [`Causes`]) and becomes a graph only afterwards, for the one cone that somebody asks about.

use std::collections::BTreeMap;

use super::fact::Entry;
use super::record::{Causes, Record};

/// An event and the facts that were recorded in its handling.
#[derive(Clone, PartialEq, Debug)]
pub struct Moment {
    /// Its number.
    pub event: u64,
    /// Its facts, in order.
    pub facts: Vec<Entry>,
}

/// Part of the causal forest.
#[derive(Clone, Debug)]
pub struct Cone {
    /// The event that the cone belongs to comes first.
    moments: Vec<Moment>,
    /// By moment: its cause among them.
    causes: Vec<Option<usize>>,
}

impl Cone {
    fn of(tip: Moment) -> Cone {
        Cone { moments: vec![tip], causes: vec![None] }
    }
    fn add(&mut self, moment: Moment, cause: Option<usize>) -> usize {
        self.moments.push(moment);
        self.causes.push(cause);
        self.moments.len() - 1
    }

    /// What led to `event`: its cause, the cause of that, and so on, each with its facts.
    pub fn behind(record: &Record, causes: &Causes, event: u64) -> Cone {
        // Causes are smaller than their effects, so the chain is sorted, latest first.
        let chain: Vec<u64> = causes.chain(event).collect();
        let mut facts = facts_of(record, |e| chain.binary_search_by(|known| e.cmp(known)).is_ok());
        let mut moment = |event: u64| Moment { event, facts: facts.remove(&event).unwrap_or_default() };
        let mut cone = Cone::of(moment(event));
        let mut effect = 0;
        for cause in chain.into_iter().skip(1) {
            let node = cone.add(moment(cause), None);
            cone.causes[effect] = Some(node);
            effect = node;
        }
        cone
    }

    /// What came of `event`, directly or through others. Events without a fact of their own are
    /// there if they lie on the way to one with.
    pub fn ahead(record: &Record, causes: &Causes, event: u64) -> Cone {
        let descends = |e: u64| causes.chain(e).take_while(|known| *known >= event).any(|known| known == event);
        let mut cone = Cone::of(Moment { event, facts: Vec::new() });
        let mut places: BTreeMap<u64, usize> = BTreeMap::from([(event, 0)]);
        for (descendant, facts) in facts_of(record, descends) {
            let node = cone.place(&mut places, causes, descendant);
            cone.moments[node].facts = facts;
        }
        cone
    }
    /// The place of an event, made with all between it and what is there already.
    fn place(&mut self, places: &mut BTreeMap<u64, usize>, causes: &Causes, event: u64) -> usize {
        if let Some(place) = places.get(&event) {
            return *place;
        }
        let missing: Vec<u64> = causes.chain(event).take_while(|e| !places.contains_key(e)).collect();
        let mut cause = missing.last().and_then(|oldest| causes.of(*oldest)).and_then(|c| places.get(&c)).copied();
        for event in missing.into_iter().rev() {
            let node = self.add(Moment { event, facts: Vec::new() }, cause);
            places.insert(event, node);
            cause = Some(node);
        }
        places[&event]
    }

    /// All its moments with their causes among them, for those who want to draw or search it.
    pub fn moments(&self) -> impl Iterator<Item = (&Moment, Option<&Moment>)> {
        self.moments.iter().zip(&self.causes).map(|(moment, cause)| (moment, cause.map(|cause| &self.moments[cause])))
    }
    /// The event that the cone belongs to.
    pub fn tip(&self) -> &Moment {
        &self.moments[0]
    }
    /// The facts along the way from the first cause to the event, oldest first. For a cone ahead of
    /// an event: all facts in it, by time.
    pub fn story(&self) -> Vec<Entry> {
        let mut facts: Vec<Entry> = self.moments.iter().flat_map(|moment| moment.facts.iter().copied()).collect();
        facts.sort_by_key(|entry| (entry.at, entry.event));
        facts
    }
    /// How many steps lie between the event and its first cause.
    pub fn depth(&self) -> usize {
        std::iter::successors(self.causes[0], |cause| self.causes[*cause]).count()
    }
}

fn facts_of(record: &Record, wanted: impl Fn(u64) -> bool) -> BTreeMap<u64, Vec<Entry>> {
    let mut facts: BTreeMap<u64, Vec<Entry>> = BTreeMap::new();
    let mut last = None;
    for entry in record.entries().iter() {
        // The facts of one event follow each other: ask once for all of them.
        if last.is_none_or(|(event, _)| event != entry.event) {
            last = Some((entry.event, wanted(entry.event)));
        }
        if last.is_some_and(|(_, wanted)| wanted) {
            facts.entry(entry.event).or_default().push(*entry);
        }
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::Observer;
    use crate::history::fact::Fact;
    use crate::protocol::ids::BrokerId;
    use crate::sim::time::Nanos;

    /// Events 0 and 1 are first causes; 0 leads to 2 and 3, 3 to 4, 1 to 5.
    fn run() -> (Record, Causes) {
        let mut causes = Causes::default();
        [Causes::ROOT, Causes::ROOT, 0, 0, 3, 1].into_iter().for_each(|cause| causes.push(cause));
        let mut record = Record::default();
        for event in [0, 2, 4, 5] {
            let fact = Fact::BrokerFenced { broker: BrokerId(event as u8) };
            record.observe(&Entry { at: Nanos(event * 10), event, fact });
        }
        (record, causes)
    }

    fn events(cone: &Cone) -> Vec<u64> {
        cone.story().iter().map(|entry| entry.event).collect()
    }

    #[test]
    fn behind_an_event_lies_one_line_of_causes() {
        let (record, causes) = run();
        let cone = Cone::behind(&record, &causes, 4);
        assert_eq!(events(&cone), [0, 4]);
        assert_eq!((cone.depth(), cone.tip().event), (2, 4));
    }

    #[test]
    fn ahead_of_an_event_lies_all_that_it_led_to() {
        let (record, causes) = run();
        let cone = Cone::ahead(&record, &causes, 0);
        assert_eq!(events(&cone), [0, 2, 4]);
        // Event 3 has no fact, but event 4 came of it.
        assert_eq!(cone.moments().count(), 4);
        assert!(cone.moments().any(|(moment, cause)| moment.event == 4 && cause.is_some_and(|cause| cause.event == 3)));
        assert_eq!(cone.depth(), 0);
    }

    #[test]
    fn what_did_not_come_of_it_is_not_there() {
        let (record, causes) = run();
        assert_eq!(events(&Cone::ahead(&record, &causes, 1)), [5]);
    }
}
