# A batch that may go takes those of its broker's other partitions along, lingered or not.
# Kafka: RecordAccumulator.drainBatchesForOneNode (clients)

given partitions=3 keys=20 burst=1 every=10ms limit=6 linger.ms=50
until 50ms
----
0.000s   -> broker 2: InitProducerId
0.000s   -> broker 2: Metadata orders
0.000s shop has producer id 4000, epoch 0
0.000s shop puts key-0 into orders-1, one of 3
0.010s shop puts key-1 into orders-0, one of 3
0.020s shop puts key-2 into orders-2, one of 3
0.030s shop puts key-3 into orders-2, one of 3
0.040s shop puts key-4 into orders-0, one of 3
0.050s shop puts key-5 into orders-2, one of 3
0.050s shop sends records 0..1 to orders-0
0.050s shop sends record 0 to orders-1
0.050s shop sends records 0..2 to orders-2
0.050s   -> broker 1: Produce acks=all: orders-0 records 0..1 of producer 4000/0 from sequence 0, orders-1 record 0 of producer 4000/0 from sequence 0, orders-2 records 0..2 of producer 4000/0 from sequence 0
