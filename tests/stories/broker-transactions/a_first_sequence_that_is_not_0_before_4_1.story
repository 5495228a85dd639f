# Before 4.1 it could begin anywhere.
# Kafka: ProducerAppendInfo.checkSequence (4.0.0), KAFKA-18202

given kafka=4.0
connect a 1
connect b 2
init b
pass 100ms
produce a seq=5
pass 200ms
look
----
4.169s   client -> broker 2: InitProducerId billing
4.170s broker 2 appends __transaction_state-0@0 (epoch 0): record 0 of broker 2
4.172s transaction billing Empty (producer 0, epoch 0; broker 2)
4.173s   client <- InitProducerId answered: producer 0/0
4.269s   client -> broker 1: Produce acks=all: orders-0 record 0 of producer 0/0 from sequence 5
4.275s broker 2 appends __transaction_state-0@1 (epoch 0): record 1 of broker 2
4.277s transaction billing has orders-0 now
4.277s transaction billing Ongoing (producer 0, epoch 0; broker 2)
4.278s broker 1 appends orders-0@0 (epoch 0): record 0 of client
4.280s broker 1 last stable offset of orders-0 is 0, high watermark 1
4.280s broker 1 confirms orders-0@0; high watermark 1, 3 in the ISR
4.281s   client <- Produce answered: orders-0@0
  orders: led by 1, end 1, high watermark 1, last stable offset 0
  offsets: led by 3, end 0, high watermark 0, last stable offset 0
  transactions: led by 2, end 2, high watermark 2, last stable offset 2
