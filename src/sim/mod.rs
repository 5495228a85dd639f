//! The kernel: time, event queue, timers, random streams, network, disk. Knows no Kafka.
//!
//! Plain data structures that a loop drives; none of them calls back. Each is `Clone`, so a world
//! made of them can be copied, continued twice and compared. [`queue`] says what is next,
//! [`timers`] keeps what is nearly always moved before it happens out of the queue, [`random`] decides
//! what chance decides, [`network`] and [`disk`] say how long things take and what faults do to them.
//!
//! **What may not be done here.** No name of the simulated system: the room could serve another one
//! (below it does). Nothing that differs between two machines or two runs: no threads, no clock, no
//! environment, no hash map's order, no float outside a table that is built beforehand with `libm`,
//! no unstable sort of what may be equal. Nothing of other rooms is used.
//!
//! # Another system: a queue at a counter
//!
//! Customers arrive at random, one clerk serves them in order (M/M/1). Theory says that with the
//! clerk busy 80% of the time a customer spends 5 times the mean service time, waiting included.
//!
//! ```
//! use kafkasim::sim::queue::EventQueue;
//! use kafkasim::sim::random::{Distribution, Stream};
//! use kafkasim::sim::time::Nanos;
//! use std::collections::VecDeque;
//!
//! #[derive(Clone)]
//! enum Event {
//!     Arrival,
//!     Departure,
//! }
//!
//! let gap = Distribution::Exponential { mean: Nanos::from_millis(100) }.compile();
//! let service = Distribution::Exponential { mean: Nanos::from_millis(80) }.compile();
//! let (mut arrivals, mut clerk) = (Stream::new(1, "arrivals"), Stream::new(1, "clerk"));
//!
//! let mut queue = EventQueue::new();
//! let mut line: VecDeque<Nanos> = VecDeque::new();
//! let (mut served, mut spent) = (0, Nanos::ZERO);
//! queue.push(gap.sample(&mut arrivals), Event::Arrival);
//! while served < 200_000 {
//!     let (now, _, event) = queue.pop().expect("there is always an arrival to come");
//!     match event {
//!         Event::Arrival => {
//!             line.push_back(now);
//!             queue.push(now + gap.sample(&mut arrivals), Event::Arrival);
//!             if line.len() > 1 {
//!                 continue; // the clerk is busy
//!             }
//!         }
//!         Event::Departure => {
//!             spent += now - line.pop_front().expect("whoever leaves has arrived");
//!             served += 1;
//!         }
//!     }
//!     if !line.is_empty() {
//!         queue.push(now + service.sample(&mut clerk), Event::Departure);
//!     }
//! }
//! let mean = spent.as_millis() / served;
//! assert!((380..420).contains(&mean), "{mean} ms instead of 400");
//! ```
//!
//! [`network::Network`] begins with two nodes that speak over a connection.

pub mod disk;
mod factors;
pub mod network;
pub mod queue;
pub mod random;
pub mod shared_list;
pub mod time;
pub mod timers;
