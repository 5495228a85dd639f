//! What a picture must hold, whatever the run.

mod scales;
mod story;
mod svg;

use proptest::prelude::*;

use super::*;
use story::{Flow, Story};
use svg::{Area, Element, parse};

fn stories() -> Vec<(&'static str, Series)> {
    vec![
        ("leader-crash", story::leader_crash()),
        ("rebalance-storm", story::rebalance_storm()),
        ("hot-partition", story::hot_partition()),
        ("unclean-election", story::unclean_election()),
        ("idle", story::idle()),
        ("one-second", story::one_second()),
        ("many-partitions", story::many_partitions()),
        ("open-transaction", story::open_transaction()),
    ]
}

/// Writes all pictures to `target/plots`, to be looked at.
#[test]
#[ignore = "for people: cargo test --lib gallery -- --ignored"]
fn gallery() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("target/plots");
    std::fs::create_dir_all(&folder).unwrap();
    for (story, series) in stories() {
        for (name, svg) in draw_all(&series) {
            std::fs::write(folder.join(format!("{story}-{name}.svg")), svg).unwrap();
        }
    }
}

fn picture(series: &Series, name: &str) -> Vec<Element> {
    let all = draw_all(series);
    let (_, svg) = all.iter().find(|(n, _)| *n == name).unwrap_or_else(|| panic!("there is no picture of {name}"));
    parse(svg)
}
fn texts(elements: &[Element]) -> Vec<&str> {
    elements.iter().filter(|e| e.tag == "text").map(|e| e.text.as_str()).collect()
}
fn place<'a>(elements: &'a [Element], text: &str) -> &'a Element {
    elements.iter().find(|e| e.tag == "text" && e.text == text).unwrap_or_else(|| panic!("{text} is not written"))
}

/// Nothing leaves the picture, no text lies on another, every number is one.
fn check(svg: &str) {
    assert!(!svg.contains("NaN") && !svg.contains("inf"));
    let elements = parse(svg);
    let root = elements.last().unwrap();
    let corner: Vec<i32> = root.attribute("viewBox").unwrap().split(' ').map(|n| n.parse().unwrap()).collect();
    assert_eq!(root.number("width") * 2, corner[2]);
    for element in &elements {
        if let Some((left, top, right, bottom)) = element.area() {
            let inside = left >= 0 && top >= 0 && right <= corner[2] && bottom <= corner[3];
            assert!(inside, "{element:?} leaves {corner:?}");
            assert!(left <= right && top <= bottom, "{element:?}");
        }
    }
    let texts: Vec<&Element> = elements.iter().filter(|e| e.tag == "text").collect();
    for (i, one) in texts.iter().enumerate() {
        for other in &texts[..i] {
            assert!(!overlap(one.area().unwrap(), other.area().unwrap()), "{one:?} lies on {other:?}");
        }
    }
}
fn overlap(a: Area, b: Area) -> bool {
    a.0 < b.2 && b.0 < a.2 && a.1 < b.3 && b.1 < a.3
}

#[test]
fn every_picture_is_sound() {
    for (story, series) in stories() {
        for (name, svg) in draw_all(&series) {
            println!("{story} {name}");
            check(&svg);
        }
    }
}

#[test]
fn the_same_run_gives_the_same_bytes() {
    assert_eq!(draw_all(&story::leader_crash()), draw_all(&story::leader_crash()));
}

#[test]
fn a_picture_says_which_run_it_shows() {
    for (name, svg) in draw_all(&story::leader_crash()) {
        let elements = parse(&svg);
        let texts = texts(&elements);
        assert!(texts[0].starts_with("leader-crash: "), "{name}: {texts:?}");
        assert!(texts[1].starts_with("seed 7  ·  3 brokers  ·  Kafka 4.4.0"), "{name}: {texts:?}");
        assert!(texts.contains(&"simulated time (s)"), "{name}");
    }
}

#[test]
fn faults_are_named_over_their_windows() {
    for name in ["throughput", "lag", "latency", "isr"] {
        let elements = picture(&story::leader_crash(), name);
        for fault in ["crash leader of orders-0", "partition [broker 1] from [broker 2, broker 3]", "final phase"] {
            place(&elements, fault);
        }
    }
}

#[test]
fn many_faults_are_numbered_and_a_key_tells_them() {
    let elements = picture(&story::unclean_election(), "throughput");
    place(&elements, "isolate broker 3 · 4–9 s");
    place(&elements, "clog links from broker 2 to broker 3 & back <50%> · 11.5–12.5 s");
    place(&elements, "slow disk of random broker · 22–23 s, 25–26 s, 28–29 s and 3 more");
    assert_eq!(texts(&elements).iter().filter(|t| **t == "4").count(), 7, "six windows and the key");
}

#[test]
fn a_legend_stands_above_the_data() {
    let series = story::leader_crash();
    for (name, words) in [
        ("throughput", &["sent", "acknowledged", "consumed", "failed"][..]),
        ("lag", &["billing, all partitions"]),
        ("latency", &["produce p50", "produce p99", "produce max", "end to end p50", "end to end p99"]),
        ("isr", &["broker 1 leads", "broker 2 leads", "no leader", "ISR size", "ISR below min.insync.replicas"]),
    ] {
        let elements = picture(&series, name);
        let shade = elements.iter().find(|e| e.tag == "rect" && e.attribute("opacity") == Some("0.2")).unwrap();
        for word in words {
            assert!(place(&elements, word).area().unwrap().3 < shade.number("y"), "{name}: {word}");
        }
    }
}

#[test]
fn an_idle_run_has_leaders_but_no_traffic() {
    let all = draw_all(&story::idle());
    assert_eq!(all.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["isr"]);
}

#[test]
fn a_hot_partition_gets_a_line_of_its_own() {
    let hot = picture(&story::hot_partition(), "lag");
    let words = texts(&hot);
    for word in ["billing, all partitions", "orders-5", "orders-8", "10 other partitions", "rebalance"] {
        assert!(words.contains(&word), "{word} in {words:?}");
    }
    let even = picture(&story::leader_crash(), "lag");
    assert!(!texts(&even).contains(&"orders-0"), "partitions alike are told by their sum");
}

#[test]
fn rebalances_are_marked_below_the_lag() {
    let elements = picture(&story::rebalance_storm(), "lag");
    let marks = elements.iter().filter(|e| e.tag == "rect" && e.attribute("fill") == Some("#CC79A7"));
    assert_eq!(marks.count(), 13);
}

#[test]
fn an_unclean_election_and_a_partition_without_leader_stand_out() {
    let elements = picture(&story::unclean_election(), "isr");
    let signs = elements.iter().filter(|e| e.tag == "polygon" && e.attribute("fill") == Some("#222222"));
    assert_eq!(signs.count(), 2, "one in its lane, one in the legend");
    let red = elements.iter().filter(|e| e.tag == "rect" && e.attribute("fill") == Some("#D55E00")).count();
    assert_eq!(red, 2, "one stretch in its lane, one in the legend");
    let clean = picture(&story::hot_partition(), "isr");
    assert!(!texts(&clean).contains(&"no leader") && !texts(&clean).contains(&"unclean election"));
}

#[test]
fn a_moment_without_leader_can_be_seen() {
    let mut story = Story::new("moment", 60_000, 1);
    story.leads(0, 30_000, None, &[1], 1, crate::history::fact::Election::Leaderless);
    story.leads(0, 30_001, Some(2), &[2, 3], 2, crate::history::fact::Election::Clean);
    let elements = picture(&story.series(0), "isr");
    let red = elements.iter().rfind(|e| e.tag == "rect" && e.attribute("fill") == Some("#D55E00")).unwrap();
    assert!(red.number("width") >= 6);
}

#[test]
fn the_least_restless_of_many_partitions_are_counted_only() {
    let elements = picture(&story::many_partitions(), "isr");
    let texts = texts(&elements);
    assert_eq!(texts.iter().filter(|t| t.starts_with("orders-")).count(), 16);
    assert!(texts.contains(&"and 14 more, which changed no more often than these"));
    assert!(!texts.contains(&"orders-0"), "never led by another");
    assert!(texts.contains(&"simulated time (min)"));
}

#[test]
fn nothing_drops_where_only_time_ends() {
    // 20 records every 20 ms; the run ends 30 ms into a bin of 500 ms.
    let mut story = Story::new("steady", 60_000, 1);
    for at in (0..60_000).step_by(20) {
        story.give_up(0, at, 20);
    }
    let series = story.series(30);
    let bins = bins::Bins::new(&series, 0);
    let rates = throughput::rates(&bins, &series, |b| b.failed);
    assert!(rates.iter().all(|r| r.per_second == 1_000), "{rates:?}");
    assert_eq!(rates.last().unwrap().to, story::ms(60_000), "what ends with the workload ends there");
}

#[test]
fn a_short_bin_at_the_end_is_measured_by_its_length() {
    let mut story = Story::new("steady", 60_300, 1);
    for at in (0..60_300).step_by(20) {
        story.give_up(0, at, 20);
    }
    let series = story.series(0);
    let rates = throughput::rates(&bins::Bins::new(&series, 0), &series, |b| b.failed);
    let last = rates.last().unwrap();
    assert_eq!((last.from, last.to, last.per_second), (story::ms(60_000), story::ms(60_300), 1_000));
}

#[test]
fn lag_is_drawn_to_the_end_of_the_run() {
    let series = story::leader_crash();
    assert_eq!(series.lags[0].total.len() as u64, series.end.0 / series.width.0 + 1);
    assert_eq!(series.lags[0].total.last(), Some(&Some(0)), "all was read in the final phase");
}

#[test]
fn the_smallest_picture() {
    let all = draw_all(&story::one_second());
    let (_, svg) = all.iter().find(|(name, _)| *name == "isr").unwrap();
    insta::with_settings!({
        snapshot_path => concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"), prepend_module_to_snapshot => false
    }, { insta::assert_snapshot!("report_plots_isr", svg) });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever faults strike, their names find room.
    #[test]
    fn any_faults_can_be_drawn(
        duration in 1u64..200_000,
        faults in prop::collection::vec(("[a-zA-Z<&\"\n é-]{0,90}", 0u64..200_000, prop::option::of(0u64..90_000)), 0..40),
        drain in 0u64..5_000,
    ) {
        let mut story = Story::new("any", duration, 3);
        for (label, at, lasts) in &faults {
            let at = at % duration;
            story.fault(label, at, lasts.map(|l| (at + l).min(duration)));
        }
        for (_, svg) in draw_all(&story.series(drain)) {
            check(&svg);
        }
    }
}

/// While a leader is dead the application goes on calling send(), and the picture says so.
#[test]
fn a_producer_goes_on_sending_while_nobody_takes_it() {
    let mut story = Story::new("dead leader", 20_000, 1);
    let batch = |ordinal: u32, created: u64| crate::history::fact::Fact::BatchSent {
        node: crate::protocol::ids::NodeId(3),
        tp: crate::protocol::ids::Tp(0),
        ordinal,
        count: 100,
        attempt: 0,
        created: story::ms(created),
        producer_epoch: crate::protocol::ids::ProducerEpoch(0),
        sequence: crate::protocol::ids::Sequence(0),
    };
    for i in 0..20u32 {
        let created = u64::from(i) * 1_000;
        // From 5 s to 15 s nothing leaves; then all of it at once.
        let sent = if (5_000..15_000).contains(&created) { 15_000 } else { created + 1_000 };
        story.at(sent, batch(i * 100, created));
    }
    let series = story.series(0);
    let per_second: Vec<u64> = series.bins.chunks(10).map(|bins| bins.iter().map(|b| b.sent).sum()).collect();
    assert_eq!(series.width, story::ms(200));
    assert!(per_second.iter().take(10).all(|sent| (199..=201).contains(sent)), "{per_second:?}");
    assert_eq!(series.bins.iter().map(|b| b.sent).sum::<u64>(), 2_000);
}

/// What open transactions keep from readers, and the time that send() blocks.
#[test]
fn undecided_records_and_blocked_calls_are_drawn_where_there_are_some() {
    let quiet = story::leader_crash();
    assert!(!texts(&picture(&quiet, "throughput")).contains(&"blocked"));
    assert!(!texts(&picture(&quiet, "lag")).contains(&"undecided, in all partitions"));
    let series = story::open_transaction();
    assert_eq!((series.blocked.times, series.blocked.spans.len()), (2, 1));
    let most = series.undecided.iter().max().copied().unwrap_or(0);
    assert!(most > 100 && series.undecided.last() == Some(&0), "{:?}", series.undecided);
    place(&picture(&series, "throughput"), "blocked");
    place(&picture(&series, "lag"), "undecided, in all partitions");
}

#[test]
fn lag_that_is_unknown_is_no_line() {
    let mut story = Story::new("late group", 20_000, 1);
    story.group("billing");
    story.flow(&Flow { sent: |_, _| 5, up: |_, _| true, read: |_, _| 7 });
    story.facts_until(8_000, |fact| !matches!(fact, crate::history::fact::Fact::OffsetStored { .. }));
    let series = story.series(0);
    let known: Vec<bool> = series.lags[0].total.iter().map(Option::is_some).collect();
    // 200 ms each; the first record comes in the first of them.
    assert!(!known[10] && !known[38] && known[45], "{known:?}");
}

#[test]
fn catching_up_does_not_squash_ordinary_traffic() {
    use crate::report::series::ordinary;
    assert_eq!(ordinary(vec![0, 500, 480, 520, 510]), 520);
    let mut rates = vec![500; 95];
    rates.extend([9_800, 6_000]);
    assert_eq!(ordinary(rates), 750);
    assert_eq!(ordinary(vec![]), 0);
}

#[test]
fn what_a_reader_looks_for_is_marked() {
    let elements = picture(&story::leader_crash(), "throughput");
    place(&elements, "leader");
    let mut story = Story::new("marks", 30_000, 1);
    story.at(5_000, crate::history::fact::Fact::BrokerFenced { broker: crate::protocol::ids::BrokerId(1) });
    story.at(9_000, crate::history::fact::Fact::ProcessStarted { node: crate::protocol::ids::NodeId(0) });
    let elements = picture(&story.series(0), "isr");
    for name in ["fenced", "restart"] {
        place(&elements, name);
    }
}

/// A dozen leaders have a dozen colours.
#[test]
fn more_than_seven_leaders_are_told_apart() {
    let mut story = Story::new("many brokers", 30_000, 12);
    for p in 0..12u32 {
        story.leads(p, 1_000, Some(p as u8 + 4), &[p as u8 + 4], 1, crate::history::fact::Election::Clean);
    }
    let elements = picture(&story.series(0), "isr");
    let mut colors: Vec<&str> =
        elements.iter().filter(|e| e.tag == "polygon").filter_map(|e| e.attribute("fill")).collect();
    colors.sort();
    colors.dedup();
    assert!(colors.len() >= 12, "{colors:?}");
}
