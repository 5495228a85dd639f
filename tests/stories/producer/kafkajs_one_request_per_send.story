# kafkajs: what one send() holds is one request to each leader, at once; the next send() is another one.
# kafkajs: src/producer/sendMessages.js

given client=kafkajs-2.2 burst=3 every=1ms limit=9 partitions=2 keys=4
until 2ms
----
0.000s   -> broker 2: Metadata orders
0.000s shop puts key-0 into orders-1, one of 2
0.000s shop puts key-1 into orders-0, one of 2
0.000s shop puts key-2 into orders-0, one of 2
0.000s shop sends records 0..1 to orders-0
0.000s shop sends record 0 to orders-1
0.000s   -> broker 1: Produce acks=all: orders-0 records 0..1, orders-1 record 0
0.001s shop puts key-3 into orders-1, one of 2
0.001s shop sends records 1..2 to orders-1
0.001s shop sends record 2 to orders-0
0.001s   -> broker 1: Produce acks=all: orders-1 records 1..2, orders-0 record 2
0.002s shop sends record 3 to orders-0
0.002s shop sends records 3..4 to orders-1
0.002s   -> broker 1: Produce acks=all: orders-0 record 3, orders-1 records 3..4
