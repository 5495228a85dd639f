# Without idempotence a lost answer makes a copy: the leader has appended at 10, and appends again at 13.
# Kafka: Sender.completeBatch, reenqueueBatch (clients)

given burst=3 enable.idempotence=false linger.ms=5
until 10ms
----
0.000s   -> broker 2: Metadata orders
0.005s shop sends records 0..2 to orders-0
0.005s   -> broker 1: Produce acks=all: orders-0 records 0..2

disconnect 1
until 200ms
answer ok 13
----
0.010s the connection breaks
0.010s shop will send records 0..2 to orders-0 again: NETWORK_EXCEPTION
0.100s   -> broker 2: Metadata orders
0.119s shop sends records 0..2 to orders-0 again
0.119s   -> broker 1: Produce acks=all: orders-0 records 0..2
0.200s   <- broker 1: Produce answered: orders-0@13
0.200s shop has its answer for records 0..2 to orders-0 at @13..15
