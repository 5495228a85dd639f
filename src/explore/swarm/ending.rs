//! How a swarm as a whole has ended.

use crate::explore::result::SeedEnding;

/// Of one scenario every run must show what it is to show; of a swarm some run must. A drawn run may come to nothing: the
/// group was never formed, the leader that was to crash led nothing. So a swarm is inconclusive only if all its runs are. How
/// many there were, and why, is told all the same.
pub fn ending(count: impl Fn(SeedEnding) -> u64) -> SeedEnding {
    let order = [SeedEnding::Bug, SeedEnding::Broken, SeedEnding::Met, SeedEnding::Inconclusive];
    order.into_iter().find(|ending| count(*ending) > 0).unwrap_or(SeedEnding::Inconclusive)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_run_that_shows_something_is_enough_and_one_that_breaks_is_too_many() {
        let of = |met, inconclusive, broken| {
            ending(|ending| match ending {
                SeedEnding::Met => met,
                SeedEnding::Inconclusive => inconclusive,
                SeedEnding::Broken => broken,
                SeedEnding::Bug => 0,
            })
        };
        assert_eq!(of(1, 900, 0), SeedEnding::Met);
        assert_eq!(of(900, 0, 1), SeedEnding::Broken);
        assert_eq!(of(0, 900, 0), SeedEnding::Inconclusive);
        assert_eq!(of(0, 0, 0), SeedEnding::Inconclusive, "nothing was run");
    }
}
