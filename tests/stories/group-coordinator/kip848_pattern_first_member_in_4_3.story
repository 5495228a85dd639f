# Since 4.3 a group begins at epoch 1, and a member that has only a pattern raises it when that is matched.
# Kafka: GroupMetadataManager.consumerGroupHeartbeat, handleRegularExpressionsResult (group-coordinator)

given version=4.3
enroll a matching=ord.*
pass 20ms
until 2s
beat a
pass 10ms
describe
----
