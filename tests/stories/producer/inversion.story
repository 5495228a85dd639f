# Two batches that fail one after the other come back inverted: each goes to the head of its queue.
# Kafka: RecordAccumulator.reenqueue (clients); why max.in.flight.requests.per.connection=1 kept order before KIP-98

given burst=3 enable.idempotence=false batch.size=1 linger.ms=0 max.in.flight.requests.per.connection=2
----
0.000s   -> broker 2: Metadata orders
0.000s shop sends record 0 to orders-0
0.000s shop sends record 1 to orders-0
0.000s   -> broker 1: Produce acks=all: orders-0 record 0
0.000s   -> broker 1: Produce acks=all: orders-0 record 1

disconnect 1
until 500ms
answer ok 10
answer ok 11
answer ok 12
----
0.000s the connection breaks
0.000s shop will send record 0 to orders-0 again: NETWORK_EXCEPTION
0.000s shop will send record 1 to orders-0 again: NETWORK_EXCEPTION
0.100s   -> broker 2: Metadata orders
0.111s shop sends record 1 to orders-0 again
0.111s   -> broker 1: Produce acks=all: orders-0 record 1
0.113s shop sends record 0 to orders-0 again
0.113s   -> broker 1: Produce acks=all: orders-0 record 0
0.500s   <- broker 1: Produce answered: orders-0@10
0.500s shop has its answer for record 1 to orders-0 at @10
0.500s shop sends record 2 to orders-0
0.500s   -> broker 1: Produce acks=all: orders-0 record 2
0.500s   <- broker 1: Produce answered: orders-0@11
0.500s shop has its answer for record 0 to orders-0 at @11
0.500s   <- broker 1: Produce answered: orders-0@12
0.500s shop has its answer for record 2 to orders-0 at @12
