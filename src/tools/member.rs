//! A client as a coordinator sees it.

use crate::protocol::ids::{InstanceId, MemberId, NodeId};
use crate::protocol::member_ids::MemberIds;
use crate::world::World;

/// How a client writes the id that it has made of itself (`Uuid.toString`: 16 bytes in base 64, for addresses).
fn uuid(bits: u128) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    // 22 letters of six bits hold 132: four zeros go behind.
    let letter = |at: u32| LETTERS[(if at == 21 { bits << 4 } else { bits >> (122 - 6 * at) } & 63) as usize];
    (0..22).map(|at| char::from(letter(at))).collect()
}

/// `billing-0-184d6adf-b34c-4a93-94aa-a3aac8552bc5`: Kafka appends a random UUID to the client id, or to the instance id of a
/// static member. Here its bits follow from the seed and the member's number. A member of
/// the new protocol is a UUID and no more (KIP-1082).
pub(super) fn consumer_id(world: &World, member: MemberId, instance: Option<InstanceId>) -> String {
    let name = world.setup().catalog.member_prefix(member, instance);
    let bits = xxhash_rust::xxh3::xxh3_128(format!("{} {name} {}", world.setup().seed, member.0).as_bytes());
    // Version 4, variant 1 (RFC 4122).
    let bits = (bits & !(0xf << 76) & !(0x3 << 62)) | (0x4 << 76) | (0x2 << 62);
    if MemberIds::is_of_client(&world.setup().catalog, member) {
        return uuid(bits);
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

#[cfg(test)]
mod tests {
    use super::uuid;

    /// As `new Uuid(mostSignificant, leastSignificant).toString()` writes them.
    #[test]
    fn a_uuid_is_written_in_base_64() {
        assert_eq!(uuid(0), "AAAAAAAAAAAAAAAAAAAAAA");
        assert_eq!(uuid(1), "AAAAAAAAAAAAAAAAAAAAAQ");
        assert_eq!(uuid(u128::MAX), "_____________________w");
    }
}
