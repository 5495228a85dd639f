//! Samples of all series. What does not change from one scrape to the next is kept once.

use std::collections::BTreeMap;

use crate::protocol::ids::{GroupId, NodeId, TopicId};
use crate::sim::time::Nanos;

/// A value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Value {
    /// A number of whatever the family counts.
    Count(i64),
    /// A time.
    Time(Nanos),
}

/// What a sample is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub(super) struct Labels {
    /// The process that was scraped; none: an exporter, which is no process of the run.
    pub node: Option<NodeId>,
    pub group: Option<GroupId>,
    pub topic: Option<TopicId>,
    /// The partition's number in its topic.
    pub partition: Option<u32>,
}

/// The same value in several scrapes that follow each other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Stretch {
    first: u32,
    /// The first scrape after it.
    end: u32,
    value: Value,
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub(super) struct Samples {
    /// How many scrapes are over.
    scrapes: u32,
    /// By the family's number in the catalogue, and by labels.
    series: BTreeMap<(usize, Labels), Vec<Stretch>>,
}

/// A series.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sampled<'s> {
    /// The family's number in the catalogue.
    pub family: usize,
    /// What it is about.
    pub labels: Labels,
    stretches: &'s [Stretch],
}

impl Sampled<'_> {
    /// The number of the scrape, and the value: those in which there was one.
    pub fn values(&self) -> impl Iterator<Item = (u32, Value)> + '_ {
        self.stretches.iter().flat_map(|stretch| (stretch.first..stretch.end).map(|scrape| (scrape, stretch.value)))
    }
}

impl Samples {
    /// A sample of the scrape that goes on.
    pub fn push(&mut self, family: usize, labels: Labels, value: Value) {
        let now = self.scrapes;
        let stretches = self.series.entry((family, labels)).or_default();
        match stretches.last_mut() {
            Some(last) if last.end == now && last.value == value => last.end += 1,
            _ => stretches.push(Stretch { first: now, end: now + 1, value }),
        }
    }
    /// The scrape is over.
    pub fn next_scrape(&mut self) {
        self.scrapes += 1;
    }
    /// All series, by family and by labels.
    pub fn all(&self) -> impl Iterator<Item = Sampled<'_>> {
        self.series.iter().map(|((family, labels), stretches)| Sampled { family: *family, labels: *labels, stretches })
    }
}
