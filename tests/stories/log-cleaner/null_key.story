# A record without a key is refused where a topic is compacted: nobody could say what it replaces.
# Kafka: LogValidator.validateRecord, INVALID_RECORD (storage)

given
null
send 1
----
INVALID_RECORD
