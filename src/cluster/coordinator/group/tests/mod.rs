//! Stories: what a coordinator says to a scripted sequence of requests, with the test as network,
//! log and clock.

mod administration;
mod consumer_groups;
mod failover;
mod fold;
mod joining;
mod large;
mod offsets;
mod play;
mod share_groups;
mod staying;
mod stories;
mod syncing;
mod writes;
