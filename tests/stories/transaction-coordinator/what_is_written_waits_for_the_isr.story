# Memory follows the log: until a state is replicated the id has the old one, and whoever asks meanwhile is told to come
# again. After the transaction's own timeout the write is given up; the record may be replicated later all the same.
# Kafka: TransactionStateManager.appendTransactionToLog

given
quietly init x timeout=2s
log lags
add x orders-0
look
commit x
until 3s
look
replicate
look
----
0.000s x -> AddPartitionsToTxn billing of producer 1000/0: orders-0
    append billing of producer 1000/0 is Ongoing with orders-0
  billing: Empty of producer 1000/0
0.000s x -> EndTxn commit billing of producer 1000/0
    x <- EndTxn answered: CONCURRENT_TRANSACTIONS
2.000s timer append timeout
    x <- AddPartitionsToTxn answered: billing: orders-0 COORDINATOR_NOT_AVAILABLE
  billing: Empty of producer 1000/0
3.000s high watermark 2
  billing: Empty of producer 1000/0
