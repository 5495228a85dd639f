# The leader crashes. Its session ends at the controller, which fences it and elects from the ISR; nothing acknowledged
# is lost. The old leader comes back as a follower, and into the ISR once it has caught up.
# Kafka: ReplicationControlManager.handleBrokerFenced (metadata), broker.session.timeout.ms

given min.insync.replicas=2
connect producer 1
produce producer records=5
pass 20ms
----
4.060s   client -> broker 1: Produce acks=all: orders-0 records 0..4
4.061s broker 1 appends orders-0@0..4 (epoch 0): records 0..4 of client
4.063s broker 2 copies orders-0@0..4 (epoch 0): records 0..4 of client
4.063s broker 3 copies orders-0@0..4 (epoch 0): records 0..4 of client
4.064s broker 1 high watermark of orders-0 is 5 of 5, isr [1,2,3]
4.064s broker 1 confirms orders-0@0..4; high watermark 5, 3 in the ISR
4.065s   client <- Produce answered: orders-0@0

crash 1
pass 12s
look
----
4.081s   client: the connection is gone
4.081s   client: the connection is gone
11.276s controller broker 2 leads orders-0, epoch 1, isr [2,3] [Clean: broker 2 in epoch 1, partition epoch 1]
11.276s controller broker 1 fenced
11.278s broker 3 follows broker 2 on orders-0 in epoch 1
11.280s broker 2 leads orders-0 in epoch 1, from 5, high watermark 0
11.281s broker 2 high watermark of orders-0 is 5 of 5, isr [2,3]
11.782s broker 3 learns high watermark 5 of orders-0 (its log ends at 5)
  broker 1: log end 5, high watermark 5
  broker 2: log end 5, high watermark 5, leads, isr [2,3]
  broker 3: log end 5, high watermark 5

start 1
pass 40s
look
----
16.086s broker 1 recovers orders-0 up to 5; 5 was written [after a crash, high watermark 0]
16.099s broker 1 follows broker 2 on orders-0 in epoch 1
16.111s controller broker 1 registered, broker epoch 43
16.153s controller broker 1 unfenced
16.603s broker 1 learns high watermark 5 of orders-0 (its log ends at 5)
16.604s broker 2 proposes isr [2,3,1] for orders-0 (epoch 1)
16.604s IsrJoinProposed broker=2 tp=orders-0 leader_epoch=1 joining=1 log_end=5 high_watermark=5 epoch_start=5
16.635s controller isr of orders-0 is [2,3,1] [Unchanged: broker 2 in epoch 1, partition epoch 2]
  broker 1: log end 5, high watermark 5
  broker 2: log end 5, high watermark 5, leads, isr [2,3,1]
  broker 3: log end 5, high watermark 5
