# A new producer with the same id has the open transaction aborted with the next epoch, and is told to come again; then it
# gets one epoch more. Whoever had the old one is fenced.
# Kafka: TransactionCoordinator.handleInitProducerId, TransactionMetadata.prepareFenceProducerEpoch

given level=1
init x
add x orders-0
init y
init y
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

abort x
commit x
add x orders-1
verify x orders-1
----
0.000s x -> EndTxn abort billing of producer 1000/0
    transaction billing refuses producer 1000, epoch 0: PRODUCER_FENCED
    x <- EndTxn answered: PRODUCER_FENCED
0.000s x -> EndTxn commit billing of producer 1000/0
    transaction billing refuses producer 1000, epoch 0: PRODUCER_FENCED
    x <- EndTxn answered: PRODUCER_FENCED
0.000s x -> AddPartitionsToTxn billing of producer 1000/0: orders-1
    transaction billing refuses producer 1000, epoch 0: PRODUCER_FENCED
    x <- AddPartitionsToTxn answered: billing: orders-1 PRODUCER_FENCED
0.000s x -> AddPartitionsToTxn verify billing of producer 1000/0: orders-1
    transaction billing refuses producer 1000, epoch 0: PRODUCER_FENCED
    x <- AddPartitionsToTxn answered: billing: orders-1 PRODUCER_FENCED
