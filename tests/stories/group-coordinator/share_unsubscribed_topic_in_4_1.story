# In 4.1 a state of a topic that nobody subscribes to any more raises the group epoch with every heartbeat.
# Kafka: GroupMetadataManager.initializedAssignmentPending (group-coordinator, 4.1)

given version=4.1
quiet
partitions refunds 1
share-join a topics=orders,refunds
pass 5ms
persisted ok
pass 5ms
share-beat a
pass 5ms
share-beat a topics=orders
pass 5ms
aloud
share-beat a
pass 5ms
share-beat a
pass 5ms
----
0.020s a -> ShareGroupHeartbeat billing as a#1 at epoch 3
    timer session of a#1 at 45.020s
    timer linger at 0.025s
0.025s timer linger
    append billing group epoch 4, hash of orders 6
           billing assignment epoch 4
           billing a#1 at epoch 4 (before: 3) has orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
    group billing a is at epoch 4, STABLE, has 6
    group billing Stable, generation 4, 1 members
    a <- ShareGroupHeartbeat answered: a#1 at epoch 4
0.025s a -> ShareGroupHeartbeat billing as a#1 at epoch 4
    timer session of a#1 at 45.025s
    timer linger at 0.030s
0.030s timer linger
    append billing group epoch 5, hash of orders 6
           billing assignment epoch 5
           billing a#1 at epoch 5 (before: 4) has orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
    group billing a is at epoch 5, STABLE, has 6
    group billing Stable, generation 5, 1 members
    a <- ShareGroupHeartbeat answered: a#1 at epoch 5
