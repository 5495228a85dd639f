//! Lists of messages that were read, to be filled again.
//!
//! A fetch and a produce carry a list each way, and one message follows the other: whoever has read a list leaves it
//! here, and whoever writes the next begins with it. What is not left here is lost, and nothing else happens.

use super::messages::{FetchData, FetchPartition, ProducePartition, ProduceResult};

/// Most lists kept of a kind.
const MOST: usize = 32;
/// Longest list kept, in elements: one that was once needed is not kept for ever.
const LONGEST: usize = 1_024;

/// Empty lists, by what they hold.
#[derive(Debug, Default)]
pub(crate) struct SpareLists {
    produced: Vec<Vec<ProducePartition>>,
    results: Vec<Vec<ProduceResult>>,
    wanted: Vec<Vec<FetchPartition>>,
    fetched: Vec<Vec<FetchData>>,
}

impl Clone for SpareLists {
    /// Nothing is worth copying.
    fn clone(&self) -> SpareLists {
        SpareLists::default()
    }
}

/// What the lists of messages hold that come again and again.
pub(crate) trait Listed: Sized {
    /// The empty ones.
    fn lists(spare: &mut SpareLists) -> &mut Vec<Vec<Self>>;
}

macro_rules! listed {
    ($($type:ty: $lists:ident),+) => {
        $(impl Listed for $type {
            #[inline]
            fn lists(spare: &mut SpareLists) -> &mut Vec<Vec<Self>> {
                &mut spare.$lists
            }
        })+
    };
}
listed!(ProducePartition: produced, ProduceResult: results, FetchPartition: wanted, FetchData: fetched);

impl SpareLists {
    /// An empty list.
    #[inline]
    pub(crate) fn take<T: Listed>(&mut self) -> Vec<T> {
        T::lists(self).pop().unwrap_or_default()
    }
    /// A list that has been read.
    #[inline]
    pub(crate) fn give_back<T: Listed>(&mut self, mut list: Vec<T>) {
        let lists = T::lists(self);
        if list.capacity() > 0 && list.capacity() <= LONGEST && lists.len() < MOST {
            list.clear();
            lists.push(list);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ids::Tp;

    #[test]
    fn a_list_that_was_read_is_filled_again() {
        let mut spare = SpareLists::default();
        let mut list = spare.take();
        list.push(FetchData::empty(Tp(3)));
        let capacity = list.capacity();
        spare.give_back(list);
        let again: Vec<FetchData> = spare.take();
        assert_eq!((again.len(), again.capacity()), (0, capacity));
        assert_eq!(spare.take::<FetchData>().capacity(), 0, "each is taken once");
    }

    #[test]
    fn a_list_of_unusual_length_is_not_kept() {
        let mut spare = SpareLists::default();
        spare.give_back::<FetchData>(Vec::with_capacity(LONGEST + 1));
        assert_eq!(spare.take::<FetchData>().capacity(), 0);
    }
}
