# Whoever takes over knows members and states; every member gets a fresh session.
# Kafka: GroupMetadataManager.onLoaded (group-coordinator)

given version=4.2
quiet
share-join a
persisted ok
share-beat a
aloud
failover
share-beat a
describe
----
0.000s elected, log end 11, high watermark 11
    timer session of a#1 at 45.000s
    broker 2 coordinates __consumer_offsets-1 now (epoch 1)
    group billing broker 2 coordinates it now: generation 2, 1 members
    group billing a is at epoch 2, STABLE, has 6
    group billing gives orders-0 to a (generation 2)
    group billing gives orders-1 to a (generation 2)
    group billing gives orders-2 to a (generation 2)
    group billing gives orders-3 to a (generation 2)
    group billing gives orders-4 to a (generation 2)
    group billing gives orders-5 to a (generation 2)
0.000s a -> ShareGroupHeartbeat billing as a#1 at epoch 2
    a <- ShareGroupHeartbeat answered: a#1 at epoch 2
Stable, generation 2, assignment epoch 2
    a has [0,1,2,3,4,5], epoch 2, is to have [0,1,2,3,4,5]
