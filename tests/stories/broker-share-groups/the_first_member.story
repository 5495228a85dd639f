# The first member of a share group: its partitions get a state first, for which __share_group_state is created, and are assigned with its
# next heartbeat.
# Kafka: GroupCoordinatorService.persisterInitialize (group-coordinator), PersisterStateManager (server-common)

given
connect a 1
beat a
pass 6s
look
beat a
pass 100ms
----
4.560s   client -> broker 1: ShareGroupHeartbeat workers as client/4557 at epoch 0, subscribed to orders
4.561s broker 1 appends __consumer_offsets-0@0..5 (epoch 0): records 0..5 of broker 1
4.562s broker 2 copies __consumer_offsets-0@0..5 (epoch 0): records 0..5 of broker 1
4.562s broker 3 copies __consumer_offsets-0@0..5 (epoch 0): records 0..5 of broker 1
4.563s broker 1 high watermark of __consumer_offsets-0 is 6 of 6, isr [1,2,3]
4.563s group workers client joins
4.563s group workers client is at epoch 2, STABLE, has 0
4.563s group workers Stable, generation 2, 1 members
4.564s   client <- ShareGroupHeartbeat answered: client/4557 at epoch 2, fetches from -
4.599s TopicCreated topic=__share_group_state partitions=2
4.599s controller creates __share_group_state-0 on [3,1,2]
4.599s controller broker 3 leads __share_group_state-0, epoch 0, isr [3,1,2] [Clean: broker 3 in epoch 0, partition epoch 0]
4.599s controller creates __share_group_state-1 on [1,2,3]
4.599s controller broker 1 leads __share_group_state-1, epoch 0, isr [1,2,3] [Clean: broker 1 in epoch 0, partition epoch 0]
4.600s broker 1 leads __share_group_state-1 in epoch 0, from 0, high watermark 0
4.600s broker 1 follows broker 3 on __share_group_state-0 in epoch 0
4.600s broker 1 coordinates __share_group_state-1 now (epoch 0)
4.600s broker 2 follows broker 3 on __share_group_state-0 in epoch 0
4.600s broker 2 follows broker 1 on __share_group_state-1 in epoch 0
4.600s broker 3 leads __share_group_state-0 in epoch 0, from 0, high watermark 0
4.600s broker 3 follows broker 1 on __share_group_state-1 in epoch 0
4.600s broker 3 coordinates __share_group_state-0 now (epoch 0)
5.064s broker 2 learns high watermark 6 of __consumer_offsets-0 (its log ends at 6)
5.064s broker 3 learns high watermark 6 of __consumer_offsets-0 (its log ends at 6)
6.320s broker 1 appends __share_group_state-1@0 (epoch 0): record 0 of broker 1
6.321s broker 2 copies __share_group_state-1@0 (epoch 0): record 0 of broker 1
6.321s broker 3 copies __share_group_state-1@0 (epoch 0): record 0 of broker 1
6.322s broker 1 high watermark of __share_group_state-1 is 1 of 1, isr [1,2,3]
6.322s group workers begins with orders-1, where share.auto.offset.reset says
6.793s broker 3 appends __share_group_state-0@0 (epoch 0): record 0 of broker 3
6.794s broker 1 copies __share_group_state-0@0 (epoch 0): record 0 of broker 3
6.794s broker 2 copies __share_group_state-0@0 (epoch 0): record 0 of broker 3
6.796s broker 3 high watermark of __share_group_state-0 is 1 of 1, isr [3,1,2]
6.796s group workers begins with orders-0, where share.auto.offset.reset says
6.797s broker 1 appends __consumer_offsets-0@6 (epoch 0): record 6 of broker 1
6.798s broker 2 learns high watermark 1 of __share_group_state-1 (its log ends at 1)
6.798s broker 2 copies __consumer_offsets-0@6 (epoch 0): record 6 of broker 1
6.798s broker 3 learns high watermark 1 of __share_group_state-1 (its log ends at 1)
6.798s broker 3 copies __consumer_offsets-0@6 (epoch 0): record 6 of broker 1
6.799s broker 1 high watermark of __consumer_offsets-0 is 7 of 7, isr [1,2,3]
7.297s broker 1 learns high watermark 1 of __share_group_state-0 (its log ends at 1)
7.297s broker 2 learns high watermark 1 of __share_group_state-0 (its log ends at 1)
7.300s broker 2 learns high watermark 7 of __consumer_offsets-0 (its log ends at 7)
7.300s broker 3 learns high watermark 7 of __consumer_offsets-0 (its log ends at 7)
  orders-0: broker 3 knows start -1, state epoch 2
  orders-1: broker 1 knows start -1, state epoch 2
10.560s   client -> broker 1: ShareGroupHeartbeat workers as client/4557 at epoch 2
10.561s broker 1 appends __consumer_offsets-0@7..10 (epoch 0): records 7..10 of broker 1
10.562s broker 2 copies __consumer_offsets-0@7..10 (epoch 0): records 7..10 of broker 1
10.562s broker 3 copies __consumer_offsets-0@7..10 (epoch 0): records 7..10 of broker 1
10.563s broker 1 high watermark of __consumer_offsets-0 is 11 of 11, isr [1,2,3]
10.563s group workers client is at epoch 3, STABLE, has 2
10.563s group workers gives orders-0 to client (generation 3)
10.563s group workers gives orders-1 to client (generation 3)
10.563s group workers Stable, generation 3, 1 members
10.564s   client <- ShareGroupHeartbeat answered: client/4557 at epoch 3, fetches from orders-0, orders-1
