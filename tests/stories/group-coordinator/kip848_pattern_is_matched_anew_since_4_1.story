# Since 4.1 patterns are matched anew after 10 minutes, also without new topics: what a member may see could have changed. If nothing has, the epoch stays.
# Kafka: GroupMetadataManager.maybeUpdateRegularExpressions, group.consumer.regex.refresh.interval.ms (group-coordinator)

given version=4.1
quiet
enroll a matching=ord.*
pass 20ms
beat a
client b session=60s
until 599s
enroll b matching=ord.*
pass 20ms
aloud
beat b
until 600020ms
beat b
pass 20ms
describe
----
