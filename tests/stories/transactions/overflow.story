# After the last epoch the answer to EndTxn brings another producer id, from epoch 0.
# Kafka: TransactionManager.EndTxnHandler (clients); KIP-890

given
ready
begin
send 0
answer ok 0
commit
answer ok 2000 0
begin
send 0
----
0.200s shop begins transaction 1
0.200s shop sends record 0 to orders-0
0.200s   -> broker 1: Produce acks=all: orders-0 record 0 of producer 1000/0 from sequence 0
0.200s   <- broker 1: Produce answered: orders-0@0
0.200s shop has its answer for record 0 to orders-0 at @0
0.200s shop calls commitTransaction() for transaction 1
0.200s   -> broker 2: EndTxn commit shop-1 of producer 1000/0
0.200s   <- broker 2: EndTxn answered: next producer 2000/0
0.200s shop has producer id 2000, epoch 0
0.200s shop has committed transaction 1
0.200s shop begins transaction 2
0.200s shop sends record 1 to orders-0
0.200s   -> broker 1: Produce acks=all: orders-0 record 1 of producer 2000/0 from sequence 0
