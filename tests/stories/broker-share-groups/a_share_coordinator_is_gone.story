# A share coordinator that cannot be reached is looked for again, with growing pauses, and found where its partition is led by then.
# Kafka: PersisterStateManager.PersisterStateManagerHandler.handleRequestResponse (server-common)

given state=3,2
connect a 1
beat a
pass 4ms
crash 3
pass 40s
look
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
4.568s broker 2 appends __share_group_state-1@0 (epoch 0): record 0 of broker 2
4.569s broker 1 copies __share_group_state-1@0 (epoch 0): record 0 of broker 2
5.064s broker 2 learns high watermark 6 of __consumer_offsets-0 (its log ends at 6)
11.316s broker 2 appends __share_group_state-1@1 (epoch 0): record 1 of broker 2
11.317s broker 1 copies __share_group_state-1@1 (epoch 0): record 1 of broker 2
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
13.827s broker 1 learns high watermark 2 of __share_group_state-1 (its log ends at 2)
19.669s broker 1 appends __share_group_state-0@0 (epoch 1): record 0 of broker 1
19.670s broker 2 copies __share_group_state-0@0 (epoch 1): record 0 of broker 1
19.671s broker 1 high watermark of __share_group_state-0 is 1 of 1, isr [1,2]
19.671s group workers begins with orders-0, where share.auto.offset.reset says
19.672s broker 1 appends __consumer_offsets-0@6 (epoch 0): record 6 of broker 1
19.673s broker 2 learns high watermark 1 of __share_group_state-0 (its log ends at 1)
19.673s broker 2 copies __consumer_offsets-0@6 (epoch 0): record 6 of broker 1
19.674s broker 1 high watermark of __consumer_offsets-0 is 7 of 7, isr [1,2]
20.175s broker 2 learns high watermark 7 of __consumer_offsets-0 (its log ends at 7)
  orders-0: broker 1 knows start -1, state epoch 2
  orders-1: broker 2 knows start -1, state epoch 2
