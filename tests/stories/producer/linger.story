# A batch that is not full waits for linger.ms, and then goes with all that has joined it.
# Kafka: RecordAccumulator.ready, partitionReady (clients)

given burst=1 every=1ms limit=8 linger.ms=5
until 20ms
----
0.000s   -> broker 2: InitProducerId
0.000s   -> broker 2: Metadata orders
0.000s shop has producer id 4000, epoch 0
0.005s shop sends records 0..5 to orders-0
0.005s   -> broker 1: Produce acks=all: orders-0 records 0..5 of producer 4000/0 from sequence 0
0.011s shop sends records 6..7 to orders-0
0.011s   -> broker 1: Produce acks=all: orders-0 records 6..7 of producer 4000/0 from sequence 6

answer ok 0
answer ok 6
----
0.020s   <- broker 1: Produce answered: orders-0@0
0.020s shop has its answer for records 0..5 to orders-0 at @0..5
0.020s   <- broker 1: Produce answered: orders-0@6
0.020s shop has its answer for records 6..7 to orders-0 at @6..7
