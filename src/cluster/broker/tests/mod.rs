//! Stories of a broker.
