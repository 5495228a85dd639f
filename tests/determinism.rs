//! Same world, same seed: the same history, however it was run.

mod support;

use std::rc::Rc;

use kafkasim::check::{Judge, Judgement};
use kafkasim::history::Observer;
use kafkasim::history::digest::{Digest, LINK};
use kafkasim::history::fact::{Entry, Fact};
use kafkasim::history::jsonl::{Export, import};
use kafkasim::history::record::Recording;
use kafkasim::protocol::ids::{BrokerId, NodeId, Tp};
use kafkasim::sim::time::Nanos;
use kafkasim::world::World;
use kafkasim::world::spec::{Action, FaultSpec, Target, Trigger, WorldSpec};

const SEED: u64 = 11;

/// Nothing goes wrong.
fn quiet() -> WorldSpec {
    WorldSpec { name: "quiet".into(), ..support::small(3, 100, 2, 10) }
}

/// The leader of partition 0 dies and comes back; its producer's connections are reset meanwhile.
fn crash() -> WorldSpec {
    let mut spec = support::small(2, 100, 2, 25);
    spec.name = "crash".into();
    let leader = vec![Target::LeaderOf(Tp(0))];
    spec.faults = vec![
        fault(
            8,
            "crash leader of orders-0",
            Action::Crash { targets: leader, restart_after: Some(Nanos::from_secs(12).into()) },
        ),
        fault(9, "reset", Action::ResetConnections { between: vec![Target::Others], and: vec![Target::RandomBroker] }),
    ];
    spec
}

/// A broker is cut off, another's disk is slow, then all lose power.
fn storm() -> WorldSpec {
    let mut spec = support::small(2, 100, 3, 30);
    spec.name = "storm".into();
    let one = vec![Target::Node(spec.catalog.broker_node(BrokerId(1)))];
    let two = vec![Target::Node(spec.catalog.broker_node(BrokerId(2)))];
    let cut = Action::Partition { groups: vec![one, vec![Target::Others]], duration: Some(Nanos::from_secs(6).into()) };
    let power =
        Action::PowerLoss { targets: vec![Target::AllBrokers], restart_after: Some(Nanos::from_secs(2).into()) };
    spec.faults = vec![
        fault(5, "cut off broker 1", cut),
        fault(
            6,
            "slow disk",
            Action::DiskSlow { targets: two, factor: 20, duration: Some(Nanos::from_secs(5).into()) },
        ),
        fault(20, "power loss", power),
    ];
    spec
}

fn fault(at: u64, label: &str, action: Action) -> FaultSpec {
    FaultSpec { trigger: Trigger::At(Nanos::from_secs(at)), action, label: label.into(), may_miss: false }
}

fn worlds() -> Vec<Rc<WorldSpec>> {
    [quiet(), crash(), storm()].map(Rc::new).into()
}

/// Runs to the end.
fn straight(spec: &Rc<WorldSpec>, seed: u64) -> (World, Recording) {
    let mut world = World::new(spec, seed);
    let mut record = Recording::default();
    world.run(&mut record);
    (world, record)
}

/// The digest of a world's history. The judge's opinion would be worth little if nothing happened.
fn digest(spec: &Rc<WorldSpec>, seed: u64) -> Digest {
    let (world, record) = straight(spec, seed);
    assert!(record.entries().len() > 1000, "a world in which something happens");
    world.digest().clone()
}

#[test]
fn twice_in_one_process() {
    for spec in worlds() {
        assert_eq!(digest(&spec, SEED), digest(&spec, SEED), "{}", spec.name);
    }
}

#[test]
fn another_seed_is_another_history() {
    let spec = Rc::new(crash());
    let (one, other) = (digest(&spec, 1), digest(&spec, 2));
    assert_ne!(one.value(), other.value());
    assert_eq!(one.first_difference(&other), Some(0), "latencies differ from the first message on");
}

#[test]
fn whoever_watches_changes_nothing() {
    let spec = Rc::new(crash());
    let mut alone = World::new(&spec, SEED);
    alone.run(&mut ());
    let mut watched = World::new(&spec, SEED);
    watched.record_causes();
    let mut observers = (Recording::default(), Judge::new(watched.setup().clone()));
    watched.run(&mut observers);
    assert_eq!(alone.digest(), watched.digest());
    assert_eq!(alone.events(), watched.events());
}

#[test]
fn stepping_is_running() {
    for spec in worlds() {
        let mut world = World::new(&spec, SEED);
        let mut steps = 1;
        while world.step(&mut ()) {
            steps += 1;
        }
        assert_eq!(*world.digest(), digest(&spec, SEED), "{}", spec.name);
        assert_eq!(steps, world.events());
    }
}

#[test]
fn running_in_pieces_is_running() {
    let spec = Rc::new(storm());
    let mut world = World::new(&spec, SEED);
    for ms in (0..120_000).step_by(137) {
        world.run_until(Nanos::from_millis(ms), &mut ());
    }
    assert_eq!(*world.digest(), digest(&spec, SEED));
}

/// A checkpoint is a clone. Both it and the original go on as if nothing had been done.
#[test]
fn a_checkpoint_goes_on_as_the_original() {
    for spec in worlds() {
        let whole = digest(&spec, SEED);
        let mut world = World::new(&spec, SEED);
        // Before anything, in the start-up, before and after the faults strike, and in the last read phase.
        for at in [0, 1, 8, 9, 22, 31] {
            world.run_until(Nanos::from_secs(at), &mut ());
            let mut checkpoint = world.clone();
            checkpoint.run(&mut ());
            assert_eq!(*checkpoint.digest(), whole, "{} from {at} s", spec.name);
        }
        world.run(&mut ());
        assert_eq!(*world.digest(), whole, "{}", spec.name);
    }
}

/// Going back and taking the same way again gives the same facts, not only the same sum.
#[test]
fn a_branch_taken_twice() {
    let mut world = World::new(&crash(), SEED);
    world.run_until(Nanos::from_millis(7_990), &mut ());
    let branch = |checkpoint: &World| {
        let (mut world, mut record) = (checkpoint.clone(), Recording::default());
        world.run_until(Nanos::from_secs(16), &mut record);
        record
    };
    let (one, other) = (branch(&world), branch(&world));
    assert!(one.entries().iter().any(|e| matches!(e.fact, Fact::ProcessStopped { .. })), "the crash is on the branch");
    assert!(one.entries().iter().eq(other.entries().iter()));
}

fn absorb(entries: impl Iterator<Item = Entry>) -> Digest {
    entries.fold(Digest::default(), |mut digest, entry| {
        digest.absorb(&entry);
        digest
    })
}

/// A history of three and a half links in which one fact may be another.
fn long_history(changed: Option<u64>) -> Digest {
    absorb((0..LINK * 7 / 2).map(|i| {
        let node = NodeId(u16::from(changed == Some(i)));
        Entry { at: Nanos(i), event: i, fact: Fact::ProcessStarted { node } }
    }))
}

#[test]
fn the_chain_finds_the_block_of_the_first_difference() {
    let original = long_history(None);
    assert_eq!(original.chain().len(), 3);
    assert_eq!(original.first_difference(&long_history(None)), None);
    for (changed, block) in [(0, 0), (LINK - 1, 0), (LINK, 1), (3 * LINK - 1, 2), (3 * LINK, 3), (LINK * 7 / 2 - 1, 3)]
    {
        let other = long_history(Some(changed));
        assert_eq!(original.first_difference(&other), Some(block), "fact {changed} changed");
        assert_eq!(other.first_difference(&original), Some(block), "either way round");
    }
    let shorter =
        absorb((0..LINK * 2).map(|i| Entry { at: Nanos(i), event: i, fact: Fact::ProcessStarted { node: NodeId(0) } }));
    assert_eq!(original.first_difference(&shorter), Some(2), "one stops where the other goes on");
}

#[test]
fn the_digest_covers_time_words_and_order_and_no_event_numbers() {
    let entry = |at, event, node| Entry { at: Nanos(at), event, fact: Fact::ProcessStarted { node: NodeId(node) } };
    let of = |entries: &[Entry]| absorb(entries.iter().copied()).value();
    let base = of(&[entry(1, 1, 1), entry(2, 2, 2)]);
    assert_eq!(base, of(&[entry(1, 7, 1), entry(2, 9, 2)]), "a kernel that needs other events keeps the digest");
    assert_ne!(base, of(&[entry(1, 1, 1), entry(3, 2, 2)]), "another time");
    assert_ne!(base, of(&[entry(1, 1, 1), entry(2, 2, 3)]), "another word");
    assert_ne!(base, of(&[entry(2, 2, 2), entry(1, 1, 1)]), "another order");
}

/// What is written and read back is judged alike, by the same judge that watched it happen.
#[test]
fn a_recorded_history_is_judged_alike() {
    for spec in worlds() {
        let mut world = World::new(&spec, SEED);
        world.record_causes();
        let (mut file, mut judge) = (Vec::new(), Judge::new(world.setup().clone()));
        let mut export = Export::new(&mut file, world.setup());
        world.run(&mut (&mut export, &mut judge));
        export.finish(world.causes()).expect("memory does not fail");
        let live = judge.finish();

        let imported = import(std::str::from_utf8(&file).expect("JSON is text")).expect("what was written can be read");
        assert_eq!(imported.digest, *world.digest(), "{}", spec.name);
        assert_eq!(imported.setup, **world.setup(), "{}", spec.name);
        assert_eq!(judged(&imported.entries, &world), live, "{}", spec.name);
    }
}

fn judged(entries: &[Entry], world: &World) -> Judgement {
    let mut judge = Judge::new(world.setup().clone());
    entries.iter().for_each(|entry| judge.observe(entry));
    judge.finish()
}

/// The same numbers in debug and release, and on every machine: this snapshot is met by all of them.
///
/// A change of the model changes them; then `INSTA_UPDATE=always cargo test --test determinism`
/// writes the new ones. A change of the kernel alone must not.
#[test]
fn digests_are_the_same_in_every_build() {
    let lines: Vec<String> = worlds()
        .iter()
        .map(|spec| {
            let digest = digest(spec, SEED);
            format!("{:6} seed {SEED}  {digest}  {} facts\n", spec.name, digest.facts())
        })
        .collect();
    insta::with_settings!({
        snapshot_path => concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"),
        prepend_module_to_snapshot => false,
    }, {
        insta::assert_snapshot!("digests", lines.concat());
    });
}
