# Since 4.3 the producer id changes with the abort that the fence is for.
# Kafka: TransactionCoordinator.endTransaction (4.3.0), KAFKA-20090

given kafka=4.3
quietly init x
quietly bump x 32766
quietly add x orders-0
init y
look
init y
----
0.000s y -> InitProducerId billing
    transaction billing is aborted, there is a newer instance: producer 1000 is fenced, epoch 32766
    append billing of producer 1000/32767 is PrepareAbort with orders-0
    transaction billing PrepareAbort (producer 1000, epoch 32767; broker 1)
    y <- InitProducerId answered: CONCURRENT_TRANSACTIONS
    -> broker 1: WriteTxnMarkers ABORT of producer 1000/32767 by coordinator epoch 7: orders-0
0.000s broker 1 -> WriteTxnMarkers answered: producer 1000: orders-0
    append billing of producer 1001/0 is CompleteAbort
    transaction billing CompleteAbort (producer 1001, epoch 0; broker 1)
  billing: CompleteAbort of producer 1001/0
0.000s y -> InitProducerId billing
    append billing of producer 1001/1 is Empty
    transaction billing Empty (producer 1001, epoch 1; broker 1)
    y <- InitProducerId answered: producer 1001/1
