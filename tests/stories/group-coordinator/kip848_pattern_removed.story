# In 4.0 a group does not rebalance for a member that has no pattern any more.
# Kafka: GroupMetadataManager.maybeUpdateRegularExpressions (group-coordinator)

given
quiet
enroll a matching=ord.*
pass 20ms
beat a
pass 10ms
aloud
beat a matching=
pass 10ms
describe
----
0.030s a -> ConsumerGroupHeartbeat billing as a#1 at epoch 2, subscribed to no pattern
    timer session of a#1 at 45.030s
    timer linger at 0.035s
0.035s timer linger
    append billing: member a#1 subscribes to -
           billing: nobody subscribes to ord.*
    group billing has nobody any more who subscribes to ord.*
    a <- ConsumerGroupHeartbeat answered: a#1 at epoch 2
Stable, generation 2, assignment epoch 2, uniform
    a has [0,1,2,3,4,5], epoch 2, STABLE, is to have [0,1,2,3,4,5]
