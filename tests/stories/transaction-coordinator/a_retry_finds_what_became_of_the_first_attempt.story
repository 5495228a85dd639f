# The answer to EndTxn is lost with the coordinator, but the decision was replicated: the retry is told to wait, and then
# that all is done.
# Kafka: TransactionCoordinator.endTransaction, retry table

given
quietly init x
quietly add x orders-0
leaders wait
commit x
failover
commit x epoch=0
answer 1 ok
commit x epoch=0
----
0.000s x -> EndTxn commit billing of producer 1000/0
    append billing of producer 1000/1 is PrepareCommit with orders-0
    transaction billing PrepareCommit (producer 1000, epoch 1; broker 1)
    x <- EndTxn answered: next producer 1000/1
    -> broker 1: WriteTxnMarkers COMMIT of producer 1000/1 by coordinator epoch 7: orders-0
0.000s elected in epoch 8, log end 3
    broker 2 coordinates __transaction_state-0 now (epoch 8)
    transaction billing PrepareCommit (producer 1000, epoch 1; broker 2)
    -> broker 1: WriteTxnMarkers COMMIT of producer 1000/1 by coordinator epoch 8: orders-0
0.000s x -> EndTxn commit billing of producer 1000/0
    x <- EndTxn answered: CONCURRENT_TRANSACTIONS
0.000s broker 1 -> WriteTxnMarkers answered: producer 1000: orders-0
    append billing of producer 1000/1 is CompleteCommit
    transaction billing CompleteCommit (producer 1000, epoch 1; broker 2)
0.000s x -> EndTxn commit billing of producer 1000/0
    x <- EndTxn answered: next producer 1000/1
