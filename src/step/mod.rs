//! A run under a debugger: forward and back, as far as one likes.
//!
//! A run is a pure function, so going back is going forward again from a moment that was kept ([`trail`]). A fault that
//! is injected is a change of the scenario like any `--with`: the run until then stays the same to the last fact, and
//! whoever has the command has the run.
//!
//! [`session`] is all of it without a terminal: commands in ([`command`]), what is to be seen out ([`screen`]). [`view`]
//! draws that into a buffer of cells, [`picture`] makes a text or an SVG of the buffer, [`keys`] is what a person at a
//! terminal does with both, and [`dialog`] what somebody does who has only lines.

pub mod command;
pub mod dialog;
pub mod follow;
pub mod help;
pub mod keys;
pub mod moment;
pub mod picture;
pub mod positions;
pub mod screen;
pub mod session;
#[cfg(test)]
mod tests;
pub mod trail;
pub mod view;
