# A marker is refused below min.insync.replicas and sent again at once; the transaction is over when the partition has it.
# Kafka: TransactionMarkerRequestCompletionHandler (NOT_ENOUGH_REPLICAS)

given min.insync.replicas=3
connect a 1
connect b 2
init b
pass 100ms
produce a records=2
pass 600ms
look
----
4.169s   client -> broker 2: InitProducerId billing
4.170s broker 2 appends __transaction_state-0@0 (epoch 0): record 0 of broker 2
4.172s transaction billing Empty (producer 0, epoch 0; broker 2)
4.173s   client <- InitProducerId answered: producer 0/0
4.269s   client -> broker 1: Produce acks=all: orders-0 records 0..1 of producer 0/0 from sequence 0
4.275s broker 2 appends __transaction_state-0@1 (epoch 0): record 1 of broker 2
4.277s transaction billing has orders-0 now
4.277s transaction billing Ongoing (producer 0, epoch 0; broker 2)
4.278s broker 1 appends orders-0@0..1 (epoch 0): records 0..1 of client
4.280s broker 1 last stable offset of orders-0 is 0, high watermark 2
4.280s broker 1 confirms orders-0@0..1; high watermark 2, 3 in the ISR
4.281s   client <- Produce answered: orders-0@0
  orders: led by 1, end 2, high watermark 2, last stable offset 0
  offsets: led by 3, end 0, high watermark 0, last stable offset 0
  transactions: led by 2, end 2, high watermark 2, last stable offset 2
