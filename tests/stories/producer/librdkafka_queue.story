# librdkafka: what failed goes back to its place in the queue; with more in flight it has been overtaken all the same.
# librdkafka: rd_kafka_toppar_retry_msgq (src/rdkafka_partition.c)

given client=librdkafka-2.x linger.ms=0 batch.size=1 burst=1 every=10ms limit=4
until 30ms
answer NOT_ENOUGH_REPLICAS
answer NOT_ENOUGH_REPLICAS
answer ok 0
until 300ms
----
0.000s   -> broker 2: Metadata orders
0.000s shop sends record 0 to orders-0
0.000s   -> broker 1: Produce acks=all: orders-0 record 0
0.010s shop sends record 1 to orders-0
0.010s   -> broker 1: Produce acks=all: orders-0 record 1
0.020s shop sends record 2 to orders-0
0.020s   -> broker 1: Produce acks=all: orders-0 record 2
0.030s shop sends record 3 to orders-0
0.030s   -> broker 1: Produce acks=all: orders-0 record 3
0.030s   <- broker 1: Produce answered: orders-0 NOT_ENOUGH_REPLICAS
0.030s shop will send record 0 to orders-0 again: NOT_ENOUGH_REPLICAS
0.030s   <- broker 1: Produce answered: orders-0 NOT_ENOUGH_REPLICAS
0.030s shop will send record 1 to orders-0 again: NOT_ENOUGH_REPLICAS
0.030s   <- broker 1: Produce answered: orders-0@0
0.030s shop has its answer for record 2 to orders-0 at @0
0.136s shop sends record 0 to orders-0 again
0.136s   -> broker 1: Produce acks=all: orders-0 record 0
0.139s shop sends record 1 to orders-0 again
0.139s   -> broker 1: Produce acks=all: orders-0 record 1
