# With transaction.version 2 the abort of a transaction that took too long ends one epoch on (since 4.1), so that its
# producer's own abort looks like a repetition, and succeeds.
# Kafka: TransactionCoordinator.abortTimedOutTransactions, KAFKA-19367

given
quietly init x timeout=5s
quietly add x orders-0
until 10s
commit x
abort x
----
10.000s timer abort timed out transactions
    transaction billing is aborted, transaction.timeout.ms is over: producer 1000 is fenced, epoch 0
    append billing of producer 1000/1 is PrepareAbort with orders-0
    transaction billing PrepareAbort (producer 1000, epoch 1; broker 1)
    -> broker 1: WriteTxnMarkers ABORT of producer 1000/1 by coordinator epoch 7: orders-0
10.000s broker 1 -> WriteTxnMarkers answered: producer 1000: orders-0
    append billing of producer 1000/1 is CompleteAbort
    transaction billing CompleteAbort (producer 1000, epoch 1; broker 1)
10.000s x -> EndTxn commit billing of producer 1000/0
    transaction billing refuses producer 1000, epoch 0: INVALID_TXN_STATE
    x <- EndTxn answered: INVALID_TXN_STATE
10.000s x -> EndTxn abort billing of producer 1000/0
    x <- EndTxn answered: next producer 1000/1
