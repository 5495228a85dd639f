# A refused batch is overtaken by those behind it, which are in flight already.
# Kafka: RecordAccumulator.reenqueue (clients); without idempotence nobody minds

given burst=3 enable.idempotence=false batch.size=1 linger.ms=0
answer NOT_ENOUGH_REPLICAS
answer ok 10
answer ok 11
until 130ms
answer ok 12
----
0.000s   -> broker 2: Metadata orders
0.000s shop sends record 0 to orders-0
0.000s shop sends record 1 to orders-0
0.000s shop sends record 2 to orders-0
0.000s   -> broker 1: Produce acks=all: orders-0 record 0
0.000s   -> broker 1: Produce acks=all: orders-0 record 1
0.000s   -> broker 1: Produce acks=all: orders-0 record 2
0.000s   <- broker 1: Produce answered: orders-0 NOT_ENOUGH_REPLICAS
0.000s shop will send record 0 to orders-0 again: NOT_ENOUGH_REPLICAS
0.000s   <- broker 1: Produce answered: orders-0@10
0.000s shop has its answer for record 1 to orders-0 at @10
0.000s   <- broker 1: Produce answered: orders-0@11
0.000s shop has its answer for record 2 to orders-0 at @11
0.097s shop sends record 0 to orders-0 again
0.097s   -> broker 1: Produce acks=all: orders-0 record 0
0.130s   <- broker 1: Produce answered: orders-0@12
0.130s shop has its answer for record 0 to orders-0 at @12
