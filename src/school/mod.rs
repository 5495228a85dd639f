//! The side for people: lessons, claims on trial, and interview questions, each held against runs.
//!
//! Everything that is taught is data ([`library`]): a text, the runs that show it, and what those runs are asked, in the
//! words of a scenario's `expect:`. The right answer of a prediction is none that somebody has marked: it is the one
//! option whose conditions the runs meet ([`laboratory`]). A text names figures (`{lost}`), and the runs fill them in.
//! What the model does not have yet is listed as locked, with its reason.
//!
//! ```
//! use kafkasim::school::{laboratory, library};
//!
//! let library = library::embedded().expect("the library has no mistakes");
//! let claim = library.claim("C126").expect("there is such a claim");
//! let exercise = claim.exercise().expect("it has runs");
//! let session = laboratory::perform(&library, "C126", exercise).expect("it can be run");
//! assert!(session.trial().shows_all());
//! ```

pub mod exercise;
mod figure;
pub mod generators;
pub mod laboratory;
pub mod library;
pub mod lint;
pub mod paper;
pub mod print;
pub mod progress;
mod reader;
pub mod text;
