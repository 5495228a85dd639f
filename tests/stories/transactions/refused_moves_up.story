# A batch that is refused for good leaves no gap: the ones behind it move up.
# Kafka: TxnPartitionEntry.adjustSequencesDueToFailedBatch (clients)

given batch.size=1
ready
begin
send 0
send 0
answer INVALID_RECORD
answer OUT_OF_ORDER_SEQUENCE_NUMBER
until 400ms
----
0.200s shop begins transaction 1
0.200s shop sends record 0 to orders-0
0.200s   -> broker 1: Produce acks=all: orders-0 record 0 of producer 1000/0 from sequence 0
0.200s shop sends record 1 to orders-0
0.200s   -> broker 1: Produce acks=all: orders-0 record 1 of producer 1000/0 from sequence 1
0.200s   <- broker 1: Produce answered: orders-0 INVALID_RECORD
0.200s shop gives up record 0 for orders-0: InvalidRecordException [it is not in the log]
0.200s shop producer fails: InvalidRecordException; its transaction has to be aborted
0.200s   <- broker 1: Produce answered: orders-0 OUT_OF_ORDER_SEQUENCE_NUMBER
0.200s shop will send record 1 to orders-0 again: OUT_OF_ORDER_SEQUENCE_NUMBER
0.318s shop sends record 1 to orders-0 again
0.318s   -> broker 1: Produce acks=all: orders-0 record 1 of producer 1000/0 from sequence 0
