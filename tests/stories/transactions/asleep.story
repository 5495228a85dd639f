# The sender's thread sleeps before it sends a control request again: what comes meanwhile is read afterwards.
# Kafka: Sender.maybeSendAndPollTransactionalRequest (clients)

given version=1 partitions=2
ready
begin
send 0
answer ok
send 1
answer CONCURRENT_TRANSACTIONS to=AddPartitionsToTxn
until 250ms
answer ok 0 to=Produce
until 400ms
answer ok
----
0.200s shop begins transaction 1
0.200s   -> broker 2: AddPartitionsToTxn shop-1 of producer 1000/0: orders-0
0.200s   <- broker 2: AddPartitionsToTxn answered: shop-1: orders-0
0.200s shop sends record 0 to orders-0
0.200s   -> broker 1: Produce acks=all: orders-0 record 0 of producer 1000/0 from sequence 0
0.200s   -> broker 2: AddPartitionsToTxn shop-1 of producer 1000/0: orders-1
0.200s   <- broker 2: AddPartitionsToTxn answered: shop-1: orders-1 CONCURRENT_TRANSACTIONS
0.250s   <- broker 1: Produce answered: orders-0@0
0.300s shop has its answer for record 0 to orders-0 at @0
0.300s   -> broker 2: AddPartitionsToTxn shop-1 of producer 1000/0: orders-1
0.400s   <- broker 2: AddPartitionsToTxn answered: shop-1: orders-1
0.400s shop sends record 0 to orders-1
0.400s   -> broker 2: Produce acks=all: orders-1 record 0 of producer 1000/0 from sequence 0
