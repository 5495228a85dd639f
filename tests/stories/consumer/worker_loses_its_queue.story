# Auto-commit takes what poll() has returned for processed. A worker has only begun with it when the process dies, and
# the next process goes on behind all of it.
# Kafka: ConsumerCoordinator.maybeAutoCommitOffsetsAsync commits allConsumed(), the positions (clients)

given worker=yes per.record=10ms auto.commit.interval.ms=1000
until 900ms
produce 0 100
until 1100ms
kill
start
until 3s
----
0.001s   -> broker 2: FindCoordinator billing
0.001s   <- broker 2: FindCoordinator answered: broker 1
0.003s   -> broker 1: JoinGroup billing as nobody: range orders, cooperative-sticky orders (session 45.000s, rebalance 300.000s)
0.003s   <- broker 1: JoinGroup answered: MEMBER_ID_REQUIRED as billing-0#1
0.004s   -> broker 1: JoinGroup billing as billing-0#1: range orders, cooperative-sticky orders (session 45.000s, rebalance 300.000s)
0.004s   <- broker 1: JoinGroup answered: billing-0#1 in generation 1, led by billing-0#1 with billing-0#1 (orders)
0.005s   -> broker 1: SyncGroup billing as billing-0#1 generation 1: billing-0#1 gets orders-0, orders-1
0.005s   <- broker 1: SyncGroup answered: orders-0, orders-1
0.006s billing-0 is assigned orders-0 (generation 1)
0.006s billing-0 is assigned orders-1 (generation 1)
0.006s   -> broker 1: OffsetFetch billing: orders-0, orders-1
0.006s   <- broker 1: OffsetFetch answered: orders-0 none, orders-1 none
0.007s   -> broker 2: ListOffsets orders-1 earliest epoch 0
0.007s   <- broker 2: ListOffsets answered: orders-1@0
0.008s billing-0 begins orders-1 at 0: nothing committed, reset by policy [Earliest]
0.008s   -> broker 1: ListOffsets orders-0 earliest epoch 0
0.008s   <- broker 1: ListOffsets answered: orders-0@0
0.009s billing-0 begins orders-0 at 0: nothing committed, reset by policy [Earliest]
0.901s billing-0 gets orders-0@0..99 from poll(), high watermark 100
0.911s billing-0 processes orders-0@0
0.921s billing-0 processes orders-0@1
0.931s billing-0 processes orders-0@2
0.941s billing-0 processes orders-0@3
0.951s billing-0 processes orders-0@4
0.961s billing-0 processes orders-0@5
0.971s billing-0 processes orders-0@6
0.981s billing-0 processes orders-0@7
0.991s billing-0 processes orders-0@8
1.001s billing-0 processes orders-0@9
1.006s billing-0 sends a commit of 100 for orders-0 (position 100, generation 1)
1.006s billing-0 sends a commit of 0 for orders-1 (position 0, generation 1)
1.006s   -> broker 1: OffsetCommit billing as billing-0#1 generation 1: orders-0@100, orders-1@0
1.006s   <- broker 1: OffsetCommit answered: orders-0 ok, orders-1 ok
1.007s billing-0 is told that 100 of orders-0 is committed
1.007s billing-0 is told that 0 of orders-1 is committed
1.011s billing-0 processes orders-0@10
1.021s billing-0 processes orders-0@11
1.031s billing-0 processes orders-0@12
1.041s billing-0 processes orders-0@13
1.051s billing-0 processes orders-0@14
1.061s billing-0 processes orders-0@15
1.071s billing-0 processes orders-0@16
1.081s billing-0 processes orders-0@17
1.091s billing-0 processes orders-0@18
1.100s # the process dies
1.101s   -> broker 2: FindCoordinator billing
1.101s   <- broker 2: FindCoordinator answered: broker 1
1.103s   -> broker 1: JoinGroup billing as nobody: range orders, cooperative-sticky orders (session 45.000s, rebalance 300.000s)
1.103s   <- broker 1: JoinGroup answered: MEMBER_ID_REQUIRED as billing-0#2
1.104s   -> broker 1: JoinGroup billing as billing-0#2: range orders, cooperative-sticky orders (session 45.000s, rebalance 300.000s)
1.104s   <- broker 1: JoinGroup answered: billing-0#2 in generation 1, led by billing-0#2 with billing-0#2 (orders)
1.105s   -> broker 1: SyncGroup billing as billing-0#2 generation 1: billing-0#2 gets orders-0, orders-1
1.105s   <- broker 1: SyncGroup answered: orders-0, orders-1
1.106s billing-0 is assigned orders-0 (generation 1)
1.106s billing-0 is assigned orders-1 (generation 1)
1.106s   -> broker 1: OffsetFetch billing: orders-0, orders-1
1.106s   <- broker 1: OffsetFetch answered: orders-0@100, orders-1@0
1.107s billing-0 begins orders-0 at the committed offset 100
1.107s billing-0 begins orders-1 at the committed offset 0
1.108s   -> broker 1: OffsetForLeaderEpoch orders-0 end of epoch 0, leader epoch 0
1.108s   <- broker 1: OffsetForLeaderEpoch answered: orders-0 epoch 0 ends at 100
2.106s billing-0 sends a commit of 100 for orders-0 (position 100, generation 1)
2.106s billing-0 sends a commit of 0 for orders-1 (position 0, generation 1)
2.106s   -> broker 1: OffsetCommit billing as billing-0#2 generation 1: orders-0@100, orders-1@0
2.106s   <- broker 1: OffsetCommit answered: orders-0 ok, orders-1 ok
2.107s billing-0 is told that 100 of orders-0 is committed
2.107s billing-0 is told that 0 of orders-1 is committed
