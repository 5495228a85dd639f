# send() that blocks for memory says how long it has waited.
# Kafka: BufferPool.allocate (clients)

given burst=3 batch.size=150 buffer.memory=300 linger.ms=0 max.block.ms=200
until 5ms
answer ok 0
until 20ms
until 500ms
----
0.000s   -> broker 2: InitProducerId
0.000s   -> broker 2: Metadata orders
0.000s shop has producer id 4000, epoch 0
0.000s shop sends record 0 to orders-0
0.000s   -> broker 1: Produce acks=all: orders-0 record 0 of producer 4000/0 from sequence 0
0.005s   <- broker 1: Produce answered: orders-0@0
0.005s shop has its answer for record 0 to orders-0 at @0
0.005s shop goes on, whose send() has waited for memory since 0.000s
0.005s shop sends record 1 to orders-0
0.005s   -> broker 1: Produce acks=all: orders-0 record 1 of producer 4000/0 from sequence 1
0.205s shop send() fails: BufferExhaustedException: buffer.memory full for max.block.ms
0.205s shop goes on, whose send() has waited for memory since 0.005s
