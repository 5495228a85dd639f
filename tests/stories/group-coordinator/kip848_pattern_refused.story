# A pattern that RE2/J does not take is refused, and nothing is written: who has sent it is no member.
# Kafka: Utils.throwIfRegularExpressionIsInvalid (group-coordinator)

given
enroll a matching=(?!x).*
pass 20ms
describe
----
