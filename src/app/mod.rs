//! What people write: applications, each a process that owns its clients.
//!
//! An [`Application`] sends what comes ([`source`]), or reads and works on it ([`poll_loop`], and in a share group
//! [`share_loop`]). It knows its clients by
//! their API and the cluster not at all.

mod application;
mod async_commits;
mod attempts;
mod batch;
mod end;
mod life;
mod listening;
mod outlet;
mod poll_loop;
mod pool;
mod processing;
mod progress;
mod sends;
mod share_loop;
mod sink;
mod source;
pub mod spec;
#[cfg(test)]
mod tests;
mod timers;
mod transactions;
mod worker;

pub use application::Application;
