# One partition that does not exist has the whole transaction refused: the others are not attempted.
# Kafka: KafkaApis.handleAddPartitionsToTxnRequest

given level=1
quietly init x
add x orders-0 later-0
look
----
0.000s x -> AddPartitionsToTxn billing of producer 1000/0: orders-0, orders-1
    append billing of producer 1000/0 is Ongoing with orders-0, orders-1
    transaction billing has orders-0 now
    transaction billing has orders-1 now
    transaction billing Ongoing (producer 1000, epoch 0; broker 1)
    x <- AddPartitionsToTxn answered: billing: orders-0, orders-1
  billing: Ongoing of producer 1000/0 with orders-0 orders-1
