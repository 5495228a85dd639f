# An abort drops what was not drained, and waits for what was.
# Kafka: RecordAccumulator.abortUndrainedBatches, Sender.maybeSendAndPollTransactionalRequest (clients); KIP-654

given batch.size=1 max.in.flight.requests.per.connection=1
ready
begin
send 0
send 0
send 0
----
0.200s shop begins transaction 1
0.200s shop sends record 0 to orders-0
0.200s   -> broker 1: Produce acks=all: orders-0 record 0 of producer 1000/0 from sequence 0

abort
answer ok 0
answer ok
----
0.200s shop calls abortTransaction() for transaction 1
0.200s shop gives up record 1 for orders-0: TransactionAbortedException: the transaction is aborted [it is not in the log]
0.200s shop gives up record 2 for orders-0: TransactionAbortedException: the transaction is aborted [it is not in the log]
0.200s   <- broker 1: Produce answered: orders-0@0
0.200s shop has its answer for record 0 to orders-0 at @0
0.200s   -> broker 2: EndTxn abort shop-1 of producer 1000/0
0.200s   <- broker 2: EndTxn answered: next producer 1000/1
0.200s shop has producer id 1000, epoch 1
0.200s shop has aborted transaction 1
