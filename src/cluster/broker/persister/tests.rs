//! Tests of the persister.
