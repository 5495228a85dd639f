# A topic to which nothing was sent for metadata.max.idle.ms is left out of the metadata as they are refreshed; the next send() waits for it again.
# Kafka: ProducerMetadata.retainTopic (clients); KIP-526

given burst=1 every=25s metadata.max.age.ms=10000 metadata.max.idle.ms=5000 linger.ms=0 limit=2
until 1s
answer ok 0
until 15s
until 24s
until 26s
----
0.000s   -> broker 2: InitProducerId
0.000s   -> broker 2: Metadata orders
0.000s shop has producer id 4000, epoch 0
0.000s shop sends record 0 to orders-0
0.000s   -> broker 1: Produce acks=all: orders-0 record 0 of producer 4000/0 from sequence 0
1.000s   <- broker 1: Produce answered: orders-0@0
1.000s shop has its answer for record 0 to orders-0 at @0
10.000s   -> broker 2: Metadata orders
20.000s   -> broker 1: Metadata -
25.000s   -> broker 1: Metadata orders
25.000s shop goes on, whose send() has waited for metadata since 25.000s
25.000s shop sends record 1 to orders-0
25.000s   -> broker 1: Produce acks=all: orders-0 record 1 of producer 4000/0 from sequence 1
