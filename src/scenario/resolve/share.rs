//! Share groups (KIP-932): their members, and what there is not in them.

use super::loops::{RESTART, close_options, processing_time};
use super::subscriptions;
use super::{Names, before_end, cluster_config, too_many_replicas};
use crate::app::spec::{ConsumerSpec, FatalPolicy, Renewal, ShareCommit, ShareLoopSpec, SharePoison, SinkSpec};
use crate::protocol::config::{ConsumerConfig, ShareAcknowledgementMode};
use crate::protocol::ids::GroupId;
use crate::protocol::rules::KafkaVersion;
use crate::scenario::codes;
use crate::scenario::configs::Configs;
use crate::scenario::file::File;
use crate::scenario::file::workload::{Commit, Fatal, GiveUp, Group, GroupType, Poison};
use crate::scenario::findings::Findings;
use crate::scenario::node::{At, Span};
use crate::sim::time::Nanos;

/// Configs that a share consumer refuses (`ShareConsumerConfig.SHARE_GROUP_UNSUPPORTED_CONFIGS`), and what to do instead.
const UNSUPPORTED: &[(&str, &str)] = &[
    (
        "auto.offset.reset",
        "where a share group begins is a config of the group: `group_config: { share.auto.offset.reset: earliest }`",
    ),
    (
        "enable.auto.commit",
        "there are no offsets to commit: under `share.acknowledgement.mode: implicit` the next poll() accepts what the one before returned",
    ),
    (
        "isolation.level",
        "how far a share group reads is a config of the group: `group_config: { share.isolation.level: read_committed }`",
    ),
    ("partition.assignment.strategy", "leave it out: the coordinator assigns"),
    (
        "session.timeout.ms",
        "it is a config of the group, `group_config: { share.session.timeout.ms: 45000 }`, or of the brokers, group.share.session.timeout.ms",
    ),
    (
        "heartbeat.interval.ms",
        "it is a config of the group, `group_config: { share.heartbeat.interval.ms: 5000 }`, or of the brokers, group.share.heartbeat.interval.ms",
    ),
    ("group.protocol", "leave it out: a share group has a protocol of its own"),
    ("group.remote.assignor", "leave it out: a share group has one assignor"),
];
/// Configs that nobody but a share consumer reads.
const OF_SHARE_CONSUMERS: &[&str] = &["share.acknowledgement.mode", "share.acquire.mode"];

/// Whether a section is a share group.
pub(super) fn is_share(kind: Option<&At<GroupType>>) -> bool {
    kind.is_some_and(|at| at.value == GroupType::Share)
}

/// The first share group of a file. If there is one, brokers create `__share_group_state`.
pub(super) fn first_group(file: &File) -> Option<Span> {
    let groups = file.groups.iter().flat_map(|list| &list.0).filter_map(|(_, group)| group.as_ref()?.kind.as_ref());
    let apps = file.apps.iter().flat_map(|list| &list.0);
    let apps = apps.filter_map(|(_, app)| app.as_ref()?.consumer.as_ref()?.kind.as_ref());
    groups.chain(apps).find(|kind| is_share(Some(kind))).map(|kind| kind.span)
}

/// A warning where the brokers could never create `__share_group_state`, or write to it.
pub(super) fn state_topic(file: &File, names: &Names, findings: &mut Findings) {
    let (factor, least) = (
        names.config.share_coordinator_state_topic_replication_factor,
        names.config.share_coordinator_state_topic_min_isr,
    );
    let of_config = |name: &str| cluster_config(file, name, first_group(file).unwrap_or_default());
    if factor > u16::from(names.brokers) {
        let name = "share.coordinator.state.topic.replication.factor";
        let (place, origin) = of_config(name);
        findings
            .warning(codes::OFFSETS_TOPIC, place, too_many_replicas(name, factor, names))
            .label(format!("{origin}: no share group will find its share coordinator"))
            .help(format!("set `{name}: {}` in `cluster.config`", names.brokers));
    } else if least > factor {
        let name = "share.coordinator.state.topic.min.isr";
        let (place, origin) = of_config(name);
        findings
            .warning(codes::OFFSETS_TOPIC, place, format!("{name} is {least} with {factor} replicas"))
            .label(format!("{origin}: no acknowledgement can be written down"))
            .help(format!("set `{name}: {factor}` in `cluster.config`, or raise the replication factor"));
    }
}

/// `group.share.max.size`: members beyond it are turned away.
pub(super) fn group_size(members: u64, names: &Names, at: Span, findings: &mut Findings) {
    let most = names.config.group_share_max_size;
    if members > u64::from(most) {
        findings
            .warning(codes::GROUP_TOO_LARGE, at, format!("{members} members where group.share.max.size is {most}"))
            .label("the others are refused (GROUP_MAX_SIZE_REACHED)")
            .help("raise group.share.max.size in `cluster.config`, or use fewer members");
    }
}

fn not_in_share_groups(span: Span, what: &str, help: &str, findings: &mut Findings) {
    findings
        .error(codes::NOT_OF_SHARE_GROUP, span, format!("{what} in a share group"))
        .label("a share group has nothing like it")
        .help(help.to_owned());
}

/// What a consumer that is in no share group says as if it were.
pub(super) fn only_in_share_groups(group: &Group, findings: &mut Findings) {
    let only = |span: Span, what: &str, findings: &mut Findings| {
        findings
            .error(codes::NOT_OF_SHARE_GROUP, span, format!("{what} outside of a share group"))
            .label("a consumer acknowledges no single records")
            .help("write `type: share` beside `topics`, or choose something else");
    };
    if let Some(At { value: Commit::WithNextPoll, span }) = &group.commit {
        only(*span, "`with-next-poll`", findings);
    }
    match &group.on_poison {
        Some(At { value: Poison::Release, span }) => only(*span, "`release`", findings),
        Some(At { value: Poison::Reject, span }) => only(*span, "`reject`", findings),
        _ => {}
    }
    if let Some(every) = group.processing.as_ref().and_then(|processing| processing.renew_every.as_ref()) {
        only(every.span, "`renew.every`", findings);
    }
    for given in group.config.iter().flat_map(|config| &config.value.given) {
        if OF_SHARE_CONSUMERS.contains(&given.name.value.as_str()) {
            findings
                .warning(codes::IGNORED_CONFIG, given.name.span, format!("`{}` has no effect", given.name.value))
                .label("nobody but a member of a share group reads it")
                .help("write `type: share` beside `topics`, or leave it out");
        }
    }
}

/// The application of a member, and when it is stopped.
pub(super) fn share_loop_spec(
    id: GroupId,
    group: &Group,
    sink: Option<SinkSpec>,
    (names, duration): (&Names, Nanos),
    findings: &mut Findings,
) -> (ShareLoopSpec, Option<Nanos>) {
    if let Some(client) = &group.client {
        findings
            .error(codes::UNLIKE_CLIENT, client.span, "of share consumers the model has that of the Java client only")
            .label("a client of its own")
            .help("leave `client` out: it is the Java client of `kafka.version`");
    }
    let config = group.config.as_ref().map_or_else(|| Configs::of(findings.version), |at| at.value.clone());
    unsupported(&config, findings);
    let checked = config.value.clone();
    let explicit = checked.share_acknowledgement_mode == ShareAcknowledgementMode::Explicit;
    let start = before_end(group.start.as_ref(), duration, findings).unwrap_or(Nanos::ZERO);
    let stop = before_end(group.stop.as_ref(), duration, findings);
    if let Some(at) = group.stop.as_ref().filter(|at| at.0 <= start) {
        findings
            .error(codes::IMPOSSIBLE, at.span, "a member that stops before it begins")
            .label(format!("it begins at {start}"));
    }
    processing_fits(group, findings);
    consumer_keys(group, findings);
    let topics = subscriptions::topics(group, names, findings);
    let spec = ShareLoopSpec {
        consumer: ConsumerSpec {
            group: id,
            instance: None,
            topics,
            pattern: false,
            regex: None,
            assigned: None,
            close: close_options(group, &checked, findings),
            config: checked,
            client: None,
            listener: crate::app::spec::RebalanceListener::default(),
            seeks_when_assigned: false,
        },
        per_record: processing_time(group, findings),
        commit: commit(group, findings),
        on_poison: on_poison(group, explicit, findings),
        renewal: renewal(group, explicit, findings),
        on_fatal: match group.on_fatal_error.as_ref().map(|at| at.value) {
            Some(Fatal::Continue) => FatalPolicy::Continue,
            Some(Fatal::Exit) | None => FatalPolicy::Exit,
        },
        sink,
        start,
    };
    (spec, stop)
}

fn unsupported(config: &Configs<ConsumerConfig>, findings: &mut Findings) {
    for (name, help) in UNSUPPORTED {
        if let Some(given) = config.given.iter().find(|given| given.name.value == *name) {
            refused(given.name.span, name, help, findings);
        }
    }
    if let Some(instance) = &config.instance {
        refused(instance.span, "group.instance.id", "leave it out: a share group has no static members", findings);
    }
    if let Some(rack) = config.given.iter().find(|given| given.name.value == "client.rack") {
        let title = "`client.rack` has no effect on what a member of a share group reads";
        findings
            .warning(codes::IGNORED_CONFIG, rack.name.span, title)
            .label("only leaders answer it, and the assignor is not rack-aware")
            .help("leave it out; `rack` says where the member stands");
    }
}

fn refused(span: Span, name: &str, help: &str, findings: &mut Findings) {
    findings
        .error(codes::NOT_OF_SHARE_GROUP, span, format!("{name} cannot be set when using a share group"))
        .label("KafkaShareConsumer refuses it: ConfigException")
        .help(help.to_owned());
}

/// What is said of a consumer, and has no counterpart here.
fn consumer_keys(group: &Group, findings: &mut Findings) {
    if let Some(pattern) = &group.pattern {
        let help = "name its `topics`: KafkaShareConsumer subscribes to topics only";
        not_in_share_groups(pattern.span, "`pattern`", help, findings);
    }
    if let Some(offsets) = &group.commit_offsets {
        let help = "leave it out: each record is acknowledged by itself";
        not_in_share_groups(offsets.span, "`commit.offsets`", help, findings);
    }
    if let Some(listener) = &group.rebalance_listener {
        let help = "leave it out: KafkaShareConsumer.subscribe() takes topics only";
        not_in_share_groups(listener.span, "`rebalance.listener`", help, findings);
    }
    if let Some(retry) = &group.commit_retry {
        let help = "leave it out: each record is acknowledged by itself";
        not_in_share_groups(retry.span, "`commit.retry`", help, findings);
    }
    if let Some(timeout) = &group.poll_timeout {
        let help = "leave it out: members of share groups poll with 100 ms";
        not_in_share_groups(timeout.span, "`poll.timeout`", help, findings);
    }
    if let Some(stop_by) = &group.stop_by {
        let help = "leave it out: a member of a share group is woken in poll(), and finishes what it has";
        not_in_share_groups(stop_by.span, "`stop.by`", help, findings);
    }
    if let Some(membership) = group.close.as_ref().and_then(|close| close.value.group_membership.as_ref()) {
        let help = "leave it out: KafkaShareConsumer.close() takes a timeout, and the member leaves";
        not_in_share_groups(membership.span, "`group.membership`", help, findings);
    }
}

/// A share consumer is used by the thread that polls, record by record.
fn processing_fits(group: &Group, findings: &mut Findings) {
    let Some(processing) = &group.processing else { return };
    let keys = [
        ("thread", processing.thread.as_ref().map(|at| at.span)),
        ("max.concurrency", processing.max_concurrency.as_ref().map(|at| at.span)),
        ("ordering", processing.ordering.as_ref().map(|at| at.span)),
    ];
    for (key, span) in keys.into_iter().filter_map(|(key, span)| Some((key, span?))) {
        let help = "leave it out, and write more `members`: they work side by side on the same partitions";
        not_in_share_groups(span, &format!("`{key}`"), help, findings);
    }
}

fn commit(group: &Group, findings: &mut Findings) -> ShareCommit {
    let Some(commit) = &group.commit else { return ShareCommit::WithPoll };
    let word = match commit.value {
        Commit::WithNextPoll => return ShareCommit::WithPoll,
        Commit::SyncAfterBatch => return ShareCommit::Sync,
        Commit::AsyncAfterBatch => return ShareCommit::Async,
        Commit::Auto => "auto",
        Commit::SyncBeforeProcessing => "sync-before-processing",
        Commit::InTransaction => "in-transaction",
        Commit::WithTheSink => "with-the-sink",
        Commit::Never => "never",
    };
    let help = "there are no offsets to commit; write `with-next-poll`, `sync-after-batch` or `async-after-batch`: that is when \
                acknowledgements are sent";
    not_in_share_groups(commit.span, &format!("`commit: {word}`"), help, findings);
    ShareCommit::WithPoll
}

fn on_poison(group: &Group, explicit: bool, findings: &mut Findings) -> SharePoison {
    let crash = SharePoison::Crash { restart_after: RESTART };
    let Some(At { value: poison, span }) = &group.on_poison else { return crash };
    let policy = match poison {
        Poison::GivenUp(GiveUp::Crash) => crash,
        Poison::GivenUp(GiveUp::CrashFor(policy)) => {
            SharePoison::Crash { restart_after: policy.restart_after.as_ref().map_or(RESTART, |at| at.0) }
        }
        Poison::GivenUp(GiveUp::Close | GiveUp::CloseFor(_)) => {
            let help = "write `crash`, or `release`, `reject` or `skip`: a share group has no offsets that close() could commit";
            not_in_share_groups(*span, "`close`", help, findings);
            crash
        }
        Poison::GivenUp(GiveUp::Skip) => SharePoison::Skip,
        Poison::Release => SharePoison::Release,
        Poison::Reject => SharePoison::Reject,
        Poison::Retry | Poison::RetryWith(_) => {
            let help = "write `release`: the record comes again, to any of the members, until it was delivered \
                        group.share.delivery.count.limit times";
            not_in_share_groups(*span, "a retry in place", help, findings);
            crash
        }
        Poison::GivenUp(GiveUp::DeadLetter | GiveUp::DeadLetterTo(_)) | Poison::RetryTopics(_) => {
            let help = "write `reject`, `release`, `skip` or `crash`; dead letter queues of share groups (KIP-1191) are not \
                        modelled";
            not_in_share_groups(*span, "a topic for records that are given up", help, findings);
            crash
        }
    };
    if matches!(policy, SharePoison::Release | SharePoison::Reject) && !explicit {
        needs_explicit(*span, "nobody says anything of a single record", findings);
    }
    policy
}

fn needs_explicit(span: Span, label: &str, findings: &mut Findings) {
    findings
        .error(codes::CONTRADICTION, span, "it needs `share.acknowledgement.mode: explicit`")
        .label(format!("under implicit acknowledgement {label}"))
        .help("write `config: { share.acknowledgement.mode: explicit }`");
}

fn renewal(group: &Group, explicit: bool, findings: &mut Findings) -> Option<Renewal> {
    let every = group.processing.as_ref()?.renew_every.as_ref()?;
    if findings.version < KafkaVersion::V4_2 {
        findings
            .error(codes::NOT_OF_SHARE_GROUP, every.span, "no lock can be renewed before Kafka 4.2")
            .label("KIP-1222 brought RENEW with 4.2")
            .help("leave it out, or write `kafka.version: 4.2`");
    }
    if !explicit {
        needs_explicit(every.span, "nobody renews", findings);
    }
    Some(Renewal { every: every.0 })
}
