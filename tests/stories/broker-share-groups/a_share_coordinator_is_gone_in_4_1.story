# In 4.1 a lost connection is no reason to try again: what was to be initialized is not, until a later heartbeat asks anew.
# Kafka: PersisterStateManager.checkNetworkError (server-common, 4.1)

given kafka=4.1 state=3,2
connect a 1
beat a
pass 10ms
crash 3
pass 12s
look
beat a
pass 200ms
look
----
4.560s   client -> broker 1: ShareGroupHeartbeat workers as client/4557 at epoch 0, subscribed to orders
4.566s broker 1 appends __consumer_offsets-0@0..5 (epoch 0): records 0..5 of broker 1
4.567s broker 2 copies __consumer_offsets-0@0..5 (epoch 0): records 0..5 of broker 1
4.567s broker 3 copies __consumer_offsets-0@0..5 (epoch 0): records 0..5 of broker 1
4.568s broker 1 high watermark of __consumer_offsets-0 is 6 of 6, isr [1,2,3]
4.568s group workers client joins
4.568s group workers client is at epoch 1, STABLE, has 0
4.568s group workers Stable, generation 1, 1 members
4.569s   client <- ShareGroupHeartbeat answered: client/4557 at epoch 1, fetches from -
4.578s broker 2 appends __share_group_state-1@0 (epoch 0): record 0 of broker 2
4.579s broker 1 copies __share_group_state-1@0 (epoch 0): record 0 of broker 2
5.069s broker 2 learns high watermark 6 of __consumer_offsets-0 (its log ends at 6)
11.913s broker 2 appends __share_group_state-1@1 (epoch 0): record 1 of broker 2
11.914s broker 1 copies __share_group_state-1@1 (epoch 0): record 1 of broker 2
13.526s controller isr of orders-0 is [1,2] [Unchanged: broker 1 in epoch 0, partition epoch 1]
13.526s controller isr of orders-1 is [2,1] [Unchanged: broker 2 in epoch 0, partition epoch 1]
13.526s controller isr of __consumer_offsets-0 is [1,2] [Unchanged: broker 1 in epoch 0, partition epoch 1]
13.526s controller broker 1 leads __share_group_state-0, epoch 1, isr [1,2] [Clean: broker 1 in epoch 1, partition epoch 1]
13.526s controller isr of __share_group_state-1 is [2,1] [Unchanged: broker 2 in epoch 0, partition epoch 1]
13.526s controller broker 3 fenced
13.529s broker 2 high watermark of __share_group_state-1 is 2 of 2, isr [2,1]
13.529s group workers begins with orders-1, where share.auto.offset.reset says
13.530s broker 1 leads __share_group_state-0 in epoch 1, from 0, high watermark 0
13.530s broker 2 follows broker 1 on __share_group_state-0 in epoch 1
13.534s broker 1 coordinates __share_group_state-0 now (epoch 1)
13.535s broker 1 appends __consumer_offsets-0@6 (epoch 0): record 6 of broker 1
13.536s broker 2 copies __consumer_offsets-0@6 (epoch 0): record 6 of broker 1
13.537s broker 1 high watermark of __consumer_offsets-0 is 7 of 7, isr [1,2]
13.922s broker 1 learns high watermark 2 of __share_group_state-1 (its log ends at 2)
14.038s broker 2 learns high watermark 7 of __consumer_offsets-0 (its log ends at 7)
  orders-0: -
  orders-1: broker 2 knows start -1, state epoch 1
16.570s   client -> broker 1: ShareGroupHeartbeat workers as client/4557 at epoch 1
16.576s broker 1 appends __consumer_offsets-0@7 (epoch 0): record 7 of broker 1
16.577s broker 2 copies __consumer_offsets-0@7 (epoch 0): record 7 of broker 1
16.578s broker 1 high watermark of __consumer_offsets-0 is 8 of 8, isr [1,2]
16.579s   client <- ShareGroupHeartbeat answered: client/4557 at epoch 1
16.584s broker 2 appends __share_group_state-1@2 (epoch 0): record 2 of broker 2
16.585s broker 1 copies __share_group_state-1@2 (epoch 0): record 2 of broker 2
16.586s broker 2 high watermark of __share_group_state-1 is 3 of 3, isr [2,1]
16.588s broker 1 appends __share_group_state-0@0 (epoch 1): record 0 of broker 1
16.589s broker 2 learns high watermark 8 of __consumer_offsets-0 (its log ends at 8)
16.589s broker 2 copies __share_group_state-0@0 (epoch 1): record 0 of broker 1
16.590s broker 1 high watermark of __share_group_state-0 is 1 of 1, isr [1,2]
16.590s group workers begins with orders-0, where share.auto.offset.reset says
16.596s broker 1 appends __consumer_offsets-0@8 (epoch 0): record 8 of broker 1
16.597s broker 2 learns high watermark 1 of __share_group_state-0 (its log ends at 1)
16.597s broker 2 copies __consumer_offsets-0@8 (epoch 0): record 8 of broker 1
16.598s broker 1 high watermark of __consumer_offsets-0 is 9 of 9, isr [1,2]
  orders-0: broker 1 knows start -1, state epoch 1
  orders-1: broker 2 knows start -1, state epoch 1
