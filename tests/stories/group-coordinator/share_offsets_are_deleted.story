# An administrator has a group without members forget a topic: its states are deleted.
# Kafka: GroupMetadataManager.sharePartitionsEligibleForOffsetDeletion, completeDeleteShareGroupOffsets (group-coordinator)

given version=4.2
forget b orders
quiet
share-join a
persisted ok
share-beat a
aloud
forget b orders
quietly share-quit a
forget b orders,refunds
persisted ok
----
0.000s b -> DeleteShareGroupOffsets billing: orders
    b <- DeleteShareGroupOffsets answered: GROUP_ID_NOT_FOUND
0.000s b -> DeleteShareGroupOffsets billing: orders
    b <- DeleteShareGroupOffsets answered: NON_EMPTY_GROUP
0.000s b -> DeleteShareGroupOffsets billing: orders, refunds
    timer linger at 0.000s
0.000s timer linger
    append billing states: deleting orders
    persister delete orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
0.000s persister: done
    timer linger at 0.000s
0.000s timer linger
    append billing states: -
    b <- DeleteShareGroupOffsets answered: orders, refunds UNKNOWN_TOPIC_OR_PARTITION
