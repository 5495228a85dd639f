# Another process has joined with this one's instance id. The heartbeat says so, the next poll() throws, and the application ends.
# Kafka: HeartbeatResponseHandler, AbstractCoordinator.pollHeartbeat (clients)

given instance=billing-a fatal=exit
until 2.9s
skip
heartbeats FENCED_INSTANCE_ID
until 6s
----
3.004s   -> broker 1: Heartbeat billing as billing-0#1 of instance billing-a generation 1
3.004s   <- broker 1: Heartbeat answered: FENCED_INSTANCE_ID
3.005s billing-0 poll() throws FencedInstanceIdException
3.005s billing-0 its commit of 0 for orders-0 fails: UNKNOWN_MEMBER_ID
3.005s billing-0 its commit of 0 for orders-1 fails: UNKNOWN_MEMBER_ID
3.005s billing-0 its commit throws CommitFailedException
3.005s billing-0 loses orders-0 (generation 1)
3.005s billing-0 loses orders-1 (generation 1)
3.005s exits
