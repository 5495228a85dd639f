//! A client as a coordinator sees it.

use super::topics::uuid_text;
use crate::protocol::ids::{InstanceId, MemberId, NodeId};
use crate::protocol::member_ids::is_of_client;
use crate::world::World;

/// `billing-0-184d6adf-b34c-4a93-94aa-a3aac8552bc5`: Kafka appends a random UUID to the client id, or to the instance id of a
/// static member. A member of the new protocol makes its id itself, and that is a UUID and no more: `GE1tarNMSpOUqqOqyFUrxQ`
/// (KIP-1082). Here the bits follow from the seed and the member's number.
pub(super) fn consumer_id(world: &World, member: MemberId, instance: Option<InstanceId>) -> String {
    let made_by_client = is_of_client(member, &world.setup().catalog);
    let instance = instance.filter(|_| !made_by_client);
    let name = world.setup().catalog.member_prefix(member, instance);
    let bits = xxhash_rust::xxh3::xxh3_128(format!("{} {name} {}", world.setup().seed, member.0).as_bytes());
    // Version 4, variant 1 (RFC 4122).
    let bits = (bits & !(0xf << 76) & !(0x3 << 62)) | (0x4 << 76) | (0x2 << 62);
    if made_by_client {
        return uuid_text(bits);
    }
    let part = |from: u32, digits: u32| bits >> (from * 4) & ((1 << (digits * 4)) - 1);
    format!(
        "{name}-{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        part(24, 8),
        part(20, 4),
        part(16, 4),
        part(12, 4),
        part(0, 12)
    )
}

/// The address of a client, as a coordinator sees it.
pub(super) fn host(client: NodeId) -> String {
    format!("/10.0.{}.{}", client.0 / 250, client.0 % 250 + 1)
}
