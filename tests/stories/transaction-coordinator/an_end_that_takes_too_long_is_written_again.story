# The end of a transaction that is not replicated within the transaction's timeout is written again when the thread that sends
# markers wakes, which may take as long as its network client waits: 30 seconds from the last that happened there.
# Kafka: InterBrokerSendThread.pollOnce, TransactionMarkerChannelManager.txnLogAppendRetryQueue

given
quietly init x timeout=10s
quietly add x orders-0
quietly pass 4s
leaders wait
commit x
log lags
answer 1 ok
until 20s
log replicates
until 34s
look
----
4.000s x -> EndTxn commit billing of producer 1000/0
    append billing of producer 1000/1 is PrepareCommit with orders-0
    transaction billing PrepareCommit (producer 1000, epoch 1; broker 1)
    x <- EndTxn answered: next producer 1000/1
    -> broker 1: WriteTxnMarkers COMMIT of producer 1000/1 by coordinator epoch 7: orders-0
4.000s broker 1 -> WriteTxnMarkers answered: producer 1000: orders-0
    append billing of producer 1000/1 is CompleteCommit
34.000s timer marker thread wakes
    append billing of producer 1000/1 is CompleteCommit
    transaction billing CompleteCommit (producer 1000, epoch 1; broker 1)
  billing: CompleteCommit of producer 1000/1
