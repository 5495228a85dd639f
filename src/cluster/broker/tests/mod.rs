//! Stories of a broker.

mod produce;
mod world;
