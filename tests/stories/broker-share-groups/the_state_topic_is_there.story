# Each share-partition is asked for where its state belongs; a broker speaks to itself over a connection like any other.
# Kafka: PersisterStateManager.lookupNeeded, RequestCoalescerHelper (server-common)

given state=1,2
connect a 1
beat a
pass 500ms
look
beat a
pass 1s
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
4.568s broker 1 appends __share_group_state-0@0 (epoch 0): record 0 of broker 1
4.568s broker 2 appends __share_group_state-1@0 (epoch 0): record 0 of broker 2
4.569s broker 2 learns high watermark 6 of __consumer_offsets-0 (its log ends at 6)
4.569s broker 2 copies __share_group_state-0@0 (epoch 0): record 0 of broker 1
4.569s broker 3 learns high watermark 6 of __consumer_offsets-0 (its log ends at 6)
4.569s broker 3 copies __share_group_state-0@0 (epoch 0): record 0 of broker 1
4.569s broker 1 copies __share_group_state-1@0 (epoch 0): record 0 of broker 2
4.569s broker 3 copies __share_group_state-1@0 (epoch 0): record 0 of broker 2
4.570s broker 1 high watermark of __share_group_state-0 is 1 of 1, isr [1,2,3]
4.570s group workers begins with orders-0, where share.auto.offset.reset says
4.570s broker 2 high watermark of __share_group_state-1 is 1 of 1, isr [2,3,1]
4.570s group workers begins with orders-1, where share.auto.offset.reset says
4.571s broker 1 appends __consumer_offsets-0@6 (epoch 0): record 6 of broker 1
4.572s broker 2 learns high watermark 1 of __share_group_state-0 (its log ends at 1)
4.572s broker 2 copies __consumer_offsets-0@6 (epoch 0): record 6 of broker 1
4.572s broker 3 learns high watermark 1 of __share_group_state-0 (its log ends at 1)
4.572s broker 3 copies __consumer_offsets-0@6 (epoch 0): record 6 of broker 1
4.573s broker 1 high watermark of __consumer_offsets-0 is 7 of 7, isr [1,2,3]
  orders-0: broker 1 knows start -1, state epoch 2
  orders-1: broker 2 knows start -1, state epoch 2
5.060s   client -> broker 1: ShareGroupHeartbeat workers as client/4557 at epoch 2
5.061s broker 1 appends __consumer_offsets-0@7 (epoch 0): record 7 of broker 1
5.062s broker 2 copies __consumer_offsets-0@7 (epoch 0): record 7 of broker 1
5.062s broker 2 learns high watermark 7 of __consumer_offsets-0 (its log ends at 8)
5.062s broker 3 copies __consumer_offsets-0@7 (epoch 0): record 7 of broker 1
5.062s broker 3 learns high watermark 7 of __consumer_offsets-0 (its log ends at 8)
5.063s broker 1 high watermark of __consumer_offsets-0 is 8 of 8, isr [1,2,3]
5.063s group workers Stable, generation 3, 1 members
5.064s   client <- ShareGroupHeartbeat answered: client/4557 at epoch 2
5.071s broker 1 learns high watermark 1 of __share_group_state-1 (its log ends at 1)
5.071s broker 3 learns high watermark 1 of __share_group_state-1 (its log ends at 1)
5.564s broker 2 learns high watermark 8 of __consumer_offsets-0 (its log ends at 8)
5.564s broker 3 learns high watermark 8 of __consumer_offsets-0 (its log ends at 8)
6.060s   client -> broker 1: ShareGroupHeartbeat workers as client/4557 at epoch 2
6.061s broker 1 appends __consumer_offsets-0@8..10 (epoch 0): records 8..10 of broker 1
6.062s broker 2 copies __consumer_offsets-0@8..10 (epoch 0): records 8..10 of broker 1
6.062s broker 3 copies __consumer_offsets-0@8..10 (epoch 0): records 8..10 of broker 1
6.063s broker 1 high watermark of __consumer_offsets-0 is 11 of 11, isr [1,2,3]
6.063s group workers client is at epoch 3, STABLE, has 2
6.063s group workers gives orders-0 to client (generation 3)
6.063s group workers gives orders-1 to client (generation 3)
6.064s   client <- ShareGroupHeartbeat answered: client/4557 at epoch 3, fetches from orders-0, orders-1
