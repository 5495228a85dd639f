# Since 4.1 a fence raises the epoch once: the abort that it is for carries it.
# Kafka: TransactionCoordinator.endTransaction (4.1.0), KAFKA-19367

given kafka=4.1
init x
add x orders-0
init y
init y
look
----
0.000s x -> InitProducerId billing
    append billing of producer 1000/0 is Empty
    transaction billing Empty (producer 1000, epoch 0; broker 1)
    x <- InitProducerId answered: producer 1000/0
0.000s x -> AddPartitionsToTxn billing of producer 1000/0: orders-0
    append billing of producer 1000/0 is Ongoing with orders-0
    transaction billing has orders-0 now
    transaction billing Ongoing (producer 1000, epoch 0; broker 1)
    x <- AddPartitionsToTxn answered: billing: orders-0
0.000s y -> InitProducerId billing
    transaction billing is aborted, there is a newer instance: producer 1000 is fenced, epoch 0
    append billing of producer 1000/1 is PrepareAbort with orders-0
    transaction billing PrepareAbort (producer 1000, epoch 1; broker 1)
    y <- InitProducerId answered: CONCURRENT_TRANSACTIONS
    -> broker 1: WriteTxnMarkers ABORT of producer 1000/1 by coordinator epoch 7: orders-0
0.000s broker 1 -> WriteTxnMarkers answered: producer 1000: orders-0
    append billing of producer 1000/1 is CompleteAbort
    transaction billing CompleteAbort (producer 1000, epoch 1; broker 1)
0.000s y -> InitProducerId billing
    append billing of producer 1000/2 is Empty
    transaction billing Empty (producer 1000, epoch 2; broker 1)
    y <- InitProducerId answered: producer 1000/2
  billing: Empty of producer 1000/2
