//! A quorum of three controllers: C1, C3, C4, C9, V15.

use super::story::*;
use super::{Case, Excused, Holds, Violated};
use crate::history::fact::*;
use crate::history::setup::FaultSetup;
use crate::protocol::catalog::NodeRole;
use crate::protocol::ids::*;

#[test]
fn stories() {
    Case::check_all(CASES);
}

const C100: ControllerId = ControllerId(100);
const C101: ControllerId = ControllerId(101);

/// What controllers tell.
struct Acts<'s>(&'s mut Story);

impl Acts<'_> {
    fn vote(&mut self, controller: ControllerId, candidate: ControllerId, epoch: i32) {
        self.0.act();
        self.0.tell(Fact::RaftVoteGranted { controller, candidate, epoch: LeaderEpoch(epoch) });
    }
    fn elect(&mut self, controller: ControllerId, epoch: i32, start: i64) {
        self.0.act();
        self.0.tell(Fact::RaftLeaderElected { controller, epoch: LeaderEpoch(epoch), start: Offset(start) });
    }
    fn activate(&mut self, controller: ControllerId, epoch: i32) {
        self.0.tell(Fact::ControllerActivated { controller, epoch: LeaderEpoch(epoch) });
    }
    fn commit(&mut self, controller: ControllerId, end: i64, chain: u32) {
        self.0.act();
        let (epoch, end) = (LeaderEpoch(1), Offset(end));
        self.0.tell(Fact::MetadataCommitted { controller, epoch, end, chain });
    }
    /// The process of the second or third controller ends.
    fn stop(&mut self, name: &str, kind: StopKind) {
        let node = self.0.setup.catalog.node(name).expect("one of three");
        self.0.stop(node, kind);
    }
}

/// Everybody runs; the first of three controllers is elected and active.
fn three(s: &mut Story) -> Acts<'_> {
    for id in [101, 102] {
        s.setup.catalog.add_node(format!("controller {id}"), NodeRole::Controller(id));
    }
    s.setup.faults.push(FaultSetup {
        label: "a disk lies".into(),
        kind: "disk.lying.flush".into(),
        ends: false,
        conditional: false,
        factor: 0,
        may_miss: false,
    });
    s.boot();
    let mut acts = Acts(s);
    acts.vote(C100, C100, 1);
    acts.vote(C101, C100, 1);
    acts.elect(C100, 1, 0);
    acts.activate(C100, 1);
    acts
}
/// A disk lies, and the machine of a controller loses its power.
fn forget(acts: &mut Acts<'_>) {
    acts.0.tell(Fact::FaultStarted { fault: 1, occurrence: 0, node: NodeId(3) });
    acts.stop("controller 101", StopKind::PowerLoss);
}

pub(super) const CASES: &[Case] = &[
    Case {
        id: "one-controller-per-epoch",
        about: "two votes make one of three the leader",
        tell: |s| {
            three(s);
        },
        expected: Holds(3),
    },
    Case {
        id: "one-controller-per-epoch",
        about: "another one is elected in the same epoch",
        tell: |s| three(s).elect(C101, 1, 0),
        expected: Violated(None, None),
    },
    Case {
        id: "one-controller-per-epoch",
        about: "a voter votes for two",
        tell: |s| three(s).vote(C101, C101, 1),
        expected: Violated(None, None),
    },
    Case {
        id: "one-controller-per-epoch",
        about: "a voter whose disk lied has forgotten its vote",
        tell: |s| {
            let mut acts = three(s);
            forget(&mut acts);
            acts.vote(C101, C101, 1);
        },
        expected: Excused("lied about flushes"),
    },
    Case {
        id: "metadata-prefix",
        about: "the leader and a follower have the same log",
        tell: |s| {
            let mut acts = three(s);
            acts.commit(C100, 5, 77);
            acts.commit(C101, 5, 77);
        },
        expected: Holds(2),
    },
    Case {
        id: "metadata-prefix",
        about: "they do not",
        tell: |s| {
            let mut acts = three(s);
            acts.commit(C100, 5, 77);
            acts.commit(C101, 5, 78);
        },
        expected: Violated(None, None),
    },
    Case {
        id: "metadata-commit-durable",
        about: "the next leader has what was committed",
        tell: |s| {
            let mut acts = three(s);
            acts.commit(C100, 5, 77);
            acts.elect(C101, 2, 5);
        },
        expected: Holds(2),
    },
    Case {
        id: "metadata-commit-durable",
        about: "it has less",
        tell: |s| {
            let mut acts = three(s);
            acts.commit(C100, 5, 77);
            acts.elect(C101, 2, 4);
        },
        expected: Violated(None, None),
    },
    Case {
        id: "metadata-commit-durable",
        about: "it has less, for its disk lied",
        tell: |s| {
            let mut acts = three(s);
            acts.commit(C100, 5, 77);
            forget(&mut acts);
            acts.elect(C101, 2, 4);
        },
        expected: Excused("lied about flushes"),
    },
    Case {
        id: "metadata-needs-majority",
        about: "two of three run",
        tell: |s| {
            let mut acts = three(s);
            acts.stop("controller 101", StopKind::Crash);
            acts.0.wait(60);
            acts.commit(C100, 5, 77);
        },
        expected: Holds(1),
    },
    Case {
        id: "metadata-needs-majority",
        about: "one of three runs, and commits all the same",
        tell: |s| {
            let mut acts = three(s);
            acts.stop("controller 101", StopKind::Crash);
            acts.stop("controller 102", StopKind::Crash);
            acts.0.wait(60);
            acts.commit(C100, 5, 77);
        },
        expected: Violated(None, None),
    },
    Case {
        id: "controller-exists",
        about: "one is active, soon and in the end",
        tell: |s| three(s).0.end_after(60),
        expected: Holds(2),
    },
    Case {
        id: "controller-exists",
        about: "the active one dies, and nobody follows it",
        tell: |s| {
            let mut acts = three(s);
            acts.stop("controller 100", StopKind::Crash);
            acts.0.end_after(60);
        },
        expected: Violated(None, None),
    },
    Case {
        id: "controller-exists",
        about: "another one is the active one, but after a minute",
        tell: |s| {
            let mut acts = three(s);
            acts.stop("controller 100", StopKind::Crash);
            acts.0.wait(60);
            acts.elect(C101, 2, 0);
            acts.activate(C101, 2);
        },
        expected: Violated(None, None),
    },
    Case {
        id: "controller-exists",
        about: "two of three are dead",
        tell: |s| {
            let mut acts = three(s);
            acts.stop("controller 100", StopKind::Crash);
            acts.stop("controller 101", StopKind::Crash);
            acts.0.end_after(60);
        },
        expected: Excused("no majority"),
    },
];
