//! The directed links: how long they take, and which faults are on them.

use super::LinkSpec;
use crate::sim::factors::Factors;
use crate::sim::random::{Sampler, Stream};
use crate::sim::time::{Nanos, span_of};

/// What can be wrong with one direction of a link. Faults stack: each is begun and ended by itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LinkFault {
    /// Nothing passes. What passes the other way arrives, but its acknowledgements do not get back.
    Cut,
    /// The receiver does not answer to new connections; those that exist live on.
    NoConnects,
    /// Latency times this.
    Slow(u32),
    /// So much more latency.
    Late(Nanos),
    /// No more than so many bytes per second.
    Narrow(u64),
    /// What arrives is held back, then comes all at once.
    Clogged,
}

/// All links, row by sender; a row is made when its node first sends.
#[derive(Clone, Debug)]
pub(super) struct Links {
    nodes: u32,
    seed: u64,
    /// Specs in use, the default first. Links share them, so that a sampler is built once.
    specs: Vec<(LinkSpec, Sampler)>,
    /// Some link has a bandwidth, or had one.
    any_limit: bool,
    /// No latency is shorter.
    least: Nanos,
    rows: Vec<Vec<Link>>,
}

#[derive(Clone, Debug)]
struct Link {
    spec: u32,
    /// All slowdowns together.
    slow: u64,
    late: Nanos,
    cuts: u32,
    /// Cuts of either direction.
    stalls: u32,
    clogs: u32,
    no_connects: u32,
    random: Option<Box<Stream>>,
    faults: Option<Box<Faults>>,
}

/// Those faults of a link that are more than a count.
#[derive(Clone, Debug, Default)]
struct Faults {
    slow: Factors,
    late: Vec<Nanos>,
    narrow: Vec<u64>,
    /// When the narrow place has passed everything on so far.
    free: Nanos,
}

/// Why a packet may not arrive now.
pub(super) enum Obstacle {
    /// The link is cut, or the way back for acknowledgements alone.
    Stalled {
        way_is_open: bool,
    },
    Clogged,
}

impl Link {
    const HEALTHY: Link = Link {
        spec: 0,
        slow: 1,
        late: Nanos::ZERO,
        cuts: 0,
        stalls: 0,
        clogs: 0,
        no_connects: 0,
        random: None,
        faults: None,
    };

    /// What every packet asks, from the faults in force.
    fn reckon(&mut self) {
        let Some(faults) = &self.faults else { return };
        self.slow = faults.slow.product();
        self.late = faults.late.iter().fold(Nanos::ZERO, |sum, late| sum.saturating_add(*late));
    }
}

impl Links {
    pub(super) fn new(nodes: u32, default: &LinkSpec, seed: u64) -> Links {
        let mut links = Links {
            nodes,
            seed,
            specs: Vec::new(),
            any_limit: false,
            least: Nanos::ZERO,
            rows: vec![Vec::new(); nodes as usize],
        };
        links.intern(default);
        links
    }

    fn intern(&mut self, spec: &LinkSpec) -> u32 {
        assert!(spec.bytes_per_second != Some(0), "a link needs bandwidth");
        self.any_limit |= spec.bytes_per_second.is_some();
        let known = self.specs.iter().position(|(other, _)| other == spec);
        let index = known.unwrap_or_else(|| {
            self.specs.push((*spec, spec.latency.compile()));
            self.specs.len() - 1
        });
        index as u32
    }

    #[inline]
    fn link(&self, from: u32, to: u32) -> Option<&Link> {
        self.rows[from as usize].get(to as usize)
    }

    #[inline]
    fn link_mut(&mut self, from: u32, to: u32) -> &mut Link {
        link_in(&mut self.rows, self.nodes, from, to)
    }

    pub(super) fn set_spec(&mut self, from: u32, to: u32, spec: &LinkSpec) {
        let spec = self.intern(spec);
        self.link_mut(from, to).spec = spec;
    }

    #[inline]
    pub(super) fn bandwidth(&self, from: u32, to: u32) -> Option<u64> {
        // Nearly always no link has a limit.
        if !self.any_limit {
            return None;
        }
        let spec = self.link(from, to).map_or(0, |link| link.spec);
        self.specs[spec as usize].0.bytes_per_second
    }

    /// When `bytes` that left the card at `at` are through the narrow places of the link.
    #[inline]
    pub(super) fn squeeze(&mut self, from: u32, to: u32, at: Nanos, bytes: u64) -> Nanos {
        if !self.any_limit {
            return at;
        }
        let Some(faults) = self.link_mut(from, to).faults.as_mut() else { return at };
        let Some(narrowest) = faults.narrow.iter().copied().min() else { return at };
        faults.free = faults.free.max(at) + span_of(bytes, narrowest);
        faults.free
    }

    /// No hop takes less than this from now on.
    pub(super) fn set_least(&mut self, least: Nanos) {
        self.least = least;
    }

    /// One draw of the time from `from` to `to`.
    #[inline]
    pub(super) fn latency(&mut self, from: u32, to: u32) -> Nanos {
        let link = link_in(&mut self.rows, self.nodes, from, to);
        let seed = self.seed;
        let random = link.random.get_or_insert_with(|| stream(seed, from, to));
        let latency = self.specs[link.spec as usize].1.sample(random);
        latency.saturating_mul(link.slow).saturating_add(link.late).max(self.least)
    }

    /// A time from `from` to `to` to reckon with, without a draw.
    pub(super) fn typical(&self, from: u32, to: u32) -> Nanos {
        let link = self.link(from, to).unwrap_or(&Link::HEALTHY);
        let latency = self.specs[link.spec as usize].0.latency.typical();
        latency.saturating_mul(link.slow).saturating_add(link.late).max(self.least)
    }

    /// What keeps a packet from arriving now, if anything does.
    #[inline]
    pub(super) fn obstacle(&self, from: u32, to: u32) -> Option<Obstacle> {
        let link = self.link(from, to)?;
        if link.stalls | link.clogs == 0 {
            return None;
        }
        Some(if link.stalls > 0 { Obstacle::Stalled { way_is_open: link.cuts == 0 } } else { Obstacle::Clogged })
    }

    /// Something goes wrong, beside what is wrong already.
    pub(super) fn begin(&mut self, from: u32, to: u32, fault: LinkFault) {
        self.any_limit |= matches!(fault, LinkFault::Narrow(_));
        let link = self.link_mut(from, to);
        match fault {
            LinkFault::Cut => {
                link.cuts += 1;
                self.for_both_ways(from, to, |link| link.stalls += 1);
            }
            LinkFault::NoConnects => link.no_connects += 1,
            LinkFault::Clogged => link.clogs += 1,
            LinkFault::Slow(factor) => link.faults.get_or_insert_default().slow.push(factor),
            LinkFault::Late(late) => link.faults.get_or_insert_default().late.push(late),
            LinkFault::Narrow(bytes) => link.faults.get_or_insert_default().narrow.push(bytes),
        }
        self.link_mut(from, to).reckon();
    }

    /// Takes back one fault that was begun like this. Returns whether it was there.
    pub(super) fn end(&mut self, from: u32, to: u32, fault: LinkFault) -> bool {
        let link = self.link_mut(from, to);
        let known = match fault {
            LinkFault::Cut => take_one(&mut link.cuts),
            LinkFault::NoConnects => take_one(&mut link.no_connects),
            LinkFault::Clogged => take_one(&mut link.clogs),
            LinkFault::Slow(factor) => {
                link.faults.get_or_insert_default().slow.take_back(factor);
                true
            }
            LinkFault::Late(late) => take_back(&mut link.faults.get_or_insert_default().late, &late),
            LinkFault::Narrow(bytes) => take_back(&mut link.faults.get_or_insert_default().narrow, &bytes),
        };
        link.reckon();
        if known && fault == LinkFault::Cut {
            self.for_both_ways(from, to, |link| link.stalls -= 1);
        }
        known
    }

    fn for_both_ways(&mut self, a: u32, b: u32, change: impl Fn(&mut Link)) {
        change(self.link_mut(a, b));
        if a != b {
            change(self.link_mut(b, a));
        }
    }

    pub(super) fn connects_blocked(&self, from: u32, to: u32) -> bool {
        self.link(from, to).is_some_and(|link| link.no_connects > 0)
    }

    /// Whether no fault is on any link.
    #[cfg(test)]
    pub(super) fn are_healthy(&self) -> bool {
        self.rows.iter().flatten().all(|link| {
            let counts = link.cuts + link.stalls + link.clogs + link.no_connects;
            let narrow = link.faults.as_ref().is_some_and(|faults| !faults.narrow.is_empty());
            counts == 0 && link.slow == 1 && link.late == Nanos::ZERO && !narrow
        })
    }
}

fn take_one(count: &mut u32) -> bool {
    let known = *count > 0;
    *count -= u32::from(known);
    known
}

fn take_back<T: PartialEq>(list: &mut Vec<T>, item: &T) -> bool {
    let place = list.iter().position(|other| other == item);
    place.map(|place| list.swap_remove(place)).is_some()
}

#[inline(always)]
fn link_in(rows: &mut [Vec<Link>], nodes: u32, from: u32, to: u32) -> &mut Link {
    let row = &mut rows[from as usize];
    if row.is_empty() {
        lay_out(row, nodes);
    }
    &mut row[to as usize]
}

#[cold]
fn lay_out(row: &mut Vec<Link>, nodes: u32) {
    row.resize(nodes as usize, Link::HEALTHY);
}

#[cold]
fn stream(seed: u64, from: u32, to: u32) -> Box<Stream> {
    Box::new(Stream::new(seed, &format!("link {from}->{to}")))
}
