//! What a history has been told of the metadata log.

use crate::protocol::ids::{LeaderEpoch, Offset};

/// The committed batches that somebody has told of: base offset and epoch of each, ascending.
///
/// Several controllers come to know the same commits one after the other. Should voters have lost what was committed
/// (devices that lie about flushes), another batch at the same offset is told as well, and what was told behind it is
/// told anew.
#[derive(Clone, Debug, Default)]
pub(crate) struct ToldMetadata(Vec<(Offset, LeaderEpoch)>);

impl ToldMetadata {
    /// Whether this batch was not told yet; it is from now on.
    pub(super) fn is_first(&mut self, base_offset: Offset, epoch: LeaderEpoch) -> bool {
        let place = self.0.partition_point(|(offset, _)| *offset < base_offset);
        if self.0.get(place) == Some(&(base_offset, epoch)) {
            return false;
        }
        self.0.truncate(place);
        self.0.push((base_offset, epoch));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_told_once_and_another_one_in_its_place_too() {
        let mut told = ToldMetadata::default();
        let mut first = |offset, epoch| told.is_first(Offset(offset), LeaderEpoch(epoch));
        assert!(first(0, 1) && first(1, 1) && first(4, 2));
        assert!(!first(0, 1) && !first(4, 2), "by the others, later");
        assert!(first(1, 3), "it was lost, and another one took its place");
        assert!(first(4, 2), "what was behind it is told anew");
    }
}
