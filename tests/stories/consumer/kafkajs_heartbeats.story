# kafkajs sends heartbeats between two records only: none while one is worked on, however long that takes.
# kafkajs: src/consumer/runner.js (processEachMessage), src/consumer/consumerGroup.js (heartbeat)

given client=kafkajs-2.2 commit=sync per.record=8s
produce 0 3
until 100ms
skip
heartbeats REBALANCE_IN_PROGRESS
until 20s
----
8.010s billing-0 processes orders-0@0
8.010s   -> broker 1: Heartbeat billing as billing-0#1 generation 1
8.010s   <- broker 1: Heartbeat answered: REBALANCE_IN_PROGRESS
16.010s billing-0 processes orders-0@1
16.010s   -> broker 1: Heartbeat billing as billing-0#1 generation 1
16.010s   <- broker 1: Heartbeat answered: REBALANCE_IN_PROGRESS
