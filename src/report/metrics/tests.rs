//! What a monitoring system is told, played with facts by hand, and of a run. The text is read back by a reader that knows the
//! rules of OpenMetrics and forgives nothing.

mod dashboard;
mod reader;
mod stage;

use super::openmetrics::Writing;
use super::*;
use crate::history::fact::{Election, StopKind};
use crate::protocol::errors::ErrorCode;
use crate::run::Run;
use crate::scenario::{self, embedded};
use reader::{Document, read};
use stage::{B1, B2, B3, CONTROLLER, ORDERS, Stage, isr};

const UNDER_REPLICATED: &str = "kafka_server_replicamanager_underreplicatedpartitions";
const UNDER_MIN_ISR: &str = "kafka_server_replicamanager_underminisrpartitioncount";
const AT_MIN_ISR: &str = "kafka_server_replicamanager_atminisrpartitioncount";
const LEADERS: &str = "kafka_server_replicamanager_leadercount";
const SHRINKS: &str = "kafka_server_replicamanager_isrshrinks_total";
const EXPANDS: &str = "kafka_server_replicamanager_isrexpands_total";
const MESSAGES_IN: &str = "kafka_server_brokertopicmetrics_messagesin_total";
const OFFLINE: &str = "kafka_controller_kafkacontroller_offlinepartitionscount";

#[test]
fn a_broker_that_was_deposed_and_does_not_know_it_finds_nothing_wrong() {
    let mut stage = Stage::new();
    // Broker 1 is cut off at 2 s; the controller fences it at 5 s; at 9 s it is back, and learns of it.
    stage.at(5).fences(B1).changes(Some(B2), 1, isr(&[2, 3]), Election::Clean).leads(B2, 1);
    stage.at(9).follows(B1, 1, B2);
    let told = stage.told();
    assert_eq!(told.at(LEADERS, B1, 8), Some(1.0));
    assert_eq!(told.at(UNDER_REPLICATED, B1, 8), Some(0.0), "in its own epoch the ISR was full");
    assert_eq!((told.at(LEADERS, B2, 8), told.at(UNDER_REPLICATED, B2, 8)), (Some(1.0), Some(1.0)));
    assert_eq!((told.at(LEADERS, B1, 9), told.at(UNDER_REPLICATED, B1, 9)), (Some(0.0), Some(0.0)));
}

#[test]
fn who_is_down_or_paused_tells_nothing_and_begins_at_zero() {
    let mut stage = Stage::new();
    stage.at(1).appends(B1, 0, 5);
    stage.at(3).pauses(B1, true);
    stage.at(5).pauses(B1, false).appends(B1, 5, 2);
    stage.at(7).stops(B1, StopKind::Crash);
    stage.at(9).starts(B1);
    let told = stage.told();
    let of = |second| (told.at("up", B1, second), told.at(MESSAGES_IN, B1, second), told.at(LEADERS, B1, second));
    assert_eq!(of(2), (Some(1.0), Some(5.0), Some(1.0)));
    assert_eq!(of(4), (Some(0.0), None, None), "it is paused");
    assert_eq!(of(6), (Some(1.0), Some(7.0), Some(1.0)));
    assert_eq!(of(8), (Some(0.0), None, None), "it is down");
    assert_eq!(of(9), (Some(1.0), Some(0.0), Some(0.0)), "a new life");
}

#[test]
fn only_what_a_leader_proposed_itself_counts_as_a_shrink() {
    let mut stage = Stage::new();
    stage.at(2).proposes(B1, 0, isr(&[1, 2])).changes(Some(B1), 0, isr(&[1, 2]), Election::Unchanged);
    stage.at(4).proposes(B1, 1, isr(&[1, 2, 3])).changes(Some(B1), 0, isr(&[1, 2, 3]), Election::Unchanged);
    // The controller takes out a broker that it fences.
    stage.at(6).fences(B3).changes(Some(B1), 0, isr(&[1, 2]), Election::Unchanged);
    // And refuses what is proposed late.
    stage.at(8).proposes(B1, 2, isr(&[1, 3])).refuses(B1, ErrorCode::InvalidUpdateVersion);
    let told = stage.told();
    let counts = |second| (told.at(SHRINKS, B1, second), told.at(EXPANDS, B1, second));
    assert_eq!(counts(3), (Some(1.0), Some(0.0)));
    assert_eq!(counts(5), (Some(1.0), Some(1.0)));
    assert_eq!(counts(7), (Some(1.0), Some(1.0)), "nobody counts what the controller does");
    assert_eq!(told.at(UNDER_REPLICATED, B1, 7), Some(1.0));
    assert_eq!(told.at("kafka_server_replicamanager_failedisrupdates_total", B1, 9), Some(1.0));
}

#[test]
fn the_isr_is_held_against_min_insync_replicas() {
    let mut stage = Stage::new();
    stage.at(1).follows(B2, 0, B1);
    stage.at(2).changes(Some(B1), 0, isr(&[1, 2]), Election::Unchanged);
    stage.at(4).changes(Some(B1), 0, isr(&[1]), Election::Unchanged);
    let told = stage.told();
    let of = |second| (told.at(UNDER_MIN_ISR, B1, second), told.at(AT_MIN_ISR, B1, second));
    assert_eq!((of(1), of(3), of(5)), ((Some(0.0), Some(0.0)), (Some(0.0), Some(1.0)), (Some(1.0), Some(0.0))));
    let single = |name: &str, broker| told.only(name, &[("instance", broker), ("partition", "0")], 5);
    assert_eq!(single("kafka_cluster_partition_insyncreplicascount", "broker-1"), Some(1.0));
    assert_eq!(single("kafka_cluster_partition_insyncreplicascount", "broker-2"), Some(0.0), "it does not lead");
    assert_eq!(single("kafka_cluster_partition_laststableoffsetlag", "broker-2"), None, "it is not known");
}

#[test]
fn a_controller_counts_what_has_no_leader_and_what_was_unclean() {
    let mut stage = Stage::new();
    stage.at(2).changes(None, 1, isr(&[1]), Election::Leaderless);
    stage.at(4).changes(Some(B2), 2, isr(&[2]), Election::Unclean);
    let told = stage.told();
    let of = |name: &str, second| told.only(name, &[("instance", CONTROLLER)], second);
    assert_eq!((of(OFFLINE, 1), of(OFFLINE, 3), of(OFFLINE, 5)), (Some(0.0), Some(1.0), Some(0.0)));
    let unclean = "kafka_controller_controllerstats_uncleanleaderelections_total";
    assert_eq!((of(unclean, 3), of(unclean, 5)), (Some(0.0), Some(1.0)));
    let imbalance = "kafka_controller_kafkacontroller_preferredreplicaimbalancecount";
    assert_eq!((of(imbalance, 1), of(imbalance, 3), of(imbalance, 5)), (Some(0.0), Some(1.0), Some(1.0)));
    assert_eq!(of("kafka_controller_kafkacontroller_activecontrollercount", 5), Some(1.0));
    assert_eq!(
        told.sum("kafka_controller_kafkacontroller_activecontrollercount", 5),
        1.0,
        "brokers are no controllers"
    );
}

#[test]
fn who_leads_nothing_of_a_topic_forgets_what_it_counted_of_it() {
    let mut stage = Stage::new();
    stage.at(1).appends(B1, 0, 5).duplicates(B1, 0, 5).refuses_batch(B1, ErrorCode::NotEnoughReplicas);
    stage.at(1).refuses_batch(B1, ErrorCode::NotLeaderOrFollower).refuses_batch(B1, ErrorCode::UnknownTopicOrPartition);
    stage.at(3).follows(B1, 1, B2);
    let told = stage.told();
    let topic = |name: &str, second| told.only(name, &[("instance", "broker-1"), ("topic", ORDERS)], second);
    let all = |name: &str, second| told.only(name, &[("instance", "broker-1")], second);
    assert_eq!((topic(MESSAGES_IN, 2), all(MESSAGES_IN, 2)), (Some(10.0), Some(10.0)), "a duplicate counts again");
    let total = "kafka_server_brokertopicmetrics_totalproducerequests_total";
    let failed = "kafka_server_brokertopicmetrics_failedproducerequests_total";
    assert_eq!((topic(total, 2), topic(failed, 2)), (Some(4.0), Some(1.0)));
    assert_eq!((topic(MESSAGES_IN, 4), all(MESSAGES_IN, 4)), (None, Some(10.0)));
}

#[test]
fn an_exporter_tells_lag_where_somebody_answers() {
    let mut stage = Stage::new();
    stage.at(1).appends(B1, 0, 50).raises(B1, 0, 50);
    stage.at(2).commits(B1, 20);
    stage.at(6).stops(B1, StopKind::Crash);
    let told = stage.told();
    let group = |name: &str, second| told.only(name, &[("consumergroup", "billing"), ("topic", ORDERS)], second);
    let (lag, offset) = ("kafka_consumergroup_lag", "kafka_consumergroup_current_offset");
    assert_eq!((group(lag, 1), group(lag, 3)), (None, Some(30.0)), "before there is a commit there is no group");
    assert_eq!((group(offset, 3), group("kafka_consumergroup_lag_sum", 3)), (Some(20.0), Some(30.0)));
    let time = |second| told.only("kafka_consumergroup_group_lag_seconds", &[("group", "billing")], second);
    assert_eq!(time(5), Some(4.0), "record 20 came at 1 s");
    assert_eq!((group(lag, 7), time(7)), (None, None), "broker 1 led and coordinated");
    assert_eq!(told.only("kafka_topic_partition_current_offset", &[("topic", ORDERS)], 7), None);
    assert_eq!(told.only("kafka_topic_partition_leader", &[("topic", ORDERS)], 7), Some(1.0), "the metadata says so");
}

#[test]
fn a_scrape_sees_what_happens_at_its_time_and_time_is_that_of_the_run() {
    let mut stage = Stage::new();
    stage.at(4).appends(B1, 0, 3);
    let told = stage.told();
    assert_eq!((told.at(MESSAGES_IN, B1, 3), told.at(MESSAGES_IN, B1, 4)), (Some(0.0), Some(3.0)));
    let mut stage = Stage::every(Nanos::from_millis(2_500));
    stage.at(4).appends(B1, 0, 3);
    let writing = Writing { epoch: 100, labels: vec![("run".into(), "a".into())] };
    let told = read(&stage.finish().openmetrics(&writing)).unwrap();
    let samples = told.samples(MESSAGES_IN, &[("instance", "broker-1"), ("run", "a")]);
    let times: Vec<&str> = samples.iter().map(|sample| sample.time.as_str()).collect();
    let (all, of_the_topic) = (["100", "102.5", "105", "107.5", "110"], ["105", "107.5", "110"]);
    assert_eq!(times, [&all[..], &of_the_topic[..]].concat());
}

fn scraped(name: &str, seconds: u64, internal: bool) -> Document {
    let (scenario, _) = scenario::parse(&embedded::find(name).unwrap(), &[]).unwrap();
    let run = Run::new(&scenario, scenario.seed).until(Some(Nanos::from_secs(seconds)));
    let mut metrics = Metrics::new(run.setup().clone(), None, internal);
    run.run(&mut metrics).unwrap();
    read(&metrics.finish().openmetrics(&Writing::default())).unwrap()
}

/// The crash of the library: broker 2 dies at 12.008 s, is there again at 14.008 s, and is fenced at 19.440 s.
#[test]
fn a_run_is_openmetrics_and_shows_its_crash() {
    let told = scraped("leader-crash", 24, false);
    let broker = |name: &str, second| told.at(name, B2, second);
    assert_eq!((broker("up", 12), broker("up", 13), broker("up", 15)), (Some(1.0), Some(0.0), Some(1.0)));
    assert_eq!(broker(LEADERS, 13), None);
    assert_eq!(broker(LEADERS, 15), Some(0.0), "its old session bars it, and it knows of no partition");
    // For the others nothing is wrong until the controller fences it: the followers' leaders are there.
    assert_eq!((told.sum(UNDER_REPLICATED, 11), told.sum(OFFLINE, 16)), (0.0, 0.0));
    let active = "kafka_controller_kafkacontroller_activebrokercount";
    assert_eq!(
        (told.sum(active, 16), told.sum(active, 20)),
        (3.0, 2.0),
        "a dead broker counts until its session is over"
    );
    let families = CATALOGUE.iter().filter(|family| told.has(&family.sample_name())).count();
    assert!(families + 1 >= CATALOGUE.len(), "only Burrow may not know enough: {families}");
    assert!(!told.names().any(|name| super::catalogue::find(name).is_none()), "names are those of the catalogue");
}

#[test]
fn partitions_of_internal_topics_are_told_when_they_are_asked_for() {
    let (usual, all) = (scraped("first-record", 8, false), scraped("first-record", 8, true));
    let internal =
        |told: &Document| told.samples("kafka_log_log_logendoffset", &[("topic", "__consumer_offsets")]).len();
    assert_eq!(internal(&usual), 0);
    assert!(internal(&all) > 0);
    assert_eq!(usual.sum(LEADERS, 7), all.sum(LEADERS, 7), "sums have them always");
}

#[test]
fn names_are_well_formed_and_told_once() {
    let mut names: Vec<&str> = CATALOGUE.iter().map(|family| family.name).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), CATALOGUE.len());
    for family in CATALOGUE {
        assert!(
            family.name.chars().all(|c| c.is_ascii_lowercase() || c == '_' || c.is_ascii_digit()),
            "{}",
            family.name
        );
        assert!(!family.name.ends_with("_total") && family.help.ends_with('.'), "{}", family.name);
        // Strimzi's rules: `kafka.server:type=ReplicaManager,name=IsrShrinksPerSec` is `kafka_server_replicamanager_isrshrinks_total`.
        if let catalogue::MetricSource::Kafka(bean) = family.source {
            let (domain, rest) = bean.split_once(":type=").unwrap();
            let (kind, name) = rest.split_once(",name=").unwrap();
            let spelled =
                format!("{domain}_{kind}_{}", name.trim_end_matches("PerSec")).replace('.', "_").to_lowercase();
            assert_eq!(family.name, spelled);
            assert_eq!(name.ends_with("PerSec"), family.kind == catalogue::FamilyType::Counter, "{bean}");
        }
    }
}

#[test]
fn a_long_run_has_no_more_samples_than_a_short_one() {
    assert_eq!(usual_interval(Nanos::from_secs(30)), Nanos::from_secs(1));
    assert_eq!(usual_interval(Nanos::from_secs(150)), Nanos::from_secs(1));
    assert_eq!(usual_interval(Nanos::from_secs(7 * 86_400)), Nanos::from_secs(3_600));
}
