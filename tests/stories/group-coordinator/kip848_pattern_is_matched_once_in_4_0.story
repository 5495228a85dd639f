# In 4.0 only new topics and new patterns make a coordinator match them anew.
# Kafka: GroupMetadataManager.maybeUpdateRegularExpressions (group-coordinator)

given
quiet
enroll a matching=ord.*
pass 20ms
beat a
until 40s
beat a
until 80s
aloud
beat a
pass 20ms
describe
----
80.000s a -> ConsumerGroupHeartbeat billing as a#1 at epoch 2
    timer session of a#1 at 125.000s
    a <- ConsumerGroupHeartbeat answered: a#1 at epoch 2
Stable, generation 2, assignment epoch 2, uniform
    a has [0,1,2,3,4,5], epoch 2, STABLE, is to have [0,1,2,3,4,5]
