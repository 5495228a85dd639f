# Every transaction of transaction.version 2 has an epoch of its own: the decision is written with the next one, the client
# is told it at once, the markers carry it, and the end is written when every partition has its marker.
# Kafka: TransactionCoordinator.endTransaction (core), TransactionMetadata.prepareAbortOrCommit, KIP-890

given
init x
add x orders-0 orders-1
add x orders-1
commit x
look
----
0.000s x -> InitProducerId billing
    append billing of producer 1000/0 is Empty
    transaction billing Empty (producer 1000, epoch 0; broker 1)
    x <- InitProducerId answered: producer 1000/0
0.000s x -> AddPartitionsToTxn billing of producer 1000/0: orders-0, orders-1
    append billing of producer 1000/0 is Ongoing with orders-0, orders-1
    transaction billing has orders-0 now
    transaction billing has orders-1 now
    transaction billing Ongoing (producer 1000, epoch 0; broker 1)
    x <- AddPartitionsToTxn answered: billing: orders-0, orders-1
0.000s x -> AddPartitionsToTxn billing of producer 1000/0: orders-1
    x <- AddPartitionsToTxn answered: billing: orders-1
0.000s x -> EndTxn commit billing of producer 1000/0
    append billing of producer 1000/1 is PrepareCommit with orders-0, orders-1
    transaction billing PrepareCommit (producer 1000, epoch 1; broker 1)
    x <- EndTxn answered: next producer 1000/1
    -> broker 1: WriteTxnMarkers COMMIT of producer 1000/1 by coordinator epoch 7: orders-0
    -> broker 2: WriteTxnMarkers COMMIT of producer 1000/1 by coordinator epoch 7: orders-1
0.000s broker 1 -> WriteTxnMarkers answered: producer 1000: orders-0
0.000s broker 2 -> WriteTxnMarkers answered: producer 1000: orders-1
    append billing of producer 1000/1 is CompleteCommit
    transaction billing CompleteCommit (producer 1000, epoch 1; broker 1)
  billing: CompleteCommit of producer 1000/1

# The retry of the commit, one epoch behind, changes nothing; the next transaction begins with the new epoch.
commit x epoch=0
add x orders-2
commit x epoch=0
abort x
look
----
0.000s x -> EndTxn commit billing of producer 1000/0
    x <- EndTxn answered: next producer 1000/1
0.000s x -> AddPartitionsToTxn billing of producer 1000/1: orders-2
    append billing of producer 1000/1 is Ongoing with orders-2
    transaction billing has orders-2 now
    transaction billing Ongoing (producer 1000, epoch 1; broker 1)
    x <- AddPartitionsToTxn answered: billing: orders-2
0.000s x -> EndTxn commit billing of producer 1000/0
    transaction billing refuses producer 1000, epoch 0: PRODUCER_FENCED
    x <- EndTxn answered: PRODUCER_FENCED
0.000s x -> EndTxn abort billing of producer 1000/1
    append billing of producer 1000/2 is PrepareAbort with orders-2
    transaction billing PrepareAbort (producer 1000, epoch 2; broker 1)
    x <- EndTxn answered: next producer 1000/2
    -> broker 3: WriteTxnMarkers ABORT of producer 1000/2 by coordinator epoch 7: orders-2
0.000s broker 3 -> WriteTxnMarkers answered: producer 1000: orders-2
    append billing of producer 1000/2 is CompleteAbort
    transaction billing CompleteAbort (producer 1000, epoch 2; broker 1)
  billing: CompleteAbort of producer 1000/2
