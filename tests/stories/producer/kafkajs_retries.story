# kafkajs: each send() is tried again by itself, after 300 ms, 600 ms and so on: later ones overtake it, and the sixth attempt is the last.
# kafkajs: src/retry/index.js, src/retry/defaults.js

given client=kafkajs-2.2 burst=1 every=100ms limit=3
until 50ms
answer NOT_LEADER_OR_FOLLOWER
until 220ms
answer ok 0
answer ok 1
until 500ms
----
0.000s   -> broker 2: Metadata orders
0.000s shop sends record 0 to orders-0
0.000s   -> broker 1: Produce acks=all: orders-0 record 0
0.050s   <- broker 1: Produce answered: orders-0 NOT_LEADER_OR_FOLLOWER
0.050s shop will send record 0 to orders-0 again: NOT_LEADER_OR_FOLLOWER
0.100s shop sends record 1 to orders-0
0.100s   -> broker 1: Produce acks=all: orders-0 record 1
0.200s shop sends record 2 to orders-0
0.200s   -> broker 1: Produce acks=all: orders-0 record 2
0.220s   <- broker 1: Produce answered: orders-0@0
0.220s shop has its answer for record 1 to orders-0 at @0
0.220s   <- broker 1: Produce answered: orders-0@1
0.220s shop has its answer for record 2 to orders-0 at @1
0.300s   -> broker 1: Metadata orders
0.337s shop sends record 0 to orders-0 again
0.337s   -> broker 1: Produce acks=all: orders-0 record 0

answer NOT_LEADER_OR_FOLLOWER
until 1500ms
answer NOT_LEADER_OR_FOLLOWER
until 4000ms
answer NOT_LEADER_OR_FOLLOWER
until 8000ms
answer NOT_LEADER_OR_FOLLOWER
until 20s
answer NOT_LEADER_OR_FOLLOWER
until 60s
----
0.500s   <- broker 1: Produce answered: orders-0 NOT_LEADER_OR_FOLLOWER
0.500s shop will send record 0 to orders-0 again: NOT_LEADER_OR_FOLLOWER
0.600s   -> broker 2: Metadata orders
1.138s shop sends record 0 to orders-0 again
1.138s   -> broker 1: Produce acks=all: orders-0 record 0
1.500s   <- broker 1: Produce answered: orders-0 NOT_LEADER_OR_FOLLOWER
1.500s shop will send record 0 to orders-0 again: NOT_LEADER_OR_FOLLOWER
1.500s   -> broker 1: Metadata orders
2.758s shop sends record 0 to orders-0 again
2.758s   -> broker 1: Produce acks=all: orders-0 record 0
4.000s   <- broker 1: Produce answered: orders-0 NOT_LEADER_OR_FOLLOWER
4.000s shop will send record 0 to orders-0 again: NOT_LEADER_OR_FOLLOWER
4.000s   -> broker 1: Metadata orders
6.873s shop sends record 0 to orders-0 again
6.873s   -> broker 1: Produce acks=all: orders-0 record 0
8.000s   <- broker 1: Produce answered: orders-0 NOT_LEADER_OR_FOLLOWER
8.000s shop will send record 0 to orders-0 again: NOT_LEADER_OR_FOLLOWER
8.000s   -> broker 1: Metadata orders
13.047s shop sends record 0 to orders-0 again
13.047s   -> broker 1: Produce acks=all: orders-0 record 0
20.000s   <- broker 1: Produce answered: orders-0 NOT_LEADER_OR_FOLLOWER
20.000s shop gives up record 0 for orders-0: NotLeaderOrFollowerException [it may be in the log]
20.000s   -> broker 2: Metadata orders
