# transaction.timeout.ms above transaction.max.timeout.ms is refused.
# Kafka: TransactionStateManager.validateTransactionTimeoutMs

given transaction.max.timeout.ms=1000
init x timeout=2s
look
----
0.000s x -> InitProducerId billing
    transaction billing refuses producer -1, epoch -1: INVALID_TRANSACTION_TIMEOUT
    x <- InitProducerId answered: INVALID_TRANSACTION_TIMEOUT
