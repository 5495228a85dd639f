# A leader that is elected again, in a new epoch, reads the log again and sends the markers again, with the new epoch; what
# the old ones are answered does not count.
# Kafka: TransactionCoordinator.onElection

given
quietly init x
quietly add x orders-0
leaders wait
commit x
reelect
answer 1 ok
answer 1 ok
look
----
0.000s x -> EndTxn commit billing of producer 1000/0
    append billing of producer 1000/1 is PrepareCommit with orders-0
    transaction billing PrepareCommit (producer 1000, epoch 1; broker 1)
    x <- EndTxn answered: next producer 1000/1
    -> broker 1: WriteTxnMarkers COMMIT of producer 1000/1 by coordinator epoch 7: orders-0
0.000s elected in epoch 8, log end 3
    broker 1 coordinates __transaction_state-0 now (epoch 8)
    transaction billing PrepareCommit (producer 1000, epoch 1; broker 1)
    -> broker 1: WriteTxnMarkers COMMIT of producer 1000/1 by coordinator epoch 8: orders-0
0.000s broker 1 -> WriteTxnMarkers answered: producer 1000: orders-0
0.000s broker 1 -> WriteTxnMarkers answered: producer 1000: orders-0
    append billing of producer 1000/1 is CompleteCommit
    transaction billing CompleteCommit (producer 1000, epoch 1; broker 1)
  billing: CompleteCommit of producer 1000/1
