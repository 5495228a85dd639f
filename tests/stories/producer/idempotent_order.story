# With idempotence failed batches go out again in order, and one by one: only the oldest may go.
# Kafka: RecordAccumulator.insertInSequenceOrder, shouldStopDrainBatchesForPartition (clients)

given burst=3 batch.size=1 linger.ms=0
answer ok 0
answer NOT_ENOUGH_REPLICAS
answer OUT_OF_ORDER_SEQUENCE_NUMBER
----
0.000s   -> broker 2: InitProducerId
0.000s   -> broker 2: Metadata orders
0.000s shop has producer id 4000, epoch 0
0.000s shop sends record 0 to orders-0
0.000s shop sends record 1 to orders-0
0.000s shop sends record 2 to orders-0
0.000s   -> broker 1: Produce acks=all: orders-0 record 0 of producer 4000/0 from sequence 0
0.000s   -> broker 1: Produce acks=all: orders-0 record 1 of producer 4000/0 from sequence 1
0.000s   -> broker 1: Produce acks=all: orders-0 record 2 of producer 4000/0 from sequence 2
0.000s   <- broker 1: Produce answered: orders-0@0
0.000s shop has its answer for record 0 to orders-0 at @0
0.000s   <- broker 1: Produce answered: orders-0 NOT_ENOUGH_REPLICAS
0.000s shop will send record 1 to orders-0 again: NOT_ENOUGH_REPLICAS
0.000s   <- broker 1: Produce answered: orders-0 OUT_OF_ORDER_SEQUENCE_NUMBER
0.000s shop will send record 2 to orders-0 again: OUT_OF_ORDER_SEQUENCE_NUMBER

until 500ms
answer ok 1
answer ok 2
----
0.097s shop sends record 1 to orders-0 again
0.097s   -> broker 1: Produce acks=all: orders-0 record 1 of producer 4000/0 from sequence 1
0.500s   <- broker 1: Produce answered: orders-0@1
0.500s shop has its answer for record 1 to orders-0 at @1
0.500s shop sends record 2 to orders-0 again
0.500s   -> broker 1: Produce acks=all: orders-0 record 2 of producer 4000/0 from sequence 2
0.500s   <- broker 1: Produce answered: orders-0@2
0.500s shop has its answer for record 2 to orders-0 at @2
