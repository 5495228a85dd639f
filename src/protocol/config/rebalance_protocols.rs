//! `group.coordinator.rebalance.protocols`: which protocols a coordinator speaks
//! (`group-coordinator/.../GroupCoordinatorConfig.java`, `core/.../KafkaConfig.scala`).

use super::value::{ConfigError, ConfigValue, Range};

/// Kinds of groups (`Group.GroupType`), each with its bit.
const TYPES: [(&str, u8); 4] = [("classic", 1), ("consumer", 2), ("share", 4), ("streams", 8)];

/// Protocols, each once; the classic one is always among them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RebalanceProtocols(u8);

impl RebalanceProtocols {
    /// The default of Kafka 4.0.
    pub const CLASSIC_AND_CONSUMER: RebalanceProtocols = RebalanceProtocols(1 | 2);
    /// The default since Kafka 4.1 (KIP-1071).
    pub const WITH_STREAMS: RebalanceProtocols = RebalanceProtocols(1 | 2 | 8);

    /// Whether a coordinator takes members of the new consumer protocol (KIP-848).
    pub fn has_consumer(self) -> bool {
        self.0 & 2 != 0
    }
}

impl ConfigValue for RebalanceProtocols {
    fn parse(text: &str, range: &Range) -> Result<Self, ConfigError> {
        let text = text.trim().trim_start_matches('[').trim_end_matches(']');
        let mut bits = 0;
        for word in text.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            let known = TYPES.iter().find(|(name, _)| *name == word);
            bits |= known.ok_or_else(|| ConfigError::WrongType(range.to_string()))?.1;
        }
        match bits & 1 {
            0 => Err(ConfigError::WrongType(
                "a list with `classic` in it: disabling the 'classic' protocol is not supported".into(),
            )),
            _ => Ok(RebalanceProtocols(bits)),
        }
    }
    fn show(&self) -> String {
        let named = TYPES.iter().filter(|(_, bit)| self.0 & bit != 0).map(|(name, _)| *name);
        named.collect::<Vec<_>>().join(",")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_classic_protocol_cannot_be_left_out() {
        let parse = |text: &str| RebalanceProtocols::parse(text, &Range::ListOf(&["classic", "consumer"]));
        assert_eq!(parse("classic, consumer"), Ok(RebalanceProtocols::CLASSIC_AND_CONSUMER));
        assert_eq!(parse("[streams,classic,consumer]").map(|list| list.show()), Ok("classic,consumer,streams".into()));
        assert!(!parse("classic").expect("enough").has_consumer());
        assert!(parse("consumer").is_err() && parse("").is_err() && parse("classic,clasic").is_err());
    }
}
