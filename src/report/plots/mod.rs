//! Pictures of a run: throughput, lag, latency, leadership and ISR over time, as SVG.
//!
//! A picture must be legible at the width of a README, printed without colour, and by a colour-blind
//! reader; what is known of a run (faults, rebalances, the final phase) is marked in it, and its legend
//! never covers data. The same series gives the same bytes.

mod bins;
mod canvas;
pub mod compared;
mod faults;
mod isr;
mod lag;
mod latency;
mod marks;
mod palette;
mod scale;
mod sheet;
mod throughput;

#[cfg(test)]
mod tests;

use super::series::Series;

/// The pictures that have something to show, as (name of the file without its ending, SVG).
///
/// Names are `throughput`, `lag`, `latency` and `isr`, in that order.
///
/// ```
/// use kafkasim::history::setup::Setup;
/// use kafkasim::report::{plots, series::Series};
/// // Nothing happened: there is nothing to show.
/// assert!(plots::draw_all(&Series::new(Setup::default().into())).is_empty());
/// ```
pub fn draw_all(series: &Series) -> Vec<(&'static str, String)> {
    let pictures = [
        ("throughput", throughput::draw(series)),
        ("lag", lag::draw(series)),
        ("latency", latency::draw(series)),
        ("isr", isr::draw(series)),
    ];
    pictures.into_iter().filter_map(|(name, svg)| Some((name, svg?))).collect()
}
