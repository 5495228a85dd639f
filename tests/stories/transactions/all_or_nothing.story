# Partitions are added all or none: what stands beside one that failed was not tried, and the transaction has to be aborted.
# Kafka: TransactionManager.AddPartitionsToTxnHandler (clients)

given version=1 partitions=3
ready
begin
send 0
send 1
send 2
answer ok
answer UNKNOWN_SERVER_ERROR with=OPERATION_NOT_ATTEMPTED to=AddPartitionsToTxn
state
----
0.200s shop begins transaction 1
0.200s   -> broker 2: AddPartitionsToTxn shop-1 of producer 1000/0: orders-0
0.200s   <- broker 2: AddPartitionsToTxn answered: shop-1: orders-0
0.200s   -> broker 2: AddPartitionsToTxn shop-1 of producer 1000/0: orders-1, orders-2
0.200s   <- broker 2: AddPartitionsToTxn answered: shop-1: orders-1 UNKNOWN_SERVER_ERROR, orders-2 OPERATION_NOT_ATTEMPTED
0.200s shop producer fails: KafkaException: UNKNOWN_SERVER_ERROR; its transaction has to be aborted
0.200s shop gives up record 0 for orders-0: KafkaException: UNKNOWN_SERVER_ERROR [it is not in the log]
0.200s shop gives up record 0 for orders-1: KafkaException: UNKNOWN_SERVER_ERROR [it is not in the log]
0.200s shop gives up record 0 for orders-2: KafkaException: UNKNOWN_SERVER_ERROR [it is not in the log]
0.200s no call blocks, nothing is open, abortable: KafkaException: UNKNOWN_SERVER_ERROR
