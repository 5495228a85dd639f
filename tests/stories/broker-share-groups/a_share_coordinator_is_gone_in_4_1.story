# In 4.1 a lost connection is no reason to try again: what was to be initialized is not, until a later heartbeat asks anew.
# Kafka: PersisterStateManager.checkNetworkError (server-common, 4.1)

given kafka=4.1 state=3,2
crash 3
connect a 1
beat a
pass 2s
beat a
pass 15s
look
----
4.560s   client -> broker 1: ShareGroupHeartbeat workers as client/4557 at epoch 0, subscribed to orders
4.566s broker 1 appends __consumer_offsets-0@0..5 (epoch 0): records 0..5 of broker 1
4.567s broker 2 copies __consumer_offsets-0@0..5 (epoch 0): records 0..5 of broker 1
6.560s   client -> broker 1: ShareGroupHeartbeat workers as client/4557 at epoch 0, subscribed to orders
9.561s group workers answers a heartbeat of client with COORDINATOR_NOT_AVAILABLE
9.562s   client <- ShareGroupHeartbeat answered: COORDINATOR_NOT_AVAILABLE
13.526s controller isr of orders-0 is [1,2] [Unchanged: broker 1 in epoch 0, partition epoch 1]
13.526s controller isr of orders-1 is [2,1] [Unchanged: broker 2 in epoch 0, partition epoch 1]
13.526s controller isr of __consumer_offsets-0 is [1,2] [Unchanged: broker 1 in epoch 0, partition epoch 1]
13.526s controller broker 1 leads __share_group_state-0, epoch 1, isr [1,2] [Clean: broker 1 in epoch 1, partition epoch 1]
13.526s controller isr of __share_group_state-1 is [2,1] [Unchanged: broker 2 in epoch 0, partition epoch 1]
13.526s controller broker 3 fenced
13.530s broker 1 leads __share_group_state-0 in epoch 1, from 0, high watermark 0
13.530s broker 2 follows broker 1 on __share_group_state-0 in epoch 1
13.532s broker 1 high watermark of __consumer_offsets-0 is 6 of 6, isr [1,2]
13.532s group workers client joins
13.532s group workers client is at epoch 1, STABLE, has 0
13.532s group workers Stable, generation 1, 1 members
13.533s   client <- ShareGroupHeartbeat answered: client/4557 at epoch 1, fetches from -
13.534s broker 1 coordinates __share_group_state-0 now (epoch 1)
13.603s broker 2 learns high watermark 6 of __consumer_offsets-0 (its log ends at 6)
  orders-0: -
  orders-1: -
