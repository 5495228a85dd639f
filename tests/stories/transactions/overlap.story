# While a control request is under way no data is sent; what was sent before stays in flight.
# Kafka: Sender.runOnce (clients)

given version=1 partitions=2
ready
begin
send 0
answer ok
send 1
send 0
answer ok 0 to=Produce
answer ok to=AddPartitionsToTxn
----
0.200s shop begins transaction 1
0.200s   -> broker 2: AddPartitionsToTxn shop-1 of producer 1000/0: orders-0
0.200s   <- broker 2: AddPartitionsToTxn answered: shop-1: orders-0
0.200s shop sends record 0 to orders-0
0.200s   -> broker 1: Produce acks=all: orders-0 record 0 of producer 1000/0 from sequence 0
0.200s   -> broker 2: AddPartitionsToTxn shop-1 of producer 1000/0: orders-1
0.200s   <- broker 1: Produce answered: orders-0@0
0.200s shop has its answer for record 0 to orders-0 at @0
0.200s   <- broker 2: AddPartitionsToTxn answered: shop-1: orders-1
0.200s shop sends record 1 to orders-0
0.200s shop sends record 0 to orders-1
0.200s   -> broker 1: Produce acks=all: orders-0 record 1 of producer 1000/0 from sequence 1
0.200s   -> broker 2: Produce acks=all: orders-1 record 0 of producer 1000/0 from sequence 0
