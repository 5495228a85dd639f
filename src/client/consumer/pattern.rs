//! subscribe(Pattern): a consumer subscribes to the topics that match and that it knows of, and learns of new ones with its metadata
//! (`ConsumerCoordinator.updatePatternSubscription`, `ApplicationEventProcessor.updatePatternSubscription`).

use super::network::ConsumerNetwork;
use super::spec::ConsumerSpec;
use super::subscription::Subscriptions;
use crate::protocol::ids::TopicId;
use crate::sim::time::Nanos;

/// Matches the topics once for each answer to Metadata.
#[derive(Clone, Debug, Default)]
pub struct PatternSubscription {
    /// The version of the metadata that was looked at.
    seen: Option<u32>,
}

impl PatternSubscription {
    /// Subscribes to what matches, if there are other metadata than the last time. Whether there are.
    pub fn update(
        &mut self,
        spec: &ConsumerSpec,
        subscriptions: &mut Subscriptions,
        network: &mut ConsumerNetwork,
    ) -> bool {
        let version = network.metadata().version();
        if !spec.pattern || self.seen == Some(version) {
            return false;
        }
        self.seen = Some(version);
        let matching: Vec<TopicId> =
            spec.topics.iter().copied().filter(|topic| network.metadata().knows(*topic)).collect();
        if subscriptions.subscribe(&matching) {
            network.metadata_mut().request_new();
        }
        true
    }
    /// Whether the metadata are fresh enough to join with: a refresh is asked for as often as its backoff allows
    /// (`ensureFreshMetadata`), so that a new topic makes few rebalances, and not one for each member.
    pub fn may_join(spec: &ConsumerSpec, network: &mut ConsumerNetwork, now: Nanos) -> bool {
        if !spec.pattern {
            return true;
        }
        if network.metadata().allows_update(now) && !network.metadata().in_progress() {
            network.metadata_mut().request_update();
        }
        !network.metadata().in_progress() && network.metadata().next_update(now) > now
    }
}
