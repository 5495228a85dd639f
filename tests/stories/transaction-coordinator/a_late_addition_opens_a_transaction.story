# A delayed AddPartitionsToTxn of a transaction that is over opens another one with the same epoch, which nobody will end
# but the timeout (transaction.version below 2).
# Kafka: TransactionCoordinator.handleAddPartitionsToTransaction

given level=1
quietly init x timeout=15s
quietly add x orders-0
quietly commit x
add x orders-0
until 20s
----
0.000s x -> AddPartitionsToTxn billing of producer 1000/0: orders-0
    append billing of producer 1000/0 is Ongoing with orders-0
    transaction billing has orders-0 now
    transaction billing Ongoing (producer 1000, epoch 0; broker 1)
    x <- AddPartitionsToTxn answered: billing: orders-0
20.000s timer abort timed out transactions
    transaction billing is aborted, transaction.timeout.ms is over: producer 1000 is fenced, epoch 0
    append billing of producer 1000/1 is PrepareAbort with orders-0
    transaction billing PrepareAbort (producer 1000, epoch 1; broker 1)
    -> broker 1: WriteTxnMarkers ABORT of producer 1000/1 by coordinator epoch 7: orders-0
20.000s broker 1 -> WriteTxnMarkers answered: producer 1000: orders-0
    append billing of producer 1000/1 is CompleteAbort
    transaction billing CompleteAbort (producer 1000, epoch 1; broker 1)
