//! What an application does at given times: calls of its consumer.

use std::sync::Arc;

use super::{Names, before_end};
use crate::app::spec::{ScriptStep, SeekTo, StepCall};
use crate::protocol::ids::{Offset, TopicId};
use crate::scenario::codes;
use crate::scenario::decode::OneOrMore;
use crate::scenario::file::app::{App, AppStep, CommitStep, Seek, SeekEnd};
use crate::scenario::file::leaf::Name;
use crate::scenario::file::workload::YesNo;
use crate::scenario::findings::Findings;
use crate::scenario::node::{At, Span};
use crate::sim::time::Nanos;

/// What an application does at given times, in order of time.
pub(super) fn steps(app: &App, duration: Nanos, names: &Names, findings: &mut Findings) -> Arc<[ScriptStep]> {
    let mut steps = Vec::new();
    for step in app.steps.iter().flat_map(|steps| &steps.0) {
        let at = before_end(Some(&step.at), duration, findings).unwrap_or_default();
        let mut calls = Vec::new();
        if let Some(seek) = step.seek.as_ref().and_then(|seek| seek.value.0.as_ref()) {
            calls.extend(seeks(seek, step.at.span, names, findings).into_iter().map(|call| (at, call)));
        }
        if let Some(pause) = step.pause.as_ref().and_then(|pause| pause.value.0.as_ref()) {
            let (end, listed) = (at.saturating_add(pause.lasts.0), &pause.partitions.0);
            if end >= duration {
                findings
                    .error(codes::NEVER_HAPPENS, pause.lasts.span, "resume() comes after the end")
                    .label(format!("the run ends at {duration}"));
            }
            let tps: Vec<_> = listed.iter().filter_map(|tp| names.partition(&tp.0, tp.span, findings)).collect();
            calls.extend([(at, StepCall::Pause(tps.clone())), (end, StepCall::Resume(tps))]);
        }
        match step.commit.as_ref().map(|commit| commit.value) {
            Some(CommitStep::Sync) => calls.push((at, StepCall::CommitSync)),
            Some(CommitStep::Async) => calls.push((at, StepCall::CommitAsync)),
            None => {}
        }
        if let Some(topics) = &step.subscribe {
            calls.push((at, StepCall::Subscribe(subscribed(topics, names, findings))));
        }
        let unsubscribes = step.unsubscribe.as_ref().is_some_and(|unsubscribe| unsubscribe.value == YesNo::Yes);
        if unsubscribes {
            calls.push((at, StepCall::Unsubscribe));
        }
        let given =
            [step.seek.is_some(), step.pause.is_some(), step.commit.is_some(), step.subscribe.is_some(), unsubscribes];
        if given.into_iter().filter(|given| *given).count() != 1 {
            findings
                .error(codes::CONTRADICTION, step.at.span, "a step is one call")
                .label("this step needs `seek`, `pause`, `commit`, `subscribe` or `unsubscribe`")
                .help("write another step for another call; `stop` of the application closes its clients");
        }
        steps.extend(calls.into_iter().map(|(at, call)| ScriptStep { at, call }));
    }
    changes_a_subscription(app, findings);
    steps.sort_by_key(|step| step.at);
    steps.into()
}

/// The topics of a step that subscribes, ascending.
fn subscribed(topics: &At<OneOrMore<Name>>, names: &Names, findings: &mut Findings) -> Vec<TopicId> {
    if topics.value.0.is_empty() {
        findings
            .error(codes::EMPTY_SECTION, topics.span, "subscribe() of nothing")
            .label("that is unsubscribe()")
            .help("write `unsubscribe: true`");
    }
    let mut found: Vec<TopicId> =
        topics.value.0.iter().filter_map(|topic| names.topic(&topic.0, topic.span, findings)).collect();
    found.sort();
    found.dedup();
    found
}

/// Reports consumers that have no subscription to topics by name that a step could change.
fn changes_a_subscription(app: &App, findings: &mut Findings) {
    let changes = |step: &&At<AppStep>| step.value.subscribe.is_some() || step.value.unsubscribe.is_some();
    let mut steps = app.steps.iter().flat_map(|steps| &steps.0);
    let (Some(step), Some(consumer)) = (steps.find(changes), &app.consumer) else { return };
    let span = step.at.span;
    let throws = |why| match step.value.subscribe {
        Some(_) => why,
        None => "the model has unsubscribe() of topics that were named",
    };
    let mut misfit = |why: &str, label: &str, help: &str| {
        findings
            .error(codes::STEP_SUBSCRIPTION, span, format!("a step that changes the subscription {why}"))
            .label(label)
            .help(help);
    };
    if consumer.value.pattern.is_some() {
        misfit(
            "beside a `pattern`",
            throws("subscribe() of topics after subscribe() of a pattern throws an IllegalStateException"),
            "name the `topics` of the consumer",
        );
    }
    if consumer.value.topics.is_none() && consumer.value.pattern.is_none() {
        misfit(
            "of a consumer that assigns itself its partitions",
            throws("subscribe() after assign() throws an IllegalStateException"),
            "let it subscribe to `topics`",
        );
    }
    if let Some(preset) = super::clients::preset(app.client.as_ref()).filter(|preset| !preset.is_java()) {
        misfit(
            &format!("of {preset}"),
            "what each client does about that is its own, and the model has the Java client's",
            "leave `client` out",
        );
    }
}

/// The calls of a step that seeks.
fn seeks(seek: &Seek, step: Span, names: &Names, findings: &mut Findings) -> Vec<StepCall> {
    let listed = seek.partition.0.iter();
    let tps: Vec<_> = listed.filter_map(|tp| names.partition(&tp.0, tp.span, findings)).collect();
    match (&seek.offset, &seek.to, &seek.time) {
        (Some(offset), None, None) => {
            let offset = offset.value.0.as_ref().map(|offset| Offset(offset.0 as i64));
            offset.map_or_else(Vec::new, |offset| tps.into_iter().map(|tp| StepCall::Seek(tp, offset)).collect())
        }
        (None, Some(to), None) => {
            let to = to.value.0.map(|to| match to {
                SeekEnd::Beginning => SeekTo::Beginning,
                SeekEnd::End => SeekTo::End,
            });
            to.into_iter().map(|to| StepCall::SeekTo(tps.clone(), to)).collect()
        }
        (None, None, Some(time)) => {
            let time = time.value.0.as_ref().map(|time| SeekTo::Time(time.0));
            time.into_iter().map(|time| StepCall::SeekTo(tps.clone(), time)).collect()
        }
        _ => {
            findings
                .error(codes::CONTRADICTION, step, "a seek goes to one place")
                .label("this one needs `offset`, `to` or `time`")
                .help("write `offset: 500`, `to: beginning` or `time: 30s`");
            Vec::new()
        }
    }
}
