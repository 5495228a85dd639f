# Start plus timeout must lie before now.
# Kafka: TransactionStateManager.timedOutTransactions (strictly less)

given level=1
quietly init x timeout=10s
quietly add x orders-0
until 10s
look
until 20s
----
  billing: Ongoing of producer 1000/0 with orders-0
20.000s timer abort timed out transactions
    transaction billing is aborted, transaction.timeout.ms is over: producer 1000 is fenced, epoch 0
    append billing of producer 1000/1 is PrepareAbort with orders-0
    transaction billing PrepareAbort (producer 1000, epoch 1; broker 1)
    -> broker 1: WriteTxnMarkers ABORT of producer 1000/1 by coordinator epoch 7: orders-0
20.000s broker 1 -> WriteTxnMarkers answered: producer 1000: orders-0
    append billing of producer 1000/1 is CompleteAbort
    transaction billing CompleteAbort (producer 1000, epoch 1; broker 1)
