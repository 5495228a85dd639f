# A member that wants an assignor says so when it joins, and in every heartbeat that says everything.
# Kafka: ConsumerHeartbeatRequestManager.HeartbeatState.buildRequestData (clients); KIP-848

given group.protocol=consumer group.remote.assignor=range
until 1s
refused ConsumerGroupHeartbeat COORDINATOR_LOAD_IN_PROGRESS
until 6s
