//! What is noted of each of many records, by stretches of records of which the same is noted: nearly
//! always few, however many records there are.

use super::runs::place_from_end;

/// See the module. What nothing was noted of has the default.
#[derive(Clone, Debug)]
pub struct Stretches<T> {
    /// Where stretches begin, ascending, the first at 0; neighbours differ. The last one has no end, and is of the
    /// default.
    begins: Vec<(u32, T)>,
}

impl<T: Copy + Default + PartialEq> Default for Stretches<T> {
    fn default() -> Self {
        Stretches { begins: vec![(0, T::default())] }
    }
}

impl<T: Copy + Default + PartialEq> Stretches<T> {
    /// Past the last record of which something else than the default is noted.
    pub fn end(&self) -> u32 {
        self.begins.last().map_or(0, |(begin, _)| *begin)
    }
    /// What is noted of a record.
    pub fn get(&self, record: u32) -> T {
        self.begins[self.place(record)].1
    }
    /// The stretch that holds a record.
    #[inline]
    fn place(&self, record: u32) -> usize {
        // The first one begins at 0.
        place_from_end(self.begins.len(), |at| self.begins[at].0 <= record) - 1
    }
    /// The stretches of `from .. to`, cut to that: where each begins and ends, and what is noted.
    pub fn within(&self, from: u32, to: u32) -> impl Iterator<Item = (u32, u32, T)> {
        let first = self.place(from);
        let ends = self.begins[first + 1..].iter().map(|(begin, _)| *begin).chain([u32::MAX]);
        let stretches = self.begins[first..].iter().zip(ends);
        let cut = move |(&(begin, noted), end): (&(u32, T), u32)| (begin.max(from), end.min(to), noted);
        stretches.map(cut).take_while(|(begin, end, _)| begin < end)
    }
    /// All stretches of which something else than the default is noted.
    pub fn iter(&self) -> impl Iterator<Item = (u32, u32, T)> {
        self.within(0, u32::MAX).filter(|(.., noted)| *noted != T::default())
    }
    /// Notes of the records of `from .. to` what becomes of what was noted, which is given with the number of records.
    #[inline]
    pub fn update(&mut self, from: u32, to: u32, mut becomes: impl FnMut(T, u32) -> T) {
        if from >= to {
            return;
        }
        let first = self.split(from);
        let past = self.split(to);
        for at in first..past {
            let (begin, noted) = self.begins[at];
            let count = self.begins.get(at + 1).map_or(to, |next| next.0) - begin;
            self.begins[at].1 = becomes(noted, count);
        }
        self.merge(first, past);
    }
    /// Lets a stretch begin at a record; its place.
    fn split(&mut self, record: u32) -> usize {
        let at = self.place(record);
        if self.begins[at].0 == record {
            return at;
        }
        self.begins.insert(at + 1, (record, self.begins[at].1));
        at + 1
    }
    /// Stretches `first ..= past` may be like their neighbours.
    fn merge(&mut self, first: usize, past: usize) {
        let past = past.min(self.begins.len() - 1);
        for at in (first.max(1)..=past).rev() {
            if self.begins[at].1 == self.begins[at - 1].1 {
                self.begins.remove(at);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Stretches say what a plain list says, and neighbours differ.
        #[test]
        fn stretches_are_a_list(steps in proptest::collection::vec((0u32..60, 0u32..12, 0u8..4, any::<bool>()), 0..40)) {
            let mut stretches = Stretches::<u8>::default();
            let mut plain = [0u8; 80];
            for (from, count, noted, add) in steps {
                let to = from + count;
                let counted = |value: u8| if add { (value + noted) % 5 } else { noted };
                let mut seen = Vec::new();
                stretches.update(from, to, |value, count| {
                    seen.extend(vec![value; count as usize]);
                    counted(value)
                });
                prop_assert_eq!(&seen[..], &plain[from as usize..to as usize]);
                plain[from as usize..to as usize].iter_mut().for_each(|value| *value = counted(*value));
            }
            prop_assert!(stretches.begins.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 != pair[1].1));
            prop_assert!((0..80).all(|record| stretches.get(record) == plain[record as usize]));
            prop_assert_eq!(stretches.end() as usize, plain.iter().rposition(|value| *value != 0).map_or(0, |at| at + 1));
            for (from, to, noted) in stretches.within(7, 50) {
                prop_assert!(plain[from as usize..to as usize].iter().all(|value| *value == noted));
            }
            let covered: u32 = stretches.within(7, 50).map(|(from, to, _)| to - from).sum();
            prop_assert_eq!(covered, 43);
            let noted: usize = stretches.iter().map(|(from, to, _)| (to - from) as usize).sum();
            prop_assert_eq!(noted, plain.iter().filter(|value| **value != 0).count());
        }
    }
}
