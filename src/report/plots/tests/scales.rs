//! Axes: round marks, and every value between its edges.

use proptest::prelude::*;

use super::super::scale::*;
use super::story::ms;
use crate::sim::time::Nanos;

fn labels<T>(ticks: Vec<(T, String)>) -> Vec<String> {
    ticks.into_iter().map(|(_, label)| label).filter(|l| !l.is_empty()).collect()
}

#[test]
fn numbers_are_written_for_people() {
    assert_eq!(thousands(0), "0");
    assert_eq!(thousands(1_234_567), "1,234,567");
    assert_eq!(decimal(12_500, 3), "12.5");
    assert_eq!(decimal(50_000, 6), "0.05");
    assert_eq!(decimal(1_000_000_000, 6), "1,000");
}

#[test]
fn time_is_marked_at_round_moments() {
    let ticks = |end| labels(TimeAxis::new(0, 1_400, end).ticks());
    assert_eq!(ticks(ms(60_640)), ["0", "5", "10", "15", "20", "25", "30", "35", "40", "45", "50", "55", "60"]);
    assert_eq!(ticks(ms(1_007)), ["0", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9", "1"]);
    assert_eq!(ticks(ms(3_600_000)), ["0", "5", "10", "15", "20", "25", "30", "35", "40", "45", "50", "55", "60"]);
    assert_eq!(TimeAxis::new(0, 1_400, ms(3_600_000)).title(), "simulated time (min)");
    assert_eq!(TimeAxis::new(0, 1_400, Nanos(400)).ticks().len(), 1);
}

#[test]
fn stretches_of_time_are_written_in_the_axis_unit() {
    let axis = TimeAxis::new(0, 1_400, ms(60_000));
    assert_eq!(axis.span(ms(12_000), ms(21_250)), "12–21.25 s");
    assert_eq!(axis.span(ms(12_000), ms(12_001)), "12 s");
    let axis = TimeAxis::new(0, 1_400, ms(3_600_000));
    assert_eq!(axis.span(ms(90_000), ms(640_000)), "1.5–10.67 min");
}

#[test]
fn counts_are_marked_at_round_values() {
    assert_eq!(labels(Linear::new(0, 480, 8_400).ticks()), ["0", "2,000", "4,000", "6,000", "8,000", "10,000"]);
    assert_eq!(labels(Linear::new(0, 480, 0).ticks()), ["0", "1"]);
}

#[test]
fn latency_is_marked_at_powers_of_ten_or_finer() {
    let axis = |low, high| labels(LogScale::new(0, 480, Nanos::from_micros(low), Nanos::from_micros(high)).ticks());
    assert_eq!(axis(900, 9_000_000), ["1", "10", "100", "1,000", "10,000"]);
    assert_eq!(axis(4_000, 33_000), ["2", "5", "10", "20", "50"]);
    assert_eq!(axis(60, 300), ["0.02", "0.05", "0.1", "0.2", "0.5"]);
}

#[test]
fn a_decade_is_as_high_as_another() {
    let axis = LogScale::new(0, 400, ms(2), ms(10_000));
    let y = |n| axis.y(ms(n));
    assert_eq!(y(100) - y(1_000), y(1_000) - y(10_000));
}

#[test]
fn steps_go_level_and_jump() {
    assert_eq!(steps([(0, 5), (7, 5), (10, 5), (20, 7)]), [(0, 5), (20, 5), (20, 7)]);
}

proptest! {
    #[test]
    fn everything_has_a_place(value in any::<u64>(), max in any::<u64>(), low in any::<u64>(), end in any::<u64>()) {
        let time = TimeAxis::new(150, 1_550, Nanos(end));
        prop_assert!((150..=1_550).contains(&time.x(Nanos(value))));
        prop_assert!(time.ticks().len() <= 14, "{:?}", time.ticks());
        let linear = Linear::new(10, 490, max);
        prop_assert!((10..=490).contains(&linear.y(value)));
        prop_assert!(linear.ticks().len() <= 7, "{:?}", linear.ticks());
        let log = LogScale::new(10, 490, Nanos(low), Nanos(low.saturating_add(max)));
        prop_assert!((10..=490).contains(&log.y(Nanos(value))));
        prop_assert!(log.ticks().iter().filter(|(_, l)| !l.is_empty()).count() >= 2);
    }
}
