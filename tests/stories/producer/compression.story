# Records that will compress count as they are expected to: at first as they are, and a twentieth more. What goes out is what the workload says.
# Kafka: MemoryRecordsBuilder.estimatedBytesWritten, CompressionRatioEstimator (clients)

given burst=30 batch.size=1000 linger.ms=0 compression.type=lz4
until 5ms
----
0.000s   -> broker 2: InitProducerId
0.000s   -> broker 2: Metadata orders
0.000s shop has producer id 4000, epoch 0
0.000s shop sends records 0..7 to orders-0
0.000s shop sends records 8..15 to orders-0
0.000s shop sends records 16..23 to orders-0
0.000s shop sends records 24..29 to orders-0
0.000s   -> broker 1: Produce acks=all: orders-0 records 0..7 of producer 4000/0 from sequence 0
0.000s   -> broker 1: Produce acks=all: orders-0 records 8..15 of producer 4000/0 from sequence 8
0.000s   -> broker 1: Produce acks=all: orders-0 records 16..23 of producer 4000/0 from sequence 16
0.000s   -> broker 1: Produce acks=all: orders-0 records 24..29 of producer 4000/0 from sequence 24

end
----
0.005s shop has no answer for records 0..7 to orders-0
0.005s shop has no answer for records 8..15 to orders-0
0.005s shop has no answer for records 16..23 to orders-0
0.005s shop has no answer for records 24..29 to orders-0
0.005s BufferMemory node=shop available=33550432 total=33554432 incomplete=4
0.005s shop has compressed 3270 bytes of 4 batches to 1635 with lz4: about 0 ms of its processor, 0 ms of the leaders'
