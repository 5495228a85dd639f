# A batch that was next and is out of order all the same: the broker has lost something. A new epoch begins at 0.
# Kafka: TransactionManager.canRetry, bumpIdempotentProducerEpoch (clients); KIP-360

given burst=2 batch.size=1 linger.ms=0
answer ok 0
answer OUT_OF_ORDER_SEQUENCE_NUMBER
until 200ms
answer ok 0
----
0.000s   -> broker 2: InitProducerId
0.000s   -> broker 2: Metadata orders
0.000s shop has producer id 4000, epoch 0
0.000s shop sends record 0 to orders-0
0.000s shop sends record 1 to orders-0
0.000s   -> broker 1: Produce acks=all: orders-0 record 0 of producer 4000/0 from sequence 0
0.000s   -> broker 1: Produce acks=all: orders-0 record 1 of producer 4000/0 from sequence 1
0.000s   <- broker 1: Produce answered: orders-0@0
0.000s shop has its answer for record 0 to orders-0 at @0
0.000s   <- broker 1: Produce answered: orders-0 OUT_OF_ORDER_SEQUENCE_NUMBER
0.000s shop will send record 1 to orders-0 again: OUT_OF_ORDER_SEQUENCE_NUMBER
0.000s shop has producer id 4000, epoch 1
0.110s shop sends record 1 to orders-0 again
0.110s   -> broker 1: Produce acks=all: orders-0 record 1 of producer 4000/1 from sequence 0
0.200s   <- broker 1: Produce answered: orders-0@0
0.200s shop has its answer for record 1 to orders-0 at @0
