//! One past, two futures: stop a run when something is so, look around with Kafka's own tools, and let copies of
//! the world go on differently.
//!
//! A clone of a world is a checkpoint: it goes on exactly as the original. So one can ask what would have happened.
//!
//!     cargo run --example two_futures

use kafkasim::history::bound::Bound;
use kafkasim::history::state::Statement;
use kafkasim::run::Run;
use kafkasim::run::condition::Holds;
use kafkasim::scenario::{self, ScenarioText};
use kafkasim::sim::time::Nanos;
use kafkasim::tools::{print, topics};

const SCENARIO: &str = "
name: shrinking
duration: 40s
topics:
  orders: { partitions: 2, replication.factor: 3, min.insync.replicas: 2 }
producers:
  shop: { topic: orders, rate: 50/s }
faults:
  - at: 10s
    crash: { broker: broker 2, restart.after: 15s }
";

fn main() {
    let (scenario, _) = scenario::parse(&ScenarioText::new("shrinking.yaml", SCENARIO), &[]).expect("it has no errors");
    let run = Run::new(&scenario, 7);
    let catalog = &run.setup().catalog;
    let orders = catalog.partitions(catalog.topic("orders").expect("it is there")).next().expect("it has partitions");

    // Until a follower is missed. Facts go to an observer, if one wants them.
    let shrunk = Statement::IsrSize(orders, Bound::Exactly(2));
    let halted = run.run_until(Holds::new(run.setup(), shrunk), &mut ()).expect("the simulator has no bug here");
    assert!(halted.met, "a replica of a dead broker leaves the ISR");
    let world = halted.world;
    println!(
        "at {} after {} events:\n{}",
        world.now(),
        world.events(),
        print::topics(&topics::describe(&world, Some("orders"))).out
    );

    // The same future twice, and one that is cut short.
    let (mut one, mut other, mut short) = (world.clone(), world.clone(), world);
    one.run(&mut ());
    other.run(&mut ());
    assert_eq!(one.digest().value(), other.digest().value(), "a clone goes on as the original");
    short.run_until(short.now() + Nanos::from_secs(2), &mut ());
    short.end(&mut ());
    assert_ne!(one.digest().value(), short.digest().value());

    let described = topics::describe(&one, Some("orders"));
    println!("at {} it is whole again:\n{}", one.now(), print::topics(&described).out);
    // What is printed are values.
    let topic = &described.expect("brokers are up, and the topic exists")[0];
    assert!(topic.partitions.iter().all(|partition| partition.isr.len() == 3), "the broker is back");
}
