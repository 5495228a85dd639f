# RoundRobinPartitioner takes the partitions in turn, whatever the key.
# Kafka: RoundRobinPartitioner.partition (clients)

given burst=7 partitions=3 keys=20 partitioner.class=org.apache.kafka.clients.producer.RoundRobinPartitioner
until 5ms
----
0.000s   -> broker 2: InitProducerId
0.000s   -> broker 2: Metadata orders
0.000s shop has producer id 4000, epoch 0
0.005s shop sends records 0..2 to orders-0
0.005s shop sends records 0..1 to orders-1
0.005s shop sends records 0..1 to orders-2
0.005s   -> broker 1: Produce acks=all: orders-0 records 0..2 of producer 4000/0 from sequence 0, orders-1 records 0..1 of producer 4000/0 from sequence 0, orders-2 records 0..1 of producer 4000/0 from sequence 0
