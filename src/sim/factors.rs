//! Slowdowns that are in force at the same time.

/// Factors that multiply. Each is taken back by itself, whatever the others do.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Factors(Vec<u32>);

impl Factors {
    /// One more; 0 counts as 1.
    pub(super) fn push(&mut self, factor: u32) {
        self.0.push(factor.max(1));
    }
    /// Takes one of this size back, if there is one.
    pub(super) fn take_back(&mut self, factor: u32) {
        if let Some(place) = self.0.iter().position(|other| *other == factor.max(1)) {
            self.0.swap_remove(place);
        }
    }
    /// All together: 1 without any.
    pub(super) fn product(&self) -> u64 {
        self.0.iter().fold(1, |product, factor| product.saturating_mul(u64::from(*factor)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_taken_back_by_itself() {
        let mut factors = Factors::default();
        factors.push(10);
        factors.push(3);
        factors.push(10);
        factors.take_back(10);
        assert_eq!(factors.product(), 30);
        factors.take_back(7);
        factors.take_back(3);
        factors.take_back(10);
        assert_eq!(factors, Factors::default());
    }
}
