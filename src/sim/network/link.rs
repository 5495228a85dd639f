//! The directed links: how long they take, and which faults are on them.

use super::LinkSpec;
use crate::sim::random::{Sampler, Stream};
use crate::sim::time::Nanos;

/// All links, row by sender; a row is made when its node first sends.
#[derive(Clone, Debug)]
pub(super) struct Links {
    nodes: u32,
    seed: u64,
    /// Specs in use, the default first. Links share them, so that a sampler is built once.
    specs: Vec<(LinkSpec, Sampler)>,
    /// Some link has a bandwidth.
    any_limit: bool,
    rows: Vec<Vec<Link>>,
}

#[derive(Clone, Debug)]
struct Link {
    spec: u32,
    slow: u32,
    cuts: u32,
    /// Cuts of either direction.
    stalls: u32,
    clogged_until: Nanos,
    connects_blocked: bool,
    random: Option<Box<Stream>>,
}

/// Why a packet may not arrive now.
pub(super) enum Fault {
    Stalled,
    CloggedUntil(Nanos),
}

impl Link {
    const HEALTHY: Link = Link {
        spec: 0,
        slow: 1,
        cuts: 0,
        stalls: 0,
        clogged_until: Nanos::ZERO,
        connects_blocked: false,
        random: None,
    };
}

impl Links {
    pub(super) fn new(nodes: u32, default: &LinkSpec, seed: u64) -> Links {
        let mut links =
            Links { nodes, seed, specs: Vec::new(), any_limit: false, rows: vec![Vec::new(); nodes as usize] };
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

    /// One draw of the time from `from` to `to`.
    #[inline]
    pub(super) fn latency(&mut self, from: u32, to: u32) -> Nanos {
        let link = link_in(&mut self.rows, self.nodes, from, to);
        let seed = self.seed;
        let random = link.random.get_or_insert_with(|| stream(seed, from, to));
        let latency = self.specs[link.spec as usize].1.sample(random);
        latency.saturating_mul(u64::from(link.slow))
    }

    /// What keeps a packet from arriving now, if anything does.
    #[inline]
    pub(super) fn fault(&self, from: u32, to: u32, now: Nanos) -> Option<Fault> {
        let link = self.link(from, to)?;
        if link.stalls > 0 {
            Some(Fault::Stalled)
        } else if now < link.clogged_until {
            Some(Fault::CloggedUntil(link.clogged_until))
        } else {
            None
        }
    }

    pub(super) fn cut(&mut self, from: u32, to: u32) {
        self.link_mut(from, to).cuts += 1;
        self.for_both_ways(from, to, |link| link.stalls += 1);
    }

    /// Whether packets pass again between the two that did not before.
    pub(super) fn mend(&mut self, from: u32, to: u32) -> bool {
        let link = self.link_mut(from, to);
        if link.cuts == 0 {
            return false;
        }
        link.cuts -= 1;
        self.for_both_ways(from, to, |link| link.stalls -= 1);
        self.link_mut(from, to).stalls == 0
    }

    fn for_both_ways(&mut self, a: u32, b: u32, change: impl Fn(&mut Link)) {
        change(self.link_mut(a, b));
        if a != b {
            change(self.link_mut(b, a));
        }
    }

    pub(super) fn block_connects(&mut self, from: u32, to: u32, blocked: bool) {
        self.link_mut(from, to).connects_blocked = blocked;
    }

    pub(super) fn connects_blocked(&self, from: u32, to: u32) -> bool {
        self.link(from, to).is_some_and(|link| link.connects_blocked)
    }

    pub(super) fn set_slow(&mut self, from: u32, to: u32, factor: u32) {
        self.link_mut(from, to).slow = factor.max(1);
    }

    pub(super) fn clog(&mut self, from: u32, to: u32, until: Nanos) {
        let clogged = &mut self.link_mut(from, to).clogged_until;
        *clogged = (*clogged).max(until);
    }
}

#[inline]
fn link_in(rows: &mut [Vec<Link>], nodes: u32, from: u32, to: u32) -> &mut Link {
    let row = &mut rows[from as usize];
    if row.is_empty() {
        row.resize(nodes as usize, Link::HEALTHY);
    }
    &mut row[to as usize]
}

#[cold]
fn stream(seed: u64, from: u32, to: u32) -> Box<Stream> {
    Box::new(Stream::new(seed, &format!("link {from}->{to}")))
}
