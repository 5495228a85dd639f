# The states of an empty share group are deleted first, and then the group. Should that fail, somebody has to try again.
# Kafka: GroupCoordinatorService.deleteShareGroups, GroupMetadataManager.shareGroupBuildPartitionDeleteRequest (group-coordinator)

given version=4.2
quiet
share-join a
persisted ok
share-beat a
aloud
delete b
quietly share-quit a
delete b
persisted COORDINATOR_NOT_AVAILABLE
delete b
persisted ok
describe
----
0.000s b -> DeleteGroups billing
    b <- DeleteGroups answered: NON_EMPTY_GROUP
0.000s b -> DeleteGroups billing
    timer linger at 0.000s
0.000s timer linger
    append billing states: deleting orders
    persister delete orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
0.000s persister: COORDINATOR_NOT_AVAILABLE
    b <- DeleteGroups answered: COORDINATOR_NOT_AVAILABLE
0.000s b -> DeleteGroups billing
    timer linger at 0.000s
0.000s timer linger
    append billing states: deleting orders
    persister delete orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
0.000s persister: done
    timer linger at 0.000s
    group billing Dead, generation 3, 0 members
0.000s timer linger
    append billing no assignment
           billing no states
           billing is gone
    b <- DeleteGroups answered: ok
there is no group
