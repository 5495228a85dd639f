//! kafkasim: a deterministic, seeded discrete-event simulator of Apache Kafka.
//!
//! A run is a pure function: the same scenario, the same seed and the same version give the same
//! history, on every machine. Brokers, controller, producers and consumers are state machines that follow
//! Kafka's own rules; the network and the disks between them do what networks and disks do; then
//! checks read the history and say what held, what broke, and what was never promised.
//!
//! # One run
//!
//! ```
//! use kafkasim::run::{Run, judged::judge, unwatched};
//! use kafkasim::scenario::{self, Override, embedded};
//!
//! // A scenario of the library, cut short so that this example is quick.
//! let source = embedded::find("leader-crash").expect("it is in the library");
//! let changes = [Override::new("duration=14s"), Override::new("producers.checkout.rate=100/s")];
//! let (scenario, _warnings) = scenario::parse(&source, &changes).expect("it has no errors");
//!
//! let run = Run::new(&scenario, scenario.seed);
//! let judged = judge(&run, &mut unwatched).expect("the simulator has no bug here");
//!
//! // The leader died at 12 s, and nothing that was acknowledged died with it.
//! let finding = judged.judgement.finding("acked-all-durable").expect("it is checked in every run");
//! assert_eq!(finding.outcome.word(), "holds");
//! assert_eq!(judged.judgement.ledger.lost_after_ack, 0);
//! assert!(judged.judgement.ledger.acked > 1000);
//!
//! // And whoever runs it again gets the same.
//! let again = judge(&run, &mut unwatched).expect("nor there");
//! assert_eq!(judged.digest, again.digest);
//! ```
//!
//! # How it works
//!
//! ```text
//! pop the earliest event -> hand it to one node -> the node answers with effects and facts
//! ```
//!
//! A **node** (a broker, the controller, an application with its clients) does no I/O and sees no clock. All it can
//! do goes through a [`node::Context`]: read the time, send, set a timer, use its disk, draw a random
//! number, record a fact. An **event** is what the queue holds: a delivery, a timer, a disk completion, a
//! fault. A **fact** is what happened, in Kafka's words. The stream of facts is the **history**, and
//! checks, plots, exports and the digest are folds over it that see nothing else.
//!
//! # The house
//!
//! A room uses the rooms below it and none above; a test reads every `use` line and holds that.
//!
//! | room | what it is for |
//! |---|---|
//! | `cli` | one file per command: parse, call, print (feature `cli`, on by default) |
//! | `step` | one run under a debugger, forward and back (feature `cli`) |
//! | `explore` | many runs of one scenario, on all cores (feature `cli`) |
//! | [`school`] | lessons, claims on trial, interview questions, each held against runs |
//! | [`report`] | what people see of a run: verdict, timeline, ledger, plots, a page, JSON |
//! | [`tools`] | what Kafka's own command-line tools would print at some moment |
//! | [`run`] | a scenario and a seed: run it, stop it, go back, judge it |
//! | [`scenario`] | YAML in, a checked world or a list of diagnostics out |
//! | [`world`] | nodes, network, disks, faults, and the loop; a clone is a checkpoint |
//! | [`cluster`] | the server side: broker, log, coordinators, controller |
//! | [`app`] | applications: a process owns its clients; what it sends and does with what it reads |
//! | [`client`] | the client side: producer and consumer, with Kafka's API |
//! | [`assignor`] | who of a group reads which partition; pure functions, called by the leader of a group |
//! | [`net`] | asking another process: one network client for both sides |
//! | [`check`] | invariants, the delivery ledger, what a configuration promises; reads histories only |
//! | [`node`] | what a node is: inputs, effects, context |
//! | [`history`] | facts, causes, digest, import and export |
//! | [`protocol`] | what both sides speak: ids, configs, errors, messages |
//! | [`sim`] | the kernel: time, event queue, random streams, network, disk; knows no Kafka |
//!
//! [`cluster`] and [`client`] never import each other: they share [`protocol`], as in Kafka. [`check`]
//! imports no node, so it judges a recording as it judges a run. [`sim`] would serve another system.
//!
//! Without default features the library is the pure model: no files, threads, clock or environment.

pub mod app;
pub mod assignor;
pub mod check;
#[cfg(feature = "cli")]
pub mod cli;
pub mod client;
pub mod cluster;
#[cfg(feature = "cli")]
pub mod explore;
pub mod history;
pub mod net;
pub mod node;
pub mod protocol;
pub mod report;
pub mod run;
pub mod scenario;
pub mod school;
pub mod sim;
#[cfg(test)]
mod stage;
#[cfg(feature = "cli")]
pub mod step;
pub mod tools;
pub mod world;
