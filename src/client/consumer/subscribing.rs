//! subscribe() and unsubscribe() of a consumer that runs, and onPartitionsAssigned where its listener seeks
//! (`{Classic,Async}KafkaConsumer.java`).

use super::kafka_consumer::{Call, KafkaConsumer, Returned};
use crate::history::fact::Fact;
use crate::node::Context;
use crate::protocol::ids::{TopicId, Tp};
use crate::sim::time::Nanos;

impl KafkaConsumer {
    /// subscribe() of these topics, ascending, instead of those before. What is buffered of others is dropped; what it has of them it has
    /// until the next rebalance, which poll() begins, or in a group of the new protocol the next heartbeat
    /// (`{Classic,Async}KafkaConsumer.subscribeInternal`).
    pub fn subscribe(&mut self, topics: &[TopicId], ctx: &mut Context<'_>) {
        let KafkaConsumer { fetcher, subscriptions, network, membership, catalog, .. } = self;
        fetcher.retain(|tp| topics.contains(&catalog.topic_of(tp).0), subscriptions);
        let before = subscriptions.subscribed().clone();
        if subscriptions.subscribe(topics) {
            network.metadata_mut().watch(topics);
            network.metadata_mut().request_new();
        }
        membership.subscription_updated();
        self.tell_subscription(&before, ctx);
    }
    /// unsubscribe(): gives up what it has and leaves its group, without a commit.
    pub fn unsubscribe(&mut self, ctx: &mut Context<'_>) {
        let KafkaConsumer { fetcher, subscriptions, .. } = self;
        fetcher.retain(|_| false, subscriptions);
        self.membership.begin_unsubscribe();
        self.call = Call::Unsubscribe { deadline: ctx.now().saturating_add(self.spec.config.default_api_timeout) };
    }
    /// Whether it subscribes to something or has assigned itself something: poll() throws an IllegalStateException otherwise.
    pub fn may_poll(&self) -> bool {
        self.subscriptions.is_by_hand()
            || self.spec.named_topics().is_empty()
            || !self.subscriptions.subscribed().is_empty()
    }
    /// Says which topics it subscribes to that it did not subscribe to before, and the other way round.
    fn tell_subscription(&self, before: &[TopicId], ctx: &mut Context<'_>) {
        let (node, now) = (ctx.me(), self.subscriptions.subscribed());
        for topic in before.iter().filter(|topic| !now.contains(topic)) {
            ctx.record(Fact::SubscriptionChanged { node, topic: *topic, subscribed: false });
        }
        for topic in now.iter().filter(|topic| !before.contains(topic)) {
            ctx.record(Fact::SubscriptionChanged { node, topic: *topic, subscribed: true });
        }
    }
    /// Takes unsubscribe() as far as it goes without waiting.
    pub(super) fn drive_unsubscribe(&mut self, deadline: Nanos, ctx: &mut Context<'_>) -> Option<Returned> {
        let expired = deadline <= ctx.now();
        let KafkaConsumer { network, subscriptions, membership, .. } = self;
        let left = membership.drive_unsubscribe(subscriptions, network, ctx);
        if membership.calls_back() {
            return Some(Returned::CallsBack);
        }
        // What has taken too long is logged.
        let result = left.or(expired.then_some(Ok(())))?;
        membership.unsubscribed();
        let before = self.subscriptions.subscribed().clone();
        self.subscriptions.subscribe(&[]);
        self.tell_subscription(&before, ctx);
        Some(Returned::Unsubscribed(result))
    }

    // --- onPartitionsAssigned ----------------------------------------------------------------------

    /// Whether the listener that seeks has not heard of the assignment.
    pub(super) fn is_to_seek(&self) -> bool {
        self.spec.seeks_when_assigned && self.heard_of != self.subscriptions.changes()
    }
    /// What onPartitionsAssigned is told: the partitions that have come.
    pub fn take_assigned(&mut self) -> Vec<Tp> {
        let heard_of = std::mem::replace(&mut self.heard_of, self.subscriptions.changes());
        let assigned = self.subscriptions.partitions().iter();
        assigned.filter(|partition| partition.since > heard_of).map(|partition| partition.tp).collect()
    }
    /// onPartitionsAssigned has come back: poll() goes on.
    pub fn has_sought(&mut self) {
        self.call = std::mem::replace(&mut self.suspended, Call::None);
    }
}
