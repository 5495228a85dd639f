# A batch that is next and out of order all the same fails a transaction, where an idempotent producer would take another epoch.
# Kafka: TransactionManager.canRetry (clients)

given batch.size=1
ready
begin
send 0
send 0
answer NOT_ENOUGH_REPLICAS
answer OUT_OF_ORDER_SEQUENCE_NUMBER
until 400ms
answer ok 0
answer OUT_OF_ORDER_SEQUENCE_NUMBER
state
----
0.200s shop begins transaction 1
0.200s shop sends record 0 to orders-0
0.200s   -> broker 1: Produce acks=all: orders-0 record 0 of producer 1000/0 from sequence 0
0.200s shop sends record 1 to orders-0
0.200s   -> broker 1: Produce acks=all: orders-0 record 1 of producer 1000/0 from sequence 1
0.200s   <- broker 1: Produce answered: orders-0 NOT_ENOUGH_REPLICAS
0.200s shop will send record 0 to orders-0 again: NOT_ENOUGH_REPLICAS
0.200s   <- broker 1: Produce answered: orders-0 OUT_OF_ORDER_SEQUENCE_NUMBER
0.200s shop will send record 1 to orders-0 again: OUT_OF_ORDER_SEQUENCE_NUMBER
0.318s shop sends record 0 to orders-0 again
0.318s   -> broker 1: Produce acks=all: orders-0 record 0 of producer 1000/0 from sequence 0
0.400s   <- broker 1: Produce answered: orders-0@0
0.400s shop has its answer for record 0 to orders-0 at @0
0.400s shop sends record 1 to orders-0 again
0.400s   -> broker 1: Produce acks=all: orders-0 record 1 of producer 1000/0 from sequence 1
0.400s   <- broker 1: Produce answered: orders-0 OUT_OF_ORDER_SEQUENCE_NUMBER
0.400s shop gives up record 1 for orders-0: OutOfOrderSequenceException [it is not in the log]
0.400s shop producer fails: OutOfOrderSequenceException; its transaction has to be aborted
0.400s no call blocks, nothing is open, abortable: OutOfOrderSequenceException
