# A batch that fails while its transaction is being committed makes the commit throw; below transaction.version 2 that asks for no new epoch.
# Kafka: TransactionManager.maybeTransitionToErrorState (clients)

given version=1
ready
begin
send 0
answer ok
----
0.200s shop begins transaction 1
0.200s   -> broker 2: AddPartitionsToTxn shop-1 of producer 1000/0: orders-0
0.200s   <- broker 2: AddPartitionsToTxn answered: shop-1: orders-0
0.200s shop sends record 0 to orders-0
0.200s   -> broker 1: Produce acks=all: orders-0 record 0 of producer 1000/0 from sequence 0

commit
answer INVALID_RECORD
state
----
0.200s shop calls commitTransaction() for transaction 1
0.200s   <- broker 1: Produce answered: orders-0 INVALID_RECORD
0.200s shop gives up record 0 for orders-0: InvalidRecordException [it is not in the log]
0.200s shop producer fails: InvalidRecordException; its transaction has to be aborted
0.200s shop commitTransaction() throws InvalidRecordException for transaction 1
0.200s   the call throws InvalidRecordException
0.200s no call blocks, nothing is open, abortable: InvalidRecordException

abort
answer ok
----
0.200s shop calls abortTransaction() for transaction 1
0.200s   -> broker 2: EndTxn abort shop-1 of producer 1000/0
0.200s   <- broker 2: EndTxn answered:
0.200s shop has aborted transaction 1

begin
----
0.200s shop begins transaction 2
