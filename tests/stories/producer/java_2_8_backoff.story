# The Java client of 2.8: the pause before a retry is retry.backoff.ms each time.
# Kafka: RecordAccumulator.ready, retryBackoffMs (clients, 2.8)

given client=java-2.8 burst=1 limit=1
until 10ms
answer NOT_ENOUGH_REPLICAS
until 130ms
answer NOT_ENOUGH_REPLICAS
until 260ms
answer NOT_ENOUGH_REPLICAS
until 400ms
----
0.000s   -> broker 2: Metadata orders
0.000s shop sends record 0 to orders-0
0.000s   -> broker 1: Produce acks=1: orders-0 record 0
0.010s   <- broker 1: Produce answered: orders-0 NOT_ENOUGH_REPLICAS
0.010s shop will send record 0 to orders-0 again: NOT_ENOUGH_REPLICAS
0.110s shop sends record 0 to orders-0 again
0.110s   -> broker 1: Produce acks=1: orders-0 record 0
0.130s   <- broker 1: Produce answered: orders-0 NOT_ENOUGH_REPLICAS
0.130s shop will send record 0 to orders-0 again: NOT_ENOUGH_REPLICAS
0.230s shop sends record 0 to orders-0 again
0.230s   -> broker 1: Produce acks=1: orders-0 record 0
0.260s   <- broker 1: Produce answered: orders-0 NOT_ENOUGH_REPLICAS
0.260s shop will send record 0 to orders-0 again: NOT_ENOUGH_REPLICAS
0.360s shop sends record 0 to orders-0 again
0.360s   -> broker 1: Produce acks=1: orders-0 record 0
