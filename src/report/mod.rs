//! What people see of a run: verdict, timeline, ledger, plots, and the forms for machines.
//!
//! Everything here is a fold over the history and the judge's findings. Nothing may ask a node.

pub mod checked;
pub mod compare;
mod cut;
mod fit;
pub mod glossary;
pub mod harm;
pub mod histogram;
pub mod human;
pub mod junit;
pub mod latencies;
pub mod machine;
#[cfg(feature = "cli")]
pub mod plots;
pub mod recorded;
pub mod run;
pub mod series;
mod stalls;
pub mod timeline;
pub mod verdict;
pub mod why;
mod words;
