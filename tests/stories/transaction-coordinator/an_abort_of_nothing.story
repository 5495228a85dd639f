# With transaction.version 2 a producer that does not know whether anything has arrived aborts in any case: that begins the
# next epoch, and needs no marker.
# Kafka: TransactionCoordinator.endTransaction (noPartitionAdded)

given
init x
abort x
commit x
look
----
0.000s x -> InitProducerId billing
    append billing of producer 1000/0 is Empty
    transaction billing Empty (producer 1000, epoch 0; broker 1)
    x <- InitProducerId answered: producer 1000/0
0.000s x -> EndTxn abort billing of producer 1000/0
    append billing of producer 1000/1 is PrepareAbort
    transaction billing PrepareAbort (producer 1000, epoch 1; broker 1)
    x <- EndTxn answered: next producer 1000/1
    append billing of producer 1000/1 is CompleteAbort
    transaction billing CompleteAbort (producer 1000, epoch 1; broker 1)
0.000s x -> EndTxn commit billing of producer 1000/1
    transaction billing refuses producer 1000, epoch 1: INVALID_TXN_STATE
    x <- EndTxn answered: INVALID_TXN_STATE
  billing: CompleteAbort of producer 1000/1
