# The Java client of 2.8: records without a key stay with a partition for a batch, and acks is 1.
# Kafka: DefaultPartitioner.onNewBatch, StickyPartitionCache.nextPartition (clients, 2.8, KIP-480)

given client=java-2.8 burst=3 every=10ms limit=12 partitions=3
until 30ms
----
0.000s   -> broker 2: Metadata orders
0.000s shop sends records 0..2 to orders-0
0.000s   -> broker 1: Produce acks=1: orders-0 records 0..2
0.010s shop sends records 0..2 to orders-1
0.010s   -> broker 1: Produce acks=1: orders-1 records 0..2
0.020s shop sends records 0..2 to orders-2
0.020s   -> broker 1: Produce acks=1: orders-2 records 0..2
0.030s shop sends records 3..5 to orders-1
0.030s   -> broker 1: Produce acks=1: orders-1 records 3..5
