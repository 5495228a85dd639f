# What was matched and could not be written is taken back, and the next heartbeat has it matched again.
# Kafka: GroupMetadataManager.handleRegularExpressionsResult (group-coordinator)

given
quiet
enroll a matching=ord.*
pass 900us
log waits
aloud
pass 10ms
answer NOT_ENOUGH_REPLICAS
log replicates
pass 10ms
describe
beat a
pass 20ms
beat a
pass 10ms
describe
----
