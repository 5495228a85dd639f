# An id with an open transaction is not forgotten, however old.
# Kafka: TransactionState.isExpirationAllowed

given transactional.id.expiration.ms=1000 transaction.max.timeout.ms=100000000
quietly init x timeout=90000s
quietly add x orders-0
until 3600s
look
----
  billing: Ongoing of producer 1000/0 with orders-0
