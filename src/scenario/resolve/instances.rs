//! Static members: which process is which instance.

use crate::protocol::client_preset::ClientPreset;
use crate::protocol::config::ConsumerConfig;
use crate::protocol::ids::{GroupId, InstanceId};
use crate::scenario::codes;
use crate::scenario::configs::{Configs, INSTANCE};
use crate::scenario::findings::Findings;
use crate::scenario::node::{At, Span};
use crate::sim::time::Nanos;

use super::Names;

/// The id among a consumer's configs, if its client knows static members.
pub(super) fn instance_of<'a>(
    config: Option<&'a At<Configs<ConsumerConfig>>>,
    client: Option<ClientPreset>,
    findings: &mut Findings,
) -> Option<&'a At<String>> {
    let id = config?.value.instance.as_ref()?;
    let Some(client) = client.filter(|client| !client.has_static_members()) else { return Some(id) };
    findings
        .warning(codes::NOT_OF_CLIENT, id.span, "`group.instance.id` has no effect")
        .label(format!("{client} has nothing like it"))
        .help(format!("leave it out; `kafkasim config {client}` shows what it has"));
    None
}

/// A process that is an instance, and when it lives.
struct Use {
    group: GroupId,
    id: InstanceId,
    process: String,
    span: Span,
    from: Nanos,
    to: Nanos,
}

/// The instances of all groups.
#[derive(Default)]
pub(super) struct Instances {
    uses: Vec<Use>,
    told: Vec<(GroupId, InstanceId)>,
}

impl Instances {
    /// Process `index` of an application is the instance that the text says. One that begins later and takes the id from one
    /// that lives is what fencing is for; two that begin together with one id are a mistake.
    pub(super) fn take(
        &mut self,
        text: &At<String>,
        group: GroupId,
        (application, index): (&str, u64),
        (from, to): (Nanos, Option<Nanos>),
        names: &mut Names,
        findings: &mut Findings,
    ) -> InstanceId {
        let id = names.catalog.add_instance_id(&text.value.replace(INSTANCE, &index.to_string()));
        let process = format!("{application}-{index}");
        let to = to.unwrap_or(Nanos::MAX);
        let meets = |other: &&Use| (other.group, other.id) == (group, id) && other.from < to && from < other.to;
        if let Some(other) = self.uses.iter().find(meets).filter(|_| !self.told.contains(&(group, id))) {
            let message = format!("`{}` and `{process}` have one group.instance.id", other.process);
            let together = other.from == from;
            let help = if other.span == text.span {
                format!(
                    "write `group.instance.id: \"{}-{INSTANCE}\"`: `{INSTANCE}` is the number of the process",
                    text.value
                )
            } else {
                let place = findings.line(other.span);
                format!("`{}` has it in {place}: give each an id of its own{}", other.process, or_later(together))
            };
            let finding = match together {
                true => findings.error(codes::SHARED_INSTANCE_ID, text.span, message),
                false => findings.warning(codes::SHARED_INSTANCE_ID, text.span, message),
            };
            finding
                .label("whoever joins later fences the other (FENCED_INSTANCE_ID); in the new protocol it is refused (UNRELEASED_INSTANCE_ID)")
                .help(help);
            self.told.push((group, id));
        }
        self.uses.push(Use { group, id, process, span: text.span, from, to });
        id
    }
}

fn or_later(together: bool) -> &'static str {
    if together { ", or let one `start` later, if fencing is what you want to see" } else { "" }
}
