# What is left is sent without waiting for more, and tried again; nothing new is.
# Kafka: KafkaProducer.flush, RecordAccumulator.beginFlush (clients)

given burst=1 every=10ms linger.ms=1000
until 25ms
----
0.000s   -> broker 2: InitProducerId
0.000s   -> broker 2: Metadata orders
0.000s shop has producer id 4000, epoch 0

drain
answer NOT_ENOUGH_REPLICAS
until 300ms
answer ok 0
until 5s
----
0.025s shop sends records 0..2 to orders-0
0.025s   -> broker 1: Produce acks=all: orders-0 records 0..2 of producer 4000/0 from sequence 0
0.025s   <- broker 1: Produce answered: orders-0 NOT_ENOUGH_REPLICAS
0.025s shop will send records 0..2 to orders-0 again: NOT_ENOUGH_REPLICAS
0.143s shop sends records 0..2 to orders-0 again
0.143s   -> broker 1: Produce acks=all: orders-0 records 0..2 of producer 4000/0 from sequence 0
0.300s   <- broker 1: Produce answered: orders-0@0
0.300s shop has its answer for records 0..2 to orders-0 at @0..2
