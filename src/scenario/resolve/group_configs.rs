//! Configs of single groups (`kafka-configs --entity-type groups`), and what Kafka refuses of them (`GroupConfig.validateValues`).

use super::Names;
use crate::protocol::config::{BrokerConfig, GroupConfig};
use crate::protocol::rules::{Rules, ShareGroups};
use crate::scenario::codes;
use crate::scenario::configs::Configs;
use crate::scenario::file::File;
use crate::scenario::file::app::App;
use crate::scenario::findings::Findings;
use crate::scenario::node::At;
use crate::sim::time::Nanos;
use crate::world::spec::GroupSetup;

/// A file has a share group: whether its release has them switched on.
pub(super) fn share_groups(file: &File, findings: &mut Findings) {
    let help = match Rules::of(findings.version).share_groups {
        ShareGroups::EarlyAccess => {
            "brokers need unstable.api.versions.enable=true and group.coordinator.rebalance.protocols=classic,consumer,share"
        }
        ShareGroups::Preview => "upgrade the feature: kafka-features.sh upgrade --feature share.version=1",
        ShareGroups::Production => return,
    };
    let span = file.version.as_ref().map(|version| version.span).unwrap_or_default();
    let (version, ready) = (findings.version.name(), Rules::of(findings.version).share_groups.name());
    findings
        .warning(codes::SHARE_GROUPS, span, format!("share groups are {ready} in Kafka {version}"))
        .label("they are off as it stands; the model behaves as if they were on")
        .help(help);
}

/// The groups that have configs of their own, ascending.
pub(super) fn group_configs(file: &File, names: &Names, findings: &mut Findings) -> Vec<GroupSetup> {
    let mut setups: Vec<GroupSetup> = Vec::new();
    let groups = file.groups.iter().flat_map(|groups| &groups.0);
    let groups = groups.map(|(name, group)| (name, group.as_ref().and_then(|group| group.group_config.as_ref())));
    let apps = file.apps.iter().flat_map(|apps| &apps.0);
    let apps = apps.map(|(name, app)| (name, app.as_ref().and_then(of_app)));
    for (name, written) in groups.chain(apps) {
        let Some(written) = written else { continue };
        let Some(id) = names.groups.get(&name.value).copied() else { continue };
        let config = written.value.over(names.config.group_defaults());
        bounds(written, &config, &names.config, findings);
        // Several sections may read as one group.
        match setups.iter().find(|setup| setup.group == id) {
            Some(other) if other.config != config => {
                findings
                    .error(codes::GROUP_CONFIG, written.span, "a group has one set of configs")
                    .label(format!("`{}` is the same group as one above, which has others", name.value))
                    .help("write them once, with one of the sections of the group");
            }
            Some(_) => {}
            None => setups.push(GroupSetup { group: id, config }),
        }
    }
    setups.sort_by_key(|setup| setup.group);
    setups
}

fn of_app(app: &App) -> Option<&At<Configs<GroupConfig>>> {
    app.consumer.as_ref()?.group_config.as_ref()
}

/// A bound of `group.*.max.assignment.interval.ms`, as it stands.
const MAX_ASSIGNMENT_INTERVAL: u64 = 15_000;

/// What a config is, and between what it may be.
struct Bound {
    name: &'static str,
    value: u64,
    min: (&'static str, u64),
    max: (&'static str, u64),
}

fn bounds(written: &At<Configs<GroupConfig>>, c: &GroupConfig, b: &BrokerConfig, findings: &mut Findings) {
    for Bound { name, value, min, max } in all_bounds(c, b) {
        let Some(span) = written.value.place(name) else { continue };
        let (than, (bound, limit)) = match (value < min.1, value > max.1) {
            (true, _) => ("greater than or equal to", min),
            (_, true) => ("less than or equal to", max),
            (false, false) => continue,
        };
        findings
            .error(codes::GROUP_CONFIG, span, format!("{name} must be {than} {bound}"))
            .label(format!("{value}, and {bound} is {limit}"))
            .help(format!("the config is refused (INVALID_CONFIG): change it, or `{bound}` in `cluster.config`"));
    }
    for (kind, beat, session) in [
        ("consumer", c.consumer_heartbeat_interval, c.consumer_session_timeout),
        ("share", c.share_heartbeat_interval, c.share_session_timeout),
    ] {
        let (session_name, beat_name) = (format!("{kind}.session.timeout.ms"), format!("{kind}.heartbeat.interval.ms"));
        let place = written.value.place(&session_name).or_else(|| written.value.place(&beat_name));
        if let Some(span) = place.filter(|_| session <= beat) {
            findings
                .error(codes::GROUP_CONFIG, span, format!("{session_name} must be greater than {beat_name}"))
                .label(format!("{} ms and {} ms", session.as_millis(), beat.as_millis()))
                .help("the config is refused (INVALID_CONFIG)");
        }
    }
}

fn all_bounds(c: &GroupConfig, b: &BrokerConfig) -> [Bound; 9] {
    let time = |name, value: Nanos, (low, min): (&'static str, Nanos), (high, max): (&'static str, Nanos)| Bound {
        name,
        value: value.as_millis(),
        min: (low, min.as_millis()),
        max: (high, max.as_millis()),
    };
    let interval = |name, value: Nanos, low, high| Bound {
        name,
        value: value.as_millis(),
        min: (low, 0),
        max: (high, MAX_ASSIGNMENT_INTERVAL),
    };
    [
        time(
            "consumer.session.timeout.ms",
            c.consumer_session_timeout,
            ("group.consumer.min.session.timeout.ms", b.group_consumer_min_session_timeout),
            ("group.consumer.max.session.timeout.ms", b.group_consumer_max_session_timeout),
        ),
        time(
            "consumer.heartbeat.interval.ms",
            c.consumer_heartbeat_interval,
            ("group.consumer.min.heartbeat.interval.ms", b.group_consumer_min_heartbeat_interval),
            ("group.consumer.max.heartbeat.interval.ms", b.group_consumer_max_heartbeat_interval),
        ),
        interval(
            "consumer.assignment.interval.ms",
            c.consumer_assignment_interval,
            "group.consumer.min.assignment.interval.ms",
            "group.consumer.max.assignment.interval.ms",
        ),
        time(
            "share.session.timeout.ms",
            c.share_session_timeout,
            ("group.share.min.session.timeout.ms", b.group_share_min_session_timeout),
            ("group.share.max.session.timeout.ms", b.group_share_max_session_timeout),
        ),
        time(
            "share.heartbeat.interval.ms",
            c.share_heartbeat_interval,
            ("group.share.min.heartbeat.interval.ms", b.group_share_min_heartbeat_interval),
            ("group.share.max.heartbeat.interval.ms", b.group_share_max_heartbeat_interval),
        ),
        interval(
            "share.assignment.interval.ms",
            c.share_assignment_interval,
            "group.share.min.assignment.interval.ms",
            "group.share.max.assignment.interval.ms",
        ),
        time(
            "share.record.lock.duration.ms",
            c.share_record_lock_duration,
            ("group.share.min.record.lock.duration.ms", b.group_share_min_record_lock_duration),
            ("group.share.max.record.lock.duration.ms", b.group_share_max_record_lock_duration),
        ),
        Bound {
            name: "share.delivery.count.limit",
            value: u64::from(c.share_delivery_count_limit),
            min: ("group.share.min.delivery.count.limit", 2),
            max: ("group.share.max.delivery.count.limit", 10),
        },
        Bound {
            name: "share.partition.max.record.locks",
            value: u64::from(c.share_partition_max_record_locks),
            min: ("group.share.min.partition.max.record.locks", 100),
            max: ("group.share.max.partition.max.record.locks", 10_000),
        },
    ]
}
