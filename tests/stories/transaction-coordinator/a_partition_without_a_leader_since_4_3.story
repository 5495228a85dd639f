# Since 4.3 a partition without a leader is taken for one that was deleted: it gets no marker, and what the transaction
# wrote there stays undecided.
# Kafka: KRaftMetadataCache.getPartitionLeaderEndpoint (4.3.0), KAFKA-17573, KAFKA-20734

given kafka=4.3
quietly init x
quietly add x orders-0 orders-1
leader orders-1 none
commit x
look
----
0.000s x -> EndTxn commit billing of producer 1000/0
    append billing of producer 1000/1 is PrepareCommit with orders-0, orders-1
    transaction billing PrepareCommit (producer 1000, epoch 1; broker 1)
    x <- EndTxn answered: next producer 1000/1
    transaction billing sends no marker to orders-1, which is taken for deleted
    -> broker 1: WriteTxnMarkers COMMIT of producer 1000/1 by coordinator epoch 7: orders-0
0.000s broker 1 -> WriteTxnMarkers answered: producer 1000: orders-0
    append billing of producer 1000/1 is CompleteCommit
    transaction billing CompleteCommit (producer 1000, epoch 1; broker 1)
  billing: CompleteCommit of producer 1000/1
