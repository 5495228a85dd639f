# A broker that is told to stop asks the controller first, which moves its leadership; then it flushes and is gone.
# Kafka: BrokerLifecycleManager.beginControlledShutdown (server), ReplicationControlManager.processBrokerHeartbeat

given min.insync.replicas=2
connect producer 1
produce producer records=3
pass 20ms
skip
shutdown 1
pass 5s
look
----
4.107s controller broker 1 asks to stop; leaders move away
4.107s controller broker 2 leads orders-0, epoch 1, isr [2,3] [Clean: broker 2 in epoch 1, partition epoch 1]
4.109s broker 1 follows broker 2 on orders-0 in epoch 1
4.109s broker 3 follows broker 2 on orders-0 in epoch 1
4.111s broker 2 leads orders-0 in epoch 1, from 3, high watermark 0
4.112s broker 2 high watermark of orders-0 is 3 of 3, isr [2,3]
4.185s controller broker 1 fenced
4.187s   client: the connection is gone
4.187s   client: the connection is gone
4.187s broker 1 has orders-0 on disk up to 3
4.613s broker 3 learns high watermark 3 of orders-0 (its log ends at 3)
  broker 1: log end 3, high watermark 3
  broker 2: log end 3, high watermark 3, leads, isr [2,3]
  broker 3: log end 3, high watermark 3
