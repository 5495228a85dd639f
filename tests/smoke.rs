mod support;
use kafkasim::check::Judge;
use kafkasim::report::timeline::Timeline;
use kafkasim::world::World;
use kafkasim::world::spec::*;
use kafkasim::protocol::ids::*;
use kafkasim::sim::time::Nanos;
use std::rc::Rc;

fn go(spec: WorldSpec) {
    let t = std::time::Instant::now();
    let mut world = World::new(Rc::new(spec), 7);
    let mut watch = (Judge::new(world.setup().clone()), Timeline::new(world.setup().clone()));
    world.run(&mut watch);
    for l in watch.1.lines() { println!("{:>9} {:<14} {}", l.at.to_string(), l.who, l.text); }
    let j = watch.0.finish();
    println!("{:#?}", j.ledger);
    for f in &j.findings { println!("{:<4} {:<26} {:?}", f.invariant.code, f.invariant.id, f.outcome); }
    println!("{} events, {} facts, end {} wall {:?} {:?}", world.events(), world.digest().facts(), world.now(), t.elapsed(), world.warnings());
}
#[test]
fn quiet() { go(support::small(3, 1000, 2, 20)); }
#[test]
fn crash() {
    let mut s = support::small(3, 1000, 2, 40);
    s.faults.push(FaultSpec { trigger: Trigger::At(Nanos::from_secs(10)), label: "crash leader of orders-0".into(), action: Action::Crash { targets: vec![Target::LeaderOf(Tp(0))], restart_after: Some(Nanos::from_secs(8)) } });
    go(s);
}
