# librdkafka: a key goes to its CRC-32 modulo the partitions (key-0 to 0, key-1 to 2, key-2 to 0, key-3 to 2 of 4).
# librdkafka: rd_kafka_msg_partitioner_consistent (src/rdkafka_msg.c)

given client=librdkafka-2.x burst=4 limit=4 partitions=4 keys=4
until 5ms
----
0.000s   -> broker 2: Metadata orders
0.000s shop puts key-0 into orders-0, one of 4
0.000s shop puts key-1 into orders-2, one of 4
0.000s shop puts key-2 into orders-0, one of 4
0.000s shop puts key-3 into orders-2, one of 4
0.005s shop sends records 0..1 to orders-0
0.005s shop sends records 0..1 to orders-2
0.005s   -> broker 1: Produce acks=all: orders-0 records 0..1, orders-2 records 0..1
