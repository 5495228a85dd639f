# A batch that the broker finds too large is split, into parts of batch.size. One that fits batch.size comes back whole
# and goes out again at once; a record alone is given up.
# Kafka: Sender.completeBatch, RecordAccumulator.splitAndReenqueue (clients); KAFKA-8350

given burst=3 every=1000ms limit=4 linger.ms=5
until 5ms
answer MESSAGE_TOO_LARGE
answer ok 0
----
0.000s   -> broker 2: InitProducerId
0.000s   -> broker 2: Metadata orders
0.000s shop has producer id 4000, epoch 0
0.005s shop sends records 0..2 to orders-0
0.005s   -> broker 1: Produce acks=all: orders-0 records 0..2 of producer 4000/0 from sequence 0
0.005s   <- broker 1: Produce answered: orders-0 MESSAGE_TOO_LARGE
0.005s shop will send records 0..2 to orders-0 again: MESSAGE_TOO_LARGE
0.005s shop sends records 0..2 to orders-0 again
0.005s   -> broker 1: Produce acks=all: orders-0 records 0..2 of producer 4000/0 from sequence 0
0.005s   <- broker 1: Produce answered: orders-0@0
0.005s shop has its answer for records 0..2 to orders-0 at @0..2

until 1005ms
answer MESSAGE_TOO_LARGE
----
1.005s shop sends record 3 to orders-0
1.005s   -> broker 1: Produce acks=all: orders-0 record 3 of producer 4000/0 from sequence 3
1.005s   <- broker 1: Produce answered: orders-0 MESSAGE_TOO_LARGE
1.005s shop gives up record 3 for orders-0: RecordTooLargeException
1.005s shop has producer id 4000, epoch 1
