# What dies with the process is told, and the next life is another producer. Records 0 and 1 are lost, those of 20 to
# 50 ms never were; that of 60 ms is the next one.
# Kafka: KafkaProducer has no memory beyond its process; ProducerIdManager gives every one an id of its own (KIP-98)

given burst=1 every=10ms linger.ms=5
until 12ms
----
0.000s   -> broker 2: InitProducerId
0.000s   -> broker 2: Metadata orders
0.000s shop has producer id 4000, epoch 0
0.005s shop sends record 0 to orders-0
0.005s   -> broker 1: Produce acks=all: orders-0 record 0 of producer 4000/0 from sequence 0

kill
until 58ms
start
until 66ms
answer ok 1
end
----
0.012s the process dies
0.058s shop has no answer for record 0 to orders-0
0.058s shop has no answer for record 1 to orders-0
0.058s   -> broker 2: InitProducerId
0.058s   -> broker 2: Metadata orders
0.058s shop has producer id 4001, epoch 0
0.065s shop sends record 2 to orders-0
0.065s   -> broker 1: Produce acks=all: orders-0 record 2 of producer 4001/0 from sequence 0
0.066s   <- broker 1: Produce answered: orders-0@1
0.066s shop has its answer for record 2 to orders-0 at @1
0.066s BufferMemory node=shop available=33554432 total=33554432 incomplete=0
