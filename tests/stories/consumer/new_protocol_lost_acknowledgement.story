# The heartbeat with what the member has got no answer. Nobody knows whether it was heard: the next one says everything.
# Kafka: AbstractHeartbeatRequestManager.onFailure, HeartbeatState.buildRequestData (clients)

given group.protocol=consumer
until 5s
skip
may 0 epoch=2
until 5.002s
hang ConsumerGroupHeartbeat
until 7s
