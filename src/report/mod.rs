//! What people see of a run: verdict, timeline, ledger, plots, and the forms for machines.
//!
//! Everything here is a fold over the history and the judge's findings. Nothing may ask a node.

pub mod checked;
pub mod command_line;
pub mod compare;
mod fit;
mod gather;
pub mod glossary;
pub mod harm;
pub mod human;
pub mod junit;
pub mod machine;
pub mod metrics;
pub mod next;
pub mod page;
#[cfg(feature = "plots")]
pub mod plots;
pub mod series;
mod stalls;
pub mod timeline;
pub mod why;

pub use gather::{Finished, Report};
