# An id without a transaction is forgotten after transactional.id.expiration.ms, at the next look; its producer is unknown
# then.
# Kafka: TransactionStateManager.removeExpiredTransactionalIds

given transactional.id.expiration.ms=5000000
init x
until 3600s
look
until 7200s
look
add x orders-0
----
0.000s x -> InitProducerId billing
    append billing of producer 1000/0 is Empty
    transaction billing Empty (producer 1000, epoch 0; broker 1)
    x <- InitProducerId answered: producer 1000/0
  billing: Empty of producer 1000/0
7200.000s timer remove expired ids
    append billing is gone
    transaction billing Dead (producer 1000, epoch 0; broker 1)
7200.000s x -> AddPartitionsToTxn billing of producer 1000/0: orders-0
    transaction billing refuses producer 1000, epoch 0: INVALID_PRODUCER_ID_MAPPING
    x <- AddPartitionsToTxn answered: billing: orders-0 INVALID_PRODUCER_ID_MAPPING
