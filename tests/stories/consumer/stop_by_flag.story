# Who looks at a flag is in poll() until that comes to its end; what it returns is worked on.
# Kafka: KafkaConsumer.poll (clients)

given commit=sync per.record=1s stop=flag
until 1.01s
skip
shutdown
produce 0 1
until 5s
----
1.012s billing-0 gets orders-0@0 from poll(), high watermark 1
2.012s billing-0 processes orders-0@0
2.012s billing-0 sends a commit of 1 for orders-0 (position 1, generation 1)
2.012s billing-0 sends a commit of 0 for orders-1 (position 0, generation 1)
2.012s   -> broker 1: OffsetCommit billing as billing-0#1 generation 1: orders-0@1, orders-1@0
2.012s   <- broker 1: OffsetCommit answered: orders-0 ok, orders-1 ok
2.013s billing-0 is told that 1 of orders-0 is committed
2.013s billing-0 is told that 0 of orders-1 is committed
2.013s CommitReturned node=billing-0 call=1 error=null
2.013s billing-0 gives up orders-0 (generation 1)
2.013s billing-0 gives up orders-1 (generation 1)
2.013s   -> broker 1: LeaveGroup billing as billing-0#1: closed
2.013s   <- broker 1: LeaveGroup answered: ok
2.014s exits
