//! Applications that read: what they subscribe to, how they work, when they commit.

use super::servers::distribution;
use super::{Names, before_end, cluster_config, subscriptions, too_many_replicas};
use crate::app::spec::{
    CloseOptions, CommitMode, CommitOffsets, CommitRetry, ConsumerSpec, FatalPolicy, GivingUp,
    GroupMembershipOperation, LoopSpec, OnRevoked, PoisonPolicy, PoolSpec, ProcessingOrder, ProcessingThread,
    QueueSpec, RebalanceListener, Retries, StopBy,
};
use crate::protocol::client_preset::ClientPreset;
use crate::protocol::config::ConsumerConfig;
use crate::protocol::ids::GroupId;
use crate::protocol::messages::GroupProtocol;
use crate::protocol::rules::{CloseMembership, Rules};
use crate::scenario::codes;
use crate::scenario::configs::Configs;
use crate::scenario::file::File;
use crate::scenario::file::leaf::Name;
use crate::scenario::file::workload::{
    Commit, CommitOffsets as OffsetsChoice, CommitRetry as RetryChoice, Fatal, GiveUp, Group, Member, Members,
    MembershipOperation, Ordering, Poison, Processing, RebalanceListener as ListenerChoice, RetryPolicy,
    StopBy as StopChoice, Thread, YesNo,
};
use crate::scenario::findings::Findings;
use crate::scenario::node::{At, Span};
use crate::sim::random::Distribution;
use crate::sim::time::Nanos;

/// Until a process is started again that died of itself, when the file does not say.
pub(super) const RESTART: Nanos = Nanos::from_secs(5);
/// `poll(Duration.ofMillis(100))`: what `KafkaConsumer`'s documentation passes.
const POLL_TIMEOUT: Nanos = Nanos::from_millis(100);

/// The kinds of members of a group, each as if it were a group of its own, and how many there are of each.
pub(super) fn members(group: &Group, name: Span, findings: &mut Findings) -> Vec<(Group, u64)> {
    let each = match group.members.as_ref().map(|at| &at.value) {
        None => return vec![(group.clone(), 1)],
        Some(Members::Alike(count)) => return vec![(group.clone(), *count)],
        Some(Members::Each(each)) => each,
    };
    if each.is_empty() {
        let span = group.members.as_ref().map_or(name, |at| at.span);
        findings.error(codes::EMPTY_SECTION, span, "a group without members").label("name at least one");
    }
    let of = |member: &Member| {
        let config = match (&group.config, &member.config) {
            (Some(base), Some(own)) => Some(At { value: own.value.on_top_of(&base.value), span: own.span }),
            (base, own) => own.clone().or_else(|| base.clone()),
        };
        Group {
            kind: group.kind.clone(),
            topics: member.topics.clone().or_else(|| group.topics.clone().filter(|_| member.pattern.is_none())),
            pattern: member.pattern.clone().or_else(|| group.pattern.clone().filter(|_| member.topics.is_none())),
            members: None,
            processing: member.processing.clone().or_else(|| group.processing.clone()),
            commit: member.commit.clone().or_else(|| group.commit.clone()),
            commit_offsets: member.commit_offsets.clone().or_else(|| group.commit_offsets.clone()),
            commit_retry: member.commit_retry.clone().or_else(|| group.commit_retry.clone()),
            on_poison: member.on_poison.clone().or_else(|| group.on_poison.clone()),
            on_fatal_error: member.on_fatal_error.clone().or_else(|| group.on_fatal_error.clone()),
            poll_timeout: member.poll_timeout.clone().or_else(|| group.poll_timeout.clone()),
            stop_by: member.stop_by.clone().or_else(|| group.stop_by.clone()),
            rebalance_listener: member.rebalance_listener.clone().or_else(|| group.rebalance_listener.clone()),
            start: member.start.clone().or_else(|| group.start.clone()),
            stop: member.stop.clone().or_else(|| group.stop.clone()),
            close: member.close.clone().or_else(|| group.close.clone()),
            rack: member.rack.clone().or_else(|| group.rack.clone()),
            client: member.client.clone().or_else(|| group.client.clone()),
            config,
            group_config: None,
        }
    };
    each.iter().map(|member| (of(&member.value), member.count.as_ref().map_or(1, |at| at.0))).collect()
}

/// The application of a member, and when it is stopped. `transactional`: its producer has a transactional id.
pub(super) fn loop_spec(
    id: GroupId,
    group: &Group,
    name: Span,
    transactional: bool,
    (names, duration): (&Names, Nanos),
    findings: &mut Findings,
) -> (LoopSpec, Option<Nanos>) {
    let client = super::clients::preset(group.client.as_ref());
    let config = super::clients::consumer(group.config.as_ref(), group.client.as_ref(), findings);
    let mut checked = super::kafka::consumer(&config, &names.config, name, findings);
    let commit = match commit_mode(group, &config, transactional, findings) {
        CommitMode::Auto if client.is_some_and(ClientPreset::commits_after_batch) => CommitMode::SyncAfterBatch,
        commit => commit,
    };
    checked.enable_auto_commit = commit == CommitMode::Auto;
    let start = before_end(group.start.as_ref(), duration, findings).unwrap_or(Nanos::ZERO);
    let stop = before_end(group.stop.as_ref(), duration, findings);
    if let Some(at) = group.stop.as_ref().filter(|at| at.0 <= start) {
        findings
            .error(codes::IMPOSSIBLE, at.span, "a member that stops before it begins")
            .label(format!("it begins at {start}"));
    }
    let (listener, on_revoked) = listener(group, commit, findings);
    let spec = LoopSpec {
        consumer: Box::new(ConsumerSpec {
            group: id,
            listener,
            seeks_when_assigned: matches!(commit, CommitMode::WithTheSink { .. }),
            instance: None,
            topics: subscriptions::topics(group, names, findings),
            pattern: subscriptions::matches_itself(group),
            regex: None,
            assigned: None,
            close: close_options(group, &checked, findings),
            config: checked,
            client,
        }),
        per_record: processing_time(group, findings),
        thread: match group.processing.as_ref().and_then(|p| p.thread.as_ref()).map(|at| at.value) {
            Some(Thread::Worker) => ProcessingThread::Worker,
            Some(Thread::Poll) | None => ProcessingThread::Poll,
        },
        pool: pool(group, commit, findings),
        queue: queue(group, findings),
        commit_retry: commit_retry(group, commit, findings),
        commit,
        on_poison: poison_policy(group.on_poison.as_ref().map(|at| &at.value), findings),
        backs_off: false,
        on_fatal: match group.on_fatal_error.as_ref().map(|at| at.value) {
            Some(Fatal::Continue) => FatalPolicy::Continue,
            Some(Fatal::Exit) | None => FatalPolicy::Exit,
        },
        poll_timeout: poll_timeout(group, findings),
        stop_by: match group.stop_by.as_ref().map(|at| at.value) {
            Some(StopChoice::Wakeup) => StopBy::Wakeup,
            Some(StopChoice::Flag) => StopBy::Flag,
            Some(StopChoice::WakeupInPoll) | None => StopBy::WakeupInPoll,
        },
        on_revoked,
        outlet: None,
        sink: None,
        steps: [].into(),
        start,
    };
    (spec, stop)
}

/// Who is told of partitions that come and go, and what that does.
fn listener(group: &Group, mode: CommitMode, findings: &mut Findings) -> (RebalanceListener, Option<OnRevoked>) {
    let works = match group.rebalance_listener.as_ref().map(|at| &at.value) {
        None => return (RebalanceListener::TakesNote, None),
        Some(ListenerChoice::None) => return (RebalanceListener::None, None),
        Some(ListenerChoice::Works(works)) => works,
    };
    let drains = works.drain.as_ref().filter(|at| at.value == YesNo::Yes);
    let has_threads =
        group.processing.as_ref().is_some_and(|p| p.thread.as_ref().is_some_and(|at| at.value == Thread::Worker));
    if let Some(drain) = drains.filter(|_| !has_threads) {
        findings
            .error(codes::CONTRADICTION, drain.span, "a listener that drains, and no thread to wait for")
            .label("the thread that polls is done with its records when it polls")
            .help("write `processing: { thread: worker }`, or leave it out");
    }
    if let Some(commit) = &works.commit
        && !matches!(mode, CommitMode::SyncAfterBatch | CommitMode::AsyncAfterBatch)
    {
        findings
            .error(codes::CONTRADICTION, commit.span, "a listener that commits where the application does not")
            .label("this is for `commit: sync-after-batch` and `async-after-batch`")
            .help("set one of them, and `enable.auto.commit: false`; the client's own auto-commit comes before the listener");
    }
    let takes = works.takes.as_ref().map_or(Nanos::ZERO, |at| at.0);
    let on_revoked = OnRevoked { drains: drains.is_some(), takes, commits: works.commit.is_some() };
    (RebalanceListener::Works, Some(on_revoked))
}

/// How a consumer is closed, which is not the same in all clients.
pub(super) fn close_options(group: &Group, config: &ConsumerConfig, findings: &mut Findings) -> CloseOptions {
    let mut options = CloseOptions::default();
    let Some(close) = group.close.as_ref().map(|at| &at.value) else { return options };
    let preset = super::clients::preset(group.client.as_ref());
    if let Some(timeout) = &close.timeout {
        options.timeout = timeout.0;
        if let Some(preset) = preset.filter(|preset| !preset.has_close_timeout()) {
            findings
                .error(codes::UNLIKE_CLIENT, timeout.span, format!("{preset} closes a consumer without a timeout"))
                .label("it waits as long as it takes")
                .help("leave it out, or leave `client` out: close() of the Java client has one");
        }
    }
    if let Some(membership) = &close.group_membership {
        options.membership = match membership.value {
            MembershipOperation::Default => GroupMembershipOperation::Default,
            MembershipOperation::LeaveGroup => GroupMembershipOperation::LeaveGroup,
            MembershipOperation::RemainInGroup => GroupMembershipOperation::RemainInGroup,
        };
        let has_options = Rules::of(findings.version).close_membership == CloseMembership::Choice;
        if let Some(preset) = preset {
            findings
                .error(codes::UNLIKE_CLIENT, membership.span, format!("{preset} has no `CloseOptions`"))
                .label("the Java client has them since Kafka 4.1 (KIP-1092)")
                .help("leave it out, or leave `client` out");
        } else if !has_options {
            findings
                .error(codes::OUT_OF_RANGE, membership.span, "close() of Kafka 4.0 knows a timeout and nothing else")
                .label("`CloseOptions` came with Kafka 4.1 (KIP-1092)")
                .help("leave it out, or write `kafka.version: 4.1`");
        } else if membership.value == MembershipOperation::RemainInGroup
            && config.group_protocol == GroupProtocol::Consumer
        {
            findings
                .warning(codes::CONTRADICTION, membership.span, "under group.protocol=consumer `remain-in-group` changes nothing")
                .label("a static member stays anyway, and a dynamic one leaves all the same")
                .help("the client's next heartbeat says that it leaves as soon as the one under way is answered; give the members a group.instance.id");
        }
    }
    options
}

/// Threads that work side by side.
fn pool(group: &Group, mode: CommitMode, findings: &mut Findings) -> Option<PoolSpec> {
    let processing = group.processing.as_ref().map(|at| &at.value);
    let commit = commit_offsets(group, processing, mode, findings);
    let (threads, ordering) = processing.map(|p| (p.max_concurrency.as_ref(), p.ordering.as_ref()))?;
    if let (None, Some(ordering)) = (threads, ordering) {
        findings
            .error(codes::CONTRADICTION, ordering.span, "`ordering` without `max.concurrency`")
            .label("one thread keeps every order")
            .help("write `max.concurrency: 16`, or leave `ordering` out");
    }
    let order = match ordering.map(|at| at.value) {
        Some(Ordering::Key) | None => ProcessingOrder::Key,
        Some(Ordering::Partition) => ProcessingOrder::Partition,
        Some(Ordering::Unordered) => ProcessingOrder::Unordered,
    };
    threads.map(|threads| PoolSpec { threads: threads.0 as u32, order, commit })
}

/// What the application passes to poll(), which counts in milliseconds: with less it would only ever look.
fn poll_timeout(group: &Group, findings: &mut Findings) -> Nanos {
    let Some(at) = &group.poll_timeout else { return POLL_TIMEOUT };
    if at.0 < Nanos::from_millis(1) {
        findings
            .error(codes::OUT_OF_BOUNDS, at.span, "`poll.timeout` below a millisecond")
            .label("poll() would return at once, and the loop never rest")
            .help("write 1ms or more; 100ms is usual");
    }
    at.0.max(Nanos::from_millis(1))
}

/// What the callback of commitAsync() does, of which there must be some.
fn commit_retry(group: &Group, mode: CommitMode, findings: &mut Findings) -> Option<CommitRetry> {
    let retry = group.commit_retry.as_ref()?;
    if mode != CommitMode::AsyncAfterBatch || group.commit_offsets.is_some() {
        findings
            .error(codes::CONTRADICTION, retry.span, "`commit.retry` without commitAsync() of the positions")
            .label("there is no callback")
            .help("write `commit: async-after-batch`, or leave it out: commitSync() tries again by itself");
    }
    Some(match retry.value {
        RetryChoice::Blindly => CommitRetry::Blindly,
        RetryChoice::UnlessNewer => CommitRetry::UnlessNewer,
    })
}

/// The limit of what waits for threads, which there must be.
fn queue(group: &Group, findings: &mut Findings) -> Option<QueueSpec> {
    let processing = &group.processing.as_ref()?.value;
    let queue = processing.queue.as_ref()?;
    if processing.thread.as_ref().map(|at| at.value) != Some(Thread::Worker) {
        findings
            .error(codes::CONTRADICTION, queue.span, "`queue` without a thread that works beside the one that polls")
            .label("nothing waits: what poll() returns is done before the next poll()")
            .help("add `thread: worker`, or leave it out");
    }
    let limit = queue.limit.as_ref()?.0 as u32;
    let resume_at = queue.resume_at.as_ref().map_or(limit / 2, |at| at.0 as u32);
    if let Some(at) = queue.resume_at.as_ref().filter(|_| resume_at >= limit) {
        findings
            .error(codes::IMPOSSIBLE, at.span, "`resume.at` is not below `limit`")
            .label(format!("{resume_at} >= {limit}"))
            .help("half the limit is usual");
    }
    Some(QueueSpec { limit, resume_at })
}

/// How long an application works on one record.
pub(super) fn processing_time(group: &Group, findings: &mut Findings) -> Distribution {
    let per_record = group.processing.as_ref().and_then(|processing| processing.per_record.as_ref());
    per_record.map_or(Distribution::Constant(Nanos::from_micros(100)), |delay| distribution(delay, findings))
}

/// Which offsets are committed, which is a question only where threads are behind the consumer.
fn commit_offsets(
    group: &Group,
    processing: Option<&Processing>,
    mode: CommitMode,
    findings: &mut Findings,
) -> CommitOffsets {
    let Some(at) = &group.commit_offsets else { return CommitOffsets::Positions };
    let (which, word) = match at.value {
        OffsetsChoice::Positions => return CommitOffsets::Positions,
        OffsetsChoice::Contiguous => (CommitOffsets::Contiguous, "contiguous"),
        OffsetsChoice::HighestFinished => (CommitOffsets::HighestFinished, "highest-finished"),
    };
    let has_threads = processing.is_some_and(|p| p.max_concurrency.is_some());
    let are_beside = processing.and_then(|p| p.thread.as_ref()).is_some_and(|at| at.value == Thread::Worker);
    let what = format!("`commit.offsets: {word}`");
    if !(has_threads && are_beside) {
        let label = if has_threads {
            "the thread that polls waits until all is done: every choice commits the same"
        } else {
            "one record after the other is done: there is no offset to choose"
        };
        findings
            .error(codes::CONTRADICTION, at.span, format!("{what} without threads that work beside the one that polls"))
            .label(label)
            .help("write `processing: { max.concurrency: 16, thread: worker }`, or leave it out");
    }
    if !matches!(mode, CommitMode::SyncAfterBatch | CommitMode::AsyncAfterBatch) {
        findings
            .error(codes::CONTRADICTION, at.span, format!("{what} where the application commits no offsets of its own"))
            .label("this is for `commit: sync-after-batch` and `async-after-batch`")
            .help("set one of them, and `enable.auto.commit: false`");
    }
    which
}

/// A warning where the brokers could never create `__consumer_offsets`.
pub(super) fn offsets_topic(file: &File, names: &Names, group: Span, findings: &mut Findings) {
    let (name, factor) = ("offsets.topic.replication.factor", names.config.offsets_topic_replication_factor);
    if factor > u16::from(names.brokers) {
        let (place, origin) = cluster_config(file, name, group);
        findings
            .warning(codes::OFFSETS_TOPIC, place, too_many_replicas(name, factor, names))
            .label(format!("{origin}: no group will find its coordinator"))
            .help(format!("set `{name}: {}` in `cluster.config`", names.brokers));
    }
}

/// When a group's members commit: what `commit` says, or what goes with enable.auto.commit. `transactional`: they send
/// in transactions.
fn commit_mode(
    group: &Group,
    config: &Configs<ConsumerConfig>,
    transactional: bool,
    findings: &mut Findings,
) -> CommitMode {
    let auto = config.value.enable_auto_commit;
    let Some(commit) = &group.commit else {
        // Who sends in transactions switches auto-commit off, if only by not switching it on.
        if transactional && !(auto && config.place("enable.auto.commit").is_some()) {
            return CommitMode::InTransaction;
        }
        return if auto { CommitMode::Auto } else { CommitMode::SyncAfterBatch };
    };
    let mode = match commit.value {
        Commit::Auto => CommitMode::Auto,
        Commit::SyncAfterBatch => CommitMode::SyncAfterBatch,
        Commit::SyncBeforeProcessing => CommitMode::SyncBeforeProcessing,
        Commit::AsyncAfterBatch => CommitMode::AsyncAfterBatch,
        Commit::InTransaction => CommitMode::InTransaction,
        // What it is for is reported elsewhere, and whether there is a fence.
        Commit::WithTheSink => CommitMode::WithTheSink { fence: false },
        // That it does not fit is reported elsewhere.
        Commit::Never | Commit::WithNextPoll => CommitMode::Never,
    };
    if mode == CommitMode::InTransaction && !transactional {
        findings
            .error(
                codes::NO_TRANSACTION,
                commit.span,
                "`in-transaction` without a producer that has a `transactional.id`",
            )
            .label("there is no transaction to send the offsets to")
            .help(
                "write an application of `apps` with `producer: { topic: ..., config: { transactional.id: my-id } }`",
            );
    }
    if let Some(span) = config.place("enable.auto.commit")
        && auto != (mode == CommitMode::Auto)
    {
        let help = if auto {
            "set `enable.auto.commit: false`, or leave one of the two out"
        } else {
            "leave one of the two out"
        };
        findings
            .error(codes::CONTRADICTION, span, "`commit` says otherwise")
            .label(format!("enable.auto.commit is {auto}"))
            .help(help);
    }
    mode
}

fn poison_policy(poison: Option<&Poison>, findings: &mut Findings) -> PoisonPolicy {
    let second = Nanos::from_secs(1);
    match poison {
        None => PoisonPolicy::GiveUp(giving_up(&GiveUp::Crash)),
        Some(Poison::GivenUp(how)) => PoisonPolicy::GiveUp(giving_up(how)),
        // That these do not fit is reported elsewhere.
        Some(Poison::Release | Poison::Reject) => PoisonPolicy::GiveUp(GivingUp::Skip),
        Some(Poison::RetryTopics(_)) => PoisonPolicy::GiveUp(GivingUp::RetryTopic),
        Some(Poison::Retry) => PoisonPolicy::Retry(Retries::without_end(second)),
        Some(Poison::RetryWith(retry)) => {
            let pause = retry.pause.as_ref().map_or(second, |at| at.0);
            let longest_pause = retry.longest_pause.as_ref().map_or(pause, |at| at.0);
            let attempts = retry.attempts.as_ref().and_then(|at| at.value.0);
            let then = retry.then.as_ref().and_then(|at| at.value.0.as_ref());
            retries_are_whole(retry, findings);
            let limit = attempts.zip(then).map(|(attempts, then)| (attempts.0 as u32, giving_up(then)));
            PoisonPolicy::Retry(Retries { pause, longest_pause, limit })
        }
    }
}

fn giving_up(how: &GiveUp) -> GivingUp {
    match how {
        GiveUp::Crash => GivingUp::Crash { restart_after: RESTART },
        GiveUp::CrashFor(policy) => {
            GivingUp::Crash { restart_after: policy.restart_after.as_ref().map_or(RESTART, |at| at.0) }
        }
        GiveUp::Close => GivingUp::Close { restart_after: RESTART },
        GiveUp::CloseFor(policy) => {
            GivingUp::Close { restart_after: policy.restart_after.as_ref().map_or(RESTART, |at| at.0) }
        }
        GiveUp::Skip => GivingUp::Skip,
        GiveUp::DeadLetter | GiveUp::DeadLetterTo(_) => GivingUp::DeadLetter,
    }
}

/// Reports a topic for records that a group gives up from which the group would read them again. Whether it is another one.
pub(super) fn is_not_its_own(group: &Group, topic: &At<Name>, findings: &mut Findings) -> bool {
    let mut own = group.topics.iter().flat_map(|topics| &topics.value.0);
    let is_own = own.any(|read| read.0 == topic.0);
    if is_own {
        findings
            .error(codes::CONTRADICTION, topic.span, format!("the group reads `{}` itself", topic.0))
            .label("what it gives up comes back, and is given up again, for ever")
            .help("send it to a topic that the group does not subscribe to");
    }
    !is_own
}

/// Keys of `retry` that need another one.
fn retries_are_whole(retry: &RetryPolicy, findings: &mut Findings) {
    match (&retry.attempts, &retry.then) {
        (Some(attempts), None) => {
            findings
                .error(codes::CONTRADICTION, attempts.span, "`attempts` without `then`")
                .label("and after them?")
                .help("write `then: dead-letter`, `then: skip` or `then: crash`, or leave `attempts` out: it tries for ever");
        }
        (None, Some(then)) => {
            findings
                .error(codes::CONTRADICTION, then.span, "`then` without `attempts`")
                .label("it tries for ever")
                .help("write after how many `attempts` the record is given up, such as `attempts: 3`");
        }
        _ => {}
    }
    if let (Some(longest), pause) = (&retry.longest_pause, retry.pause.as_ref().map_or(Nanos::from_secs(1), |at| at.0))
        && longest.0 < pause
    {
        findings
            .error(codes::CONTRADICTION, longest.span, "`longest.pause` below `pause`")
            .label(format!("the first pause takes {pause}"))
            .help("write the longest of the pauses, or leave it out");
    }
}
