# EndTxn says the same when it is sent again, on another connection: below transaction.version 2 the next transaction cannot be told from this one.
# Kafka: TransactionManager.TxnRequestHandler.onComplete (clients); KAFKA-17754

given version=1
ready
begin
send 0
answer ok
answer ok 0
----
0.200s shop begins transaction 1
0.200s   -> broker 2: AddPartitionsToTxn shop-1 of producer 1000/0: orders-0
0.200s   <- broker 2: AddPartitionsToTxn answered: shop-1: orders-0
0.200s shop sends record 0 to orders-0
0.200s   -> broker 1: Produce acks=all: orders-0 record 0 of producer 1000/0 from sequence 0
0.200s   <- broker 1: Produce answered: orders-0@0
0.200s shop has its answer for record 0 to orders-0 at @0

commit
until 31000ms
answer ok
until 31200ms
answer ok
----
0.200s shop calls commitTransaction() for transaction 1
0.200s   -> broker 2: EndTxn commit shop-1 of producer 1000/0
30.200s closes the connection
30.200s   -> broker 3: FindCoordinator transaction shop-1
31.000s   <- broker 3: FindCoordinator answered: broker 2
31.100s   -> broker 2: EndTxn commit shop-1 of producer 1000/0
31.200s   <- broker 2: EndTxn answered:
31.200s shop has committed transaction 1

begin
send 0
answer ok
answer ok 2
----
31.200s shop begins transaction 2
31.200s   -> broker 2: AddPartitionsToTxn shop-1 of producer 1000/0: orders-0
31.200s   <- broker 2: AddPartitionsToTxn answered: shop-1: orders-0
31.200s shop sends record 1 to orders-0
31.200s   -> broker 1: Produce acks=all: orders-0 record 1 of producer 1000/0 from sequence 1
31.200s   <- broker 1: Produce answered: orders-0@2
31.200s shop has its answer for record 1 to orders-0 at @2

abort
answer INVALID_TXN_STATE
state
----
31.200s shop calls abortTransaction() for transaction 2
31.200s   -> broker 2: EndTxn abort shop-1 of producer 1000/0
31.200s   <- broker 2: EndTxn answered: INVALID_TXN_STATE
31.200s shop producer fails: InvalidTxnStateException; it has to be closed
31.200s shop abortTransaction() throws InvalidTxnStateException for transaction 2
31.200s   the call throws InvalidTxnStateException
31.200s no call blocks, nothing is open, fatal: InvalidTxnStateException
