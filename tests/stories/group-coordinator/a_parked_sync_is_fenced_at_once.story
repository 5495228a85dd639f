# Who waits for its assignment hears at once that another process has its instance id; and as the old id may be with the leader already, everybody joins again.
# Kafka: ClassicGroup.replaceStaticMember, GroupMetadataManager.updateStaticMemberThenRebalanceOrCompleteJoin (group-coordinator)

given
client b instance=one
client c instance=one
quiet
enter a
enter b
until 6s
aloud
sync b
enter c
join a
----
6.000s b -> SyncGroup billing as b#1 of instance one generation 1
6.000s c -> JoinGroup billing as nobody of instance one: range orders (session 45.000s, rebalance 300.000s)
    no timer session of b#1
    timer session of c#1 at 51.000s
    no timer sync
    timer join at 306.000s
    group billing c takes the place of b as a static member
    group billing PreparingRebalance, generation 1, 2 members
    b <- SyncGroup answered: FENCED_INSTANCE_ID
6.000s a -> JoinGroup billing as a#1: range orders (session 45.000s, rebalance 300.000s)
    no timer join
    timer sync at 306.000s
    group billing CompletingRebalance, generation 2, 2 members
    a <- JoinGroup answered: a#1 in generation 2, led by a#1 with a#1 (orders), c#1 of instance one (orders)
    c <- JoinGroup answered: c#1 in generation 2, led by a#1
