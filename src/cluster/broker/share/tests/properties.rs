//! What always holds, whatever members, locks and the persister do.
