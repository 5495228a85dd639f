# One partition that does not exist has the whole transaction refused: the others are not attempted.
# Kafka: KafkaApis.handleAddPartitionsToTxnRequest

given level=1
quietly init x
add x orders-0 later-0
look
----
0.000s x -> AddPartitionsToTxn billing of producer 1000/0: orders-0, later-0
    x <- AddPartitionsToTxn answered: billing: orders-0 OPERATION_NOT_ATTEMPTED, later-0 UNKNOWN_TOPIC_OR_PARTITION
  billing: Empty of producer 1000/0
