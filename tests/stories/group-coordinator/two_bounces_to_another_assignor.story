# Two rolling restarts move a group to another assignor: the first adds it beside the old one, the second takes the old one out. While one member has only the old one, that is what the group has.
# Kafka: ClassicGroup.selectProtocol (group-coordinator, KIP-429)

given
client a offers=range
client b offers=range
stable a b

# The first: a, then b.
until 20s
leave a
client a offers=cooperative-sticky,range
enter a
join b
sync b a=0 b=1
pass 5ms
----
6.010s (a, b stable)
11.000s timer write timeout
20.000s a -> LeaveGroup billing as a#1: closed
    no timer session of a#1
    timer join at 320.000s
    group billing a leaves
    group billing PreparingRebalance, generation 1, 1 members
    a <- LeaveGroup answered: ok
20.000s a -> JoinGroup billing as nobody: cooperative-sticky orders, range orders (session 45.000s, rebalance 300.000s)
    timer session of a#2 at 65.000s
    a <- JoinGroup answered: MEMBER_ID_REQUIRED as a#2
20.000s a -> JoinGroup billing as a#2: cooperative-sticky orders, range orders (session 45.000s, rebalance 300.000s)
    timer session of a#2 at 320.000s
    group billing a joins
20.000s b -> JoinGroup billing as b#1: range orders (session 45.000s, rebalance 300.000s)
    no timer join
    timer session of a#2 at 65.000s
    timer session of b#1 at 65.000s
    timer sync at 320.000s
    group billing CompletingRebalance, generation 2, 2 members
    a <- JoinGroup answered: a#2 in generation 2, led by b#1
    b <- JoinGroup answered: b#1 in generation 2, led by b#1 with a#2 (orders), b#1 (orders)
20.000s b -> SyncGroup billing as b#1 generation 2: a#2 gets orders-0, b#1 gets orders-1
    timer linger at 20.005s
    timer write timeout at 25.000s
20.005s timer linger
    append billing in generation 2 since 20.000s led by b#1: a#2 has orders-0 of orders (session 45.000s, rebalance 300.000s), b#1 has orders-1 of orders (session 45.000s, rebalance 300.000s)
    timer session of b#1 at 65.005s
    group billing gives orders-0 to a (generation 2)
    group billing gives orders-1 to b (generation 2)
    group billing Stable, generation 2, 2 members
    b <- SyncGroup answered: orders-1

leave b
client b offers=cooperative-sticky,range
enter b
join a
sync a a=0 b=1
pass 5ms
----
20.005s b -> LeaveGroup billing as b#1: closed
    no timer session of b#1
    no timer sync
    timer join at 320.005s
    group billing b leaves
    group billing PreparingRebalance, generation 2, 1 members
    b <- LeaveGroup answered: ok
20.005s b -> JoinGroup billing as nobody: cooperative-sticky orders, range orders (session 45.000s, rebalance 300.000s)
    timer session of b#2 at 65.005s
    b <- JoinGroup answered: MEMBER_ID_REQUIRED as b#2
20.005s b -> JoinGroup billing as b#2: cooperative-sticky orders, range orders (session 45.000s, rebalance 300.000s)
    timer session of b#2 at 320.005s
    group billing b joins
20.005s a -> JoinGroup billing as a#2: cooperative-sticky orders, range orders (session 45.000s, rebalance 300.000s)
    no timer join
    timer session of a#2 at 65.005s
    timer session of b#2 at 65.005s
    timer sync at 320.005s
    group billing CompletingRebalance, generation 3, 2 members
    a <- JoinGroup answered: a#2 in generation 3 by cooperative-sticky, led by a#2 with a#2 (orders), b#2 (orders)
    b <- JoinGroup answered: b#2 in generation 3 by cooperative-sticky, led by a#2
20.005s a -> SyncGroup billing as a#2 generation 3: a#2 gets orders-0, b#2 gets orders-1
    timer linger at 20.010s
20.010s timer linger
    append billing in generation 3 by cooperative-sticky since 20.005s led by a#2: a#2 has orders-0 of orders (session 45.000s, rebalance 300.000s), b#2 has orders-1 of orders (session 45.000s, rebalance 300.000s)
    timer session of a#2 at 65.010s
    group billing gives orders-0 to a (generation 3)
    group billing gives orders-1 to b (generation 3)
    group billing Stable, generation 3, 2 members
    a <- SyncGroup answered: orders-0

# The second: whoever has only the new one joins all the same.
leave a
client a offers=cooperative-sticky
enter a
join b
sync b a=0 b=1
pass 5ms
----
20.010s a -> LeaveGroup billing as a#2: closed
    no timer session of a#2
    no timer sync
    timer join at 320.010s
    group billing a leaves
    group billing PreparingRebalance, generation 3, 1 members
    a <- LeaveGroup answered: ok
20.010s a -> JoinGroup billing as nobody: cooperative-sticky orders (session 45.000s, rebalance 300.000s)
    timer session of a#3 at 65.010s
    a <- JoinGroup answered: MEMBER_ID_REQUIRED as a#3
20.010s a -> JoinGroup billing as a#3: cooperative-sticky orders (session 45.000s, rebalance 300.000s)
    timer session of a#3 at 320.010s
    group billing a joins
20.010s b -> JoinGroup billing as b#2: cooperative-sticky orders, range orders (session 45.000s, rebalance 300.000s)
    no timer join
    timer session of a#3 at 65.010s
    timer session of b#2 at 65.010s
    timer sync at 320.010s
    group billing CompletingRebalance, generation 4, 2 members
    a <- JoinGroup answered: a#3 in generation 4 by cooperative-sticky, led by b#2
    b <- JoinGroup answered: b#2 in generation 4 by cooperative-sticky, led by b#2 with a#3 (orders), b#2 (orders)
20.010s b -> SyncGroup billing as b#2 generation 4: a#3 gets orders-0, b#2 gets orders-1
    timer linger at 20.015s
20.015s timer linger
    append billing in generation 4 by cooperative-sticky since 20.010s led by b#2: a#3 has orders-0 of orders (session 45.000s, rebalance 300.000s), b#2 has orders-1 of orders (session 45.000s, rebalance 300.000s)
    timer session of b#2 at 65.015s
    group billing gives orders-0 to a (generation 4)
    group billing gives orders-1 to b (generation 4)
    group billing Stable, generation 4, 2 members
    b <- SyncGroup answered: orders-1
