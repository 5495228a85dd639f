# Kafka 4.0 raised the epoch twice, beyond the largest there is, and threw: the id was of no use any more.
# Kafka: TransactionMetadata.prepareTransitionTo (4.0.0), KAFKA-19367

given kafka=4.0
quietly init x
quietly bump x 32766
quietly add x orders-0
init y
init y
look
----
0.000s y -> InitProducerId billing
    transaction billing is aborted, there is a newer instance: producer 1000 is fenced, epoch 32766
    transaction billing refuses producer 1000, epoch 32767: UNKNOWN_SERVER_ERROR
    y <- InitProducerId answered: UNKNOWN_SERVER_ERROR
0.000s y -> InitProducerId billing
    transaction billing refuses producer -1, epoch -1: UNKNOWN_SERVER_ERROR
    y <- InitProducerId answered: UNKNOWN_SERVER_ERROR
  billing: Ongoing of producer 1000/32767 with orders-0
