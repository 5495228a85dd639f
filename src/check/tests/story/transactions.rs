//! What transactional producers, their coordinator and its markers do.

use super::*;

impl Story {
    /// Where the open transaction of a producer begins.
    pub(super) fn opened(&self, broker: BrokerId, tp: Tp, id: ProducerId, before: Offset) -> Offset {
        let log = self.logs.get(&(broker, tp)).into_iter().flatten();
        let own = log.filter(|b| b.pid.0 == id && b.base < before);
        let mut first = Offset::INVALID;
        for batch in own {
            first = match batch.marker {
                Some(_) => Offset::INVALID,
                None if first == Offset::INVALID => batch.base,
                None => first,
            };
        }
        first
    }
    /// `checkout-0` has the transactional id `checkout`, and has called initTransactions(); consumers read what is
    /// committed. `change` may change the setup before.
    pub fn transactional(&mut self, change: impl FnOnce(&mut Setup)) {
        self.transactional_setup();
        change(&mut self.setup);
        self.boot();
        self.create(TRANSACTIONS, B2);
        self.initialize(CHECKOUT);
    }
    /// `billing-0` reads orders, writes invoices, and commits its offsets in the same transaction, as `checkout`;
    /// `checkout-1` has sent five orders.
    pub fn exactly_once(&mut self, change: impl FnOnce(&mut Setup)) {
        self.transactional_setup();
        self.setup.catalog.add_topic("invoices", 1);
        self.setup.topics.push(self.setup.topics[0].clone());
        let id = self.setup.producers[0].transactional_id.take();
        let topic = TopicId(3);
        let app = ProducerSetup { node: BILLING, topic, transactional_id: id, ..self.setup.producers[0].clone() };
        let other = self.setup.catalog.add_transactional_id("checkout-1");
        let second = ProducerSetup { node: BILLING_1, transactional_id: Some(other), ..app.clone() };
        self.setup.producers.extend([app, second]);
        self.setup.consumers.iter_mut().for_each(|c| c.commit = CommitSetup::InTransaction);
        change(&mut self.setup);
        self.boot();
        self.create(TRANSACTIONS, B2);
        self.create(INVOICES, B1);
        self.initialize(BILLING);
        self.join();
        self.send_from(CHECKOUT_1, ORDERS, 5);
        self.append_in(B1, ORDERS, 0, CHECKOUT_1, 5);
        self.replicate(ORDERS);
        self.ack(ORDERS);
    }
    /// `billing-0` works on orders, from one number to another, in a transaction that is still open.
    pub fn invoice(&mut self, from: u32, to: u32) {
        let (node, tp, origin, offset, count) = (BILLING, ORDERS, CHECKOUT_1, Offset(from.into()), to - from);
        self.sought(node, tp, offset.0);
        self.begin(BILLING);
        let (leader_epoch, high_watermark, timestamp) = (LeaderEpoch(0), self.mark_of(B1, tp), self.now);
        let ordinal = from;
        self.tell(Fact::RecordsPolled {
            node,
            tp,
            offset,
            count,
            origin,
            ordinal,
            leader_epoch,
            high_watermark,
            timestamp,
        });
        self.tell(Fact::RecordsProcessed { node, tp, offset, count, origin, ordinal });
        (from..to).for_each(|order| self.derive_after(order, order - from));
        self.write(BILLING, INVOICES, to - from);
        self.send_offset(BILLING, ORDERS, i64::from(to));
    }
    /// The same five orders stand there once more: `count` of them are read again, and have invoices again.
    pub fn invoice_again(&mut self, count: u32) {
        self.begin(BILLING);
        (0..count).for_each(|order| self.derive_after(order, order));
        self.write(BILLING, INVOICES, count);
        self.send_offset(BILLING, ORDERS, 10);
    }
    fn derive_after(&mut self, origin_ordinal: u32, after: u32) {
        let ordinal = self.producers[&BILLING].ordinals.get(&INVOICES).copied().unwrap_or(0) + after;
        let (node, tp, origin, origin_tp) = (BILLING, INVOICES, CHECKOUT_1, ORDERS);
        self.tell(Fact::RecordDerived { node, tp, ordinal, origin, origin_tp, origin_ordinal });
    }
    /// The setup for it.
    pub fn transactional_setup(&mut self) {
        let id = self.setup.catalog.add_transactional_id("checkout");
        self.setup.catalog.add_topic(TRANSACTION_STATE, 1);
        self.setup.topics.push(self.setup.topics[1].clone());
        self.setup.producers[0].transactional_id = Some(id);
        self.setup.consumers.iter_mut().for_each(|c| c.isolation_level = IsolationLevel::ReadCommitted);
    }
    /// The coordinator has the id in this state.
    pub fn state_of_id(&mut self, node: NodeId, state: TransactionState) {
        self.act();
        self.state = state;
        let Producer { id: producer_id, epoch: producer_epoch, .. } = self.producers[&node];
        let coordinator_epoch = LeaderEpoch(self.coordinator_epoch);
        let partitions = self.transactions.get(&node).map_or(0, |t| t.partitions.len() as u32);
        let broker = self.partitions.get(&TRANSACTIONS).and_then(|p| p.leader).unwrap_or(B2);
        self.tell(Fact::TransactionStateChanged {
            broker,
            transactional_id: ID,
            state,
            producer_id,
            producer_epoch,
            coordinator_epoch,
            partitions,
        });
    }
    /// A process calls initTransactions(), and has producer id 70 in the next epoch.
    pub fn initialize(&mut self, node: NodeId) {
        let newest = self.producers.values().filter(|p| p.id == ProducerId(70)).map(|p| p.epoch.0).max().unwrap_or(-1);
        let (producer_id, epoch) = (ProducerId(70), ProducerEpoch(newest + 1));
        let ordinals = self.producers.get(&node).map(|p| p.ordinals.clone()).unwrap_or_default();
        self.producers.insert(node, Producer { id: producer_id, epoch, ordinals, sequences: BTreeMap::new() });
        self.state_of_id(node, TransactionState::Empty);
        self.tell(Fact::ProducerIdAssigned { node, producer_id, epoch });
        self.tell(Fact::TransactionsInitialized { node, transactional_id: ID, producer_id, epoch, error: None });
    }
    /// A process begins a transaction.
    pub fn begin(&mut self, node: NodeId) {
        self.act();
        let open = self.transactions.entry(node).or_default();
        let number = open.number + 1;
        *open = OpenStory { number, ..OpenStory::default() };
        let Producer { id: producer_id, epoch, .. } = self.producers[&node];
        self.tell(Fact::TransactionBegun { node, transaction: number, producer_id, epoch });
    }
    /// The number of a process' newest transaction.
    pub fn number(&self, node: NodeId) -> u32 {
        self.transactions[&node].number
    }
    /// A partition is part of it.
    pub fn add_partition(&mut self, node: NodeId, tp: Tp) {
        if self.transactions[&node].partitions.contains(&tp) {
            return;
        }
        self.transactions.get_mut(&node).expect("it has begun").partitions.push(tp);
        if self.state != TransactionState::Ongoing {
            self.state_of_id(node, TransactionState::Ongoing);
        }
        let Producer { id: producer_id, epoch: producer_epoch, .. } = self.producers[&node];
        let (broker, transactional_id) = (B2, ID);
        self.tell(Fact::PartitionAddedToTransaction { broker, transactional_id, producer_id, producer_epoch, tp });
    }
    /// Records are sent in it, stored everywhere, and acknowledged.
    pub fn write(&mut self, node: NodeId, tp: Tp, count: u32) {
        self.add_partition(node, tp);
        self.send_from(node, tp, count);
        let Partition { leader, epoch, .. } = self.partitions[&tp].clone();
        self.append_in(leader.expect("a leader appends"), tp, epoch.0, node, count);
        self.replicate(tp);
        self.ack(tp);
    }
    /// Offsets of `orders` go with it, and the group's coordinator has them.
    pub fn send_offset(&mut self, node: NodeId, tp: Tp, offset: i64) {
        self.act();
        let (transaction, group, offset, generation) = (self.number(node), GROUP, Offset(offset), self.generation);
        self.tell(Fact::OffsetsSentToTransaction { node, transaction, group, tp, offset, generation });
        self.add_partition(node, OFFSETS);
        self.offset_pending(node, tp, offset, generation);
        self.tell(Fact::OffsetsInTransaction { node, transaction, group, error: None });
    }
    /// The coordinator has an offset of a transaction.
    pub fn offset_pending(&mut self, node: NodeId, tp: Tp, offset: Offset, generation: Generation) {
        let broker = self.coordinator();
        let Producer { id, epoch: producer_epoch, .. } = self.producers[&node];
        let (base, epoch) = (self.end(broker, OFFSETS), self.partitions[&OFFSETS].epoch);
        let (pid, maker) = ((id, producer_epoch, Sequence::NONE), node_of(broker));
        let batch = Batch { base, count: 1, epoch, node: maker, ordinal: base.0 as u32, pid, marker: None };
        self.tell_append(broker, OFFSETS, ReplicaRole::Leader, batch);
        self.replicate(OFFSETS);
        let member = self.member(node);
        self.transactions.get_mut(&node).expect("it has begun").offsets.push((tp, offset));
        self.tell(Fact::OffsetPending { broker, group: GROUP, tp, offset, producer_id: id, member, generation });
    }
    /// A broker that coordinates no longer has an offset of a transaction, in its memory and its log.
    pub fn offset_pending_at(&mut self, broker: BrokerId, node: NodeId, tp: Tp, offset: Offset) {
        let (producer_id, member, generation) = (self.producers[&node].id, self.member(node), self.generation);
        self.tell(Fact::OffsetPending { broker, group: GROUP, tp, offset, producer_id, member, generation });
    }
    /// The application calls commitTransaction() or abortTransaction().
    pub fn ending(&mut self, node: NodeId, commit: bool) {
        self.act();
        let transaction = self.number(node);
        self.tell(Fact::TransactionEnding { node, transaction, commit });
    }
    /// The coordinator has decided; with transaction.version 2 in the next epoch.
    pub fn prepare(&mut self, node: NodeId, commit: bool) {
        let bumps = self.setup.rules.transaction_version.supports_epoch_bump();
        let producer = self.producers.get_mut(&node).expect("it has its id");
        if bumps {
            producer.epoch.0 += 1;
            producer.sequences.clear();
        }
        let state = if commit { TransactionState::PrepareCommit } else { TransactionState::PrepareAbort };
        self.state_of_id(node, state);
    }
    /// A marker of a process' producer is appended, fetched and committed.
    pub fn mark(&mut self, node: NodeId, tp: Tp, commit: bool) {
        self.act();
        let Partition { leader, epoch, .. } = self.partitions[&tp].clone();
        let broker = leader.expect("a leader appends");
        let Producer { id, epoch: producer_epoch, .. } = self.producers[&node];
        let (base, pid) = (self.end(broker, tp), (id, producer_epoch, Sequence::NONE));
        let batch = Batch { base, count: 1, epoch, node, ordinal: 0, pid, marker: Some(commit) };
        self.tell_append(broker, tp, ReplicaRole::Leader, batch);
        self.replicate(tp);
        if tp == OFFSETS {
            let open = self.transactions.get_mut(&node).expect("it has begun");
            for (tp, offset) in std::mem::take(&mut open.offsets) {
                match commit {
                    true => self.store(node, tp, offset, self.generation),
                    false => {
                        self.tell(Fact::PendingOffsetDropped { broker: B3, group: GROUP, tp, offset, producer_id: id })
                    }
                }
            }
        }
    }
    /// A partition has no leader, and the coordinator sends it no marker.
    pub fn skip_marker(&mut self, node: NodeId, tp: Tp) {
        let Producer { id: producer_id, epoch: producer_epoch, .. } = self.producers[&node];
        let of_node = self.setup.producers.iter().find(|p| p.node == node);
        let transactional_id = of_node.and_then(|p| p.transactional_id).expect("it has one");
        self.tell(Fact::MarkerSkipped { broker: B3, transactional_id, producer_id, producer_epoch, tp });
    }
    /// All markers are there.
    pub fn complete(&mut self, node: NodeId, commit: bool) {
        for tp in self.transactions[&node].partitions.clone() {
            self.mark(node, tp, commit);
        }
        self.completed(node, commit);
    }
    /// The coordinator says so.
    pub fn completed(&mut self, node: NodeId, commit: bool) {
        let state = if commit { TransactionState::CompleteCommit } else { TransactionState::CompleteAbort };
        self.state_of_id(node, state);
    }
    /// The call returns.
    pub fn ended(&mut self, node: NodeId, commit: bool) {
        self.act();
        let transaction = self.number(node);
        self.tell(Fact::TransactionEnded { node, transaction, commit, error: None });
        let Producer { id: producer_id, epoch, .. } = self.producers[&node];
        self.tell(Fact::ProducerIdAssigned { node, producer_id, epoch });
    }
    /// The newest transaction of a process ends, as its application wants it.
    pub fn finish(&mut self, node: NodeId, commit: bool) {
        self.ending(node, commit);
        self.prepare(node, commit);
        self.ended(node, commit);
        self.complete(node, commit);
    }
    /// A leader tells its last stable offset.
    pub fn stable(&mut self, tp: Tp, last_stable_offset: i64) {
        self.act();
        let Partition { leader, epoch, .. } = self.partitions[&tp].clone();
        let broker = leader.expect("a leader tells");
        let (last_stable_offset, high_watermark) = (Offset(last_stable_offset), self.mark_of(broker, tp));
        self.tell(Fact::LastStableOffsetMoved { broker, tp, epoch, last_stable_offset, high_watermark });
    }
}
