# The Java client of 2.8 hears of no leader from an error: it asks for metadata, and the batch waits for retry.backoff.ms.
# Kafka: KIP-951 came with 3.7; RecordAccumulator.ready, Metadata.update (clients, 2.8)

given client=java-2.8 burst=1 limit=1
until 10ms
answer NOT_LEADER_OR_FOLLOWER leader 2 7
until 200ms
----
0.000s   -> broker 2: Metadata orders
0.000s shop sends record 0 to orders-0
0.000s   -> broker 1: Produce acks=1: orders-0 record 0
0.010s   <- broker 1: Produce answered: orders-0 NOT_LEADER_OR_FOLLOWER
0.010s shop will send record 0 to orders-0 again: NOT_LEADER_OR_FOLLOWER
0.100s   -> broker 1: Metadata orders
0.110s shop sends record 0 to orders-0 again
0.110s   -> broker 2: Produce acks=1: orders-0 record 0
