# A pattern that RE2/J does not take is refused, and nothing is written: who has sent it is no member.
# Kafka: Utils.throwIfRegularExpressionIsInvalid (group-coordinator)

given
enroll a matching=(?!x).*
pass 20ms
describe
----
0.000s a -> ConsumerGroupHeartbeat billing as a#1 at epoch 0, subscribed to what matches (?!x).*, owns - (rebalance 300.000s)
    group billing answers a heartbeat of a with INVALID_REGULAR_EXPRESSION
    a <- ConsumerGroupHeartbeat answered: INVALID_REGULAR_EXPRESSION
there is no group
