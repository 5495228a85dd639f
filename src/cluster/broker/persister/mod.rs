//! The state of share-partitions, written down elsewhere (`server-common/.../server/share/persister/DefaultStatePersister.java`).

#[allow(dead_code, reason = "the parts that call are being built")]
mod calls;
