# The ISR is the leader alone, and two are asked for. acks=all is refused before the append; acks=1 is acknowledged, and
# stays invisible.
# Kafka: Partition.appendRecordsToLeader, Partition.maybeIncrementLeaderHW (core); KIP-966

given min.insync.replicas=2
connect producer 1
crash 2
crash 3
pass 12s
skip
look
----
  broker 1: log end 0, high watermark 0, leads, isr [1]
  broker 2: log end 0, high watermark 0
  broker 3: log end 0, high watermark 0

produce producer acks=all
pass 20ms
look
----
16.060s   client -> broker 1: Produce acks=all: orders-0 record 0
16.061s broker 1 refuses record 0 of client for orders-0: NOT_ENOUGH_REPLICAS
16.062s   client <- Produce answered: orders-0 NOT_ENOUGH_REPLICAS
  broker 1: log end 0, high watermark 0, leads, isr [1]
  broker 2: log end 0, high watermark 0
  broker 3: log end 0, high watermark 0

produce producer acks=1
pass 20ms
look
----
16.080s   client -> broker 1: Produce acks=1: orders-0 record 0
16.081s broker 1 appends orders-0@0 (epoch 0): record 0 of client
16.081s broker 1 confirms orders-0@0; high watermark 0, 1 in the ISR
16.082s   client <- Produce answered: orders-0@0
  broker 1: log end 1, high watermark 0, leads, isr [1]
  broker 2: log end 0, high watermark 0
  broker 3: log end 0, high watermark 0
