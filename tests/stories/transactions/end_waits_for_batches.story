# The end of a transaction is not sent before the fate of every batch is known; linger is over at once.
# Kafka: TransactionManager.nextRequest, RecordAccumulator.batchReady (clients)

given linger.ms=1000
ready
begin
send 0
----
0.200s shop begins transaction 1

commit
answer NOT_ENOUGH_REPLICAS
until 400ms
answer ok 0
answer ok
----
0.200s shop calls commitTransaction() for transaction 1
0.200s shop sends record 0 to orders-0
0.200s   -> broker 1: Produce acks=all: orders-0 record 0 of producer 1000/0 from sequence 0
0.200s   <- broker 1: Produce answered: orders-0 NOT_ENOUGH_REPLICAS
0.200s shop will send record 0 to orders-0 again: NOT_ENOUGH_REPLICAS
0.318s shop sends record 0 to orders-0 again
0.318s   -> broker 1: Produce acks=all: orders-0 record 0 of producer 1000/0 from sequence 0
0.400s   <- broker 1: Produce answered: orders-0@0
0.400s shop has its answer for record 0 to orders-0 at @0
0.400s   -> broker 2: EndTxn commit shop-1 of producer 1000/0
0.400s   <- broker 2: EndTxn answered: next producer 1000/1
0.400s shop has producer id 1000, epoch 1
0.400s shop has committed transaction 1
