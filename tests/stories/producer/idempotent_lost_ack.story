# A retry carries the sequence of the first attempt: the broker can tell that it has the batch.
# Kafka: TransactionManager, ProducerStateEntry.findDuplicateBatch; KIP-98

given burst=3 linger.ms=5
until 5ms
----
0.000s   -> broker 2: InitProducerId
0.000s   -> broker 2: Metadata orders
0.000s shop has producer id 4000, epoch 0
0.005s shop sends records 0..2 to orders-0
0.005s   -> broker 1: Produce acks=all: orders-0 records 0..2 of producer 4000/0 from sequence 0

disconnect 1
until 200ms
answer ok 10
----
0.005s the connection breaks
0.005s shop will send records 0..2 to orders-0 again: NETWORK_EXCEPTION
0.100s   -> broker 2: Metadata orders
0.101s shop sends records 0..2 to orders-0 again
0.101s   -> broker 1: Produce acks=all: orders-0 records 0..2 of producer 4000/0 from sequence 0
0.200s   <- broker 1: Produce answered: orders-0@10
0.200s shop has its answer for records 0..2 to orders-0 at @10..12
