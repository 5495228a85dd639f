# The same with transaction.version 2: the late copy has the epoch of a transaction that is over.
# Kafka: TransactionCoordinator.endTransaction, KIP-890, KAFKA-17754

given
quietly init x
quietly add x orders-0
commit x epoch=0
add x orders-0
commit x epoch=0
abort x
----
0.000s x -> EndTxn commit billing of producer 1000/0
    append billing of producer 1000/1 is PrepareCommit with orders-0
    transaction billing PrepareCommit (producer 1000, epoch 1; broker 1)
    x <- EndTxn answered: next producer 1000/1
    -> broker 1: WriteTxnMarkers COMMIT of producer 1000/1 by coordinator epoch 7: orders-0
0.000s broker 1 -> WriteTxnMarkers answered: producer 1000: orders-0
    append billing of producer 1000/1 is CompleteCommit
    transaction billing CompleteCommit (producer 1000, epoch 1; broker 1)
0.000s x -> AddPartitionsToTxn billing of producer 1000/1: orders-0
    append billing of producer 1000/1 is Ongoing with orders-0
    transaction billing has orders-0 now
    transaction billing Ongoing (producer 1000, epoch 1; broker 1)
    x <- AddPartitionsToTxn answered: billing: orders-0
0.000s x -> EndTxn commit billing of producer 1000/0
    transaction billing refuses producer 1000, epoch 0: PRODUCER_FENCED
    x <- EndTxn answered: PRODUCER_FENCED
0.000s x -> EndTxn abort billing of producer 1000/1
    append billing of producer 1000/2 is PrepareAbort with orders-0
    transaction billing PrepareAbort (producer 1000, epoch 2; broker 1)
    x <- EndTxn answered: next producer 1000/2
    -> broker 1: WriteTxnMarkers ABORT of producer 1000/2 by coordinator epoch 7: orders-0
0.000s broker 1 -> WriteTxnMarkers answered: producer 1000: orders-0
    append billing of producer 1000/2 is CompleteAbort
    transaction billing CompleteAbort (producer 1000, epoch 2; broker 1)
