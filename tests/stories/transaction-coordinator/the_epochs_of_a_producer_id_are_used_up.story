# The last epoch that a client gets is 32766. With the end of its transaction the producer gets another id, and epoch 0;
# the markers still carry the old one. A retry is recognised by the id before.
# Kafka: TransactionMetadata.prepareComplete, KAFKA-18660

given
quietly init x
quietly bump x 32766
add x orders-0
leaders wait
commit x
add x orders-0
answer 1 ok
commit x id=1000 epoch=32766
add x orders-1
----
0.000s x -> AddPartitionsToTxn billing of producer 1000/32766: orders-0
    append billing of producer 1000/32766 is Ongoing with orders-0
    transaction billing has orders-0 now
    transaction billing Ongoing (producer 1000, epoch 32766; broker 1)
    x <- AddPartitionsToTxn answered: billing: orders-0
0.000s x -> EndTxn commit billing of producer 1000/32766
    append billing of producer 1000/32767 is PrepareCommit with orders-0
    transaction billing PrepareCommit (producer 1000, epoch 32767; broker 1)
    x <- EndTxn answered: next producer 1001/0
    -> broker 1: WriteTxnMarkers COMMIT of producer 1000/32767 by coordinator epoch 7: orders-0
0.000s x -> AddPartitionsToTxn billing of producer 1001/0: orders-0
    x <- AddPartitionsToTxn answered: billing: orders-0 CONCURRENT_TRANSACTIONS
0.000s broker 1 -> WriteTxnMarkers answered: producer 1000: orders-0
    append billing of producer 1001/0 is CompleteCommit
    transaction billing CompleteCommit (producer 1001, epoch 0; broker 1)
0.000s x -> EndTxn commit billing of producer 1000/32766
    x <- EndTxn answered: next producer 1001/0
0.000s x -> AddPartitionsToTxn billing of producer 1001/0: orders-1
    append billing of producer 1001/0 is Ongoing with orders-1
    transaction billing has orders-1 now
    transaction billing Ongoing (producer 1001, epoch 0; broker 1)
    x <- AddPartitionsToTxn answered: billing: orders-1
