# An unclean election cuts the log below the position. The epoch of the last record read gives it away.
# Kafka: SubscriptionState.maybeCompleteValidation (clients); KIP-320

given auto.offset.reset=earliest
produce 0 100
until 1s
skip
cut 0 60
produce 0 10
until 2s
----
1.001s   -> broker 2: OffsetForLeaderEpoch orders-0 end of epoch 0, leader epoch 1
1.009s   <- broker 2: OffsetForLeaderEpoch answered: orders-0 epoch 0 ends at 60
1.010s billing-0 goes back on orders-0, 100 -> 60: the log was truncated
1.512s billing-0 gets orders-0@60..69 from poll(), high watermark 70
1.522s billing-0 processes orders-0@60..69
