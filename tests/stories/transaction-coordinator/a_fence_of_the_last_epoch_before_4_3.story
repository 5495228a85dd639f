# The last epoch is fenced with the one that nobody may use, which stays with the id until somebody initializes it.
# Kafka: TransactionCoordinator.endTransaction (4.1.0)

given kafka=4.1
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
    append billing of producer 1000/32767 is CompleteAbort
    transaction billing CompleteAbort (producer 1000, epoch 32767; broker 1)
  billing: CompleteAbort of producer 1000/32767
0.000s y -> InitProducerId billing
    append billing of producer 1001/0 is Empty
    transaction billing Empty (producer 1001, epoch 0; broker 1)
    y <- InitProducerId answered: producer 1001/0
