# A transaction is aborted at the first look after transaction.timeout.ms: strictly later than its start plus the timeout,
# and its producer is fenced without being told.
# Kafka: TransactionStateManager.timedOutTransactions, TransactionCoordinator.abortTimedOutTransactions

given level=1
quietly init x timeout=60s
pass 3s
add x orders-0
until 63s
until 70s
add x orders-0
abort x
init x
----
3.000s x -> AddPartitionsToTxn billing of producer 1000/0: orders-0
    append billing of producer 1000/0 is Ongoing with orders-0
    transaction billing has orders-0 now
    transaction billing Ongoing (producer 1000, epoch 0; broker 1)
    x <- AddPartitionsToTxn answered: billing: orders-0
70.000s timer abort timed out transactions
    transaction billing is aborted, transaction.timeout.ms is over: producer 1000 is fenced, epoch 0
    append billing of producer 1000/1 is PrepareAbort with orders-0
    transaction billing PrepareAbort (producer 1000, epoch 1; broker 1)
    -> broker 1: WriteTxnMarkers ABORT of producer 1000/1 by coordinator epoch 7: orders-0
70.000s broker 1 -> WriteTxnMarkers answered: producer 1000: orders-0
    append billing of producer 1000/1 is CompleteAbort
    transaction billing CompleteAbort (producer 1000, epoch 1; broker 1)
70.000s x -> AddPartitionsToTxn billing of producer 1000/0: orders-0
    transaction billing refuses producer 1000, epoch 0: PRODUCER_FENCED
    x <- AddPartitionsToTxn answered: billing: orders-0 PRODUCER_FENCED
70.000s x -> EndTxn abort billing of producer 1000/0
    transaction billing refuses producer 1000, epoch 0: PRODUCER_FENCED
    x <- EndTxn answered: PRODUCER_FENCED
70.000s x -> InitProducerId billing
    append billing of producer 1000/2 is Empty
    transaction billing Empty (producer 1000, epoch 2; broker 1)
    x <- InitProducerId answered: producer 1000/2
