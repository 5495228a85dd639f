//! Offsets that an application keeps in its database, with the rows.

use crate::app::spec::{CommitMode, LoopSpec, RebalanceListener, SinkKind};
use crate::scenario::codes;
use crate::scenario::file::app::Sink;
use crate::scenario::file::workload::{Group, YesNo};
use crate::scenario::findings::Findings;
use crate::scenario::node::Span;

/// Where a sink has a fence, if it has.
pub(super) fn fence(sink: &Sink) -> Option<Span> {
    sink.generation_fence.as_ref().filter(|at| at.value == YesNo::Yes).map(|at| at.span)
}

/// Has an application that commits with the sink do so with this fence, and reports what does not fit. `forwards`: it sends to Kafka for what it
/// reads.
pub(super) fn keep_offsets(
    spec: &mut LoopSpec,
    group: &Group,
    fence: Option<Span>,
    forwards: bool,
    findings: &mut Findings,
) {
    let CommitMode::WithTheSink { fence: fenced } = &mut spec.commit else {
        if let Some(span) = fence {
            findings
                .error(codes::OFFSETS_OUTSIDE, span, "a fence, and no offsets with the rows")
                .label("whom would it refuse?")
                .help("write `commit: with-the-sink`, or leave it out");
        }
        return;
    };
    *fenced = fence.is_some();
    let Some(commit) = &group.commit else { return };
    let mut misfit = |span: Span, why: &str, label: &str, help: &str| {
        findings.error(codes::OFFSETS_OUTSIDE, span, why.to_owned()).label(label).help(help);
    };
    if !matches!(spec.sink.as_ref().map(|sink| sink.kind), Some(SinkKind::Database { .. })) {
        misfit(
            commit.span,
            "`with-the-sink` without a database",
            "the offset is in the transaction of a row",
            "write an application of `apps` with `sink: { kind: database }`",
        );
    }
    if forwards {
        misfit(
            commit.span,
            "`with-the-sink` beside a `producer`",
            "no transaction is about the database and what is sent to Kafka",
            "leave `producer` out, or let another application read what is to go on",
        );
    }
    if spec.consumer.listener == RebalanceListener::None {
        misfit(
            commit.span,
            "`with-the-sink` without a rebalance listener",
            "it is the listener that seeks to the offset in the database",
            "leave `rebalance.listener: none` out",
        );
    }
    if let (Some(span), Some(_)) = (fence, &spec.consumer.assigned) {
        misfit(
            span,
            "a fence by generation, and no generation",
            "a consumer with assign() is no member of a group",
            "let it subscribe, or leave the fence out",
        );
    }
}

/// Reports threads beside one another whose rows have an offset: "all before that is done" is not so, then.
pub(super) fn offsets_in_order(group: &Group, spec: &LoopSpec, findings: &mut Findings) {
    if let (CommitMode::WithTheSink { .. }, Some(commit)) = (spec.commit, &group.commit) {
        findings
            .error(codes::OFFSETS_OUTSIDE, commit.span, "`with-the-sink` beside threads of its own")
            .label("the offset in the row of one record would be past others that are at work")
            .help("leave `thread` and `max.concurrency` out, or keep no offsets: `unique.keys: true` knows a record again");
    }
}
