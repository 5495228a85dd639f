# A decision that is in no other log is lost with its coordinator: the new one knows the open transaction, and the client's
# retry decides.
# Kafka: TransactionStateManager.appendTransactionToLog (acks=all)

given level=1
quietly init x
quietly add x orders-0
log lags
commit x
failover committed
look
log replicates
commit x
----
0.000s x -> EndTxn commit billing of producer 1000/0
    append billing of producer 1000/0 is PrepareCommit with orders-0
0.000s elected in epoch 8, log end 2
    broker 2 coordinates __transaction_state-0 now (epoch 8)
  billing: Ongoing of producer 1000/0 with orders-0
0.000s x -> EndTxn commit billing of producer 1000/0
    append billing of producer 1000/0 is PrepareCommit with orders-0
    transaction billing PrepareCommit (producer 1000, epoch 0; broker 2)
    x <- EndTxn answered:
    -> broker 1: WriteTxnMarkers COMMIT of producer 1000/0 by coordinator epoch 8: orders-0
0.000s broker 1 -> WriteTxnMarkers answered: producer 1000: orders-0
    append billing of producer 1000/0 is CompleteCommit
    transaction billing CompleteCommit (producer 1000, epoch 0; broker 2)
