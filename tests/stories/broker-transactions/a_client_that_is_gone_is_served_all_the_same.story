# A batch that waits for the coordinator's word is appended although its client is gone meanwhile.
# Kafka: KafkaRequestHandler.wrapAsyncCallback (core)

given
connect a 1
connect b 2
init b
pass 100ms
cut 1 2
produce a
pass 50ms
disconnect a
pass 50ms
heal
pass 300ms
look
----
4.169s   client -> broker 2: InitProducerId billing
4.170s broker 2 appends __transaction_state-0@0 (epoch 0): record 0 of broker 2
4.172s transaction billing Empty (producer 0, epoch 0; broker 2)
4.173s   client <- InitProducerId answered: producer 0/0
4.269s   client -> broker 1: Produce acks=all: orders-0 record 0 of producer 0/0 from sequence 0
4.373s broker 2 appends __transaction_state-0@1 (epoch 0): record 1 of broker 2
4.375s transaction billing has orders-0 now
4.375s transaction billing Ongoing (producer 0, epoch 0; broker 2)
4.376s broker 1 appends orders-0@0 (epoch 0): record 0 of client
4.378s broker 1 last stable offset of orders-0 is 0, high watermark 1
  orders: led by 1, end 1, high watermark 1, last stable offset 0
  offsets: led by 3, end 0, high watermark 0, last stable offset 0
  transactions: led by 2, end 2, high watermark 2, last stable offset 2
