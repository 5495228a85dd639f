//! Kafka's configs: names, defaults, ranges and units as in Kafka 4.0, and what later versions changed of them.
//!
//! One macro line per config is the only place where it is described: the typed field, the default,
//! the legal range, what it does and where Kafka defines it. `kafkasim config` prints these lines.

mod broker;
mod client;
mod group;
mod ignored;
mod iso_8601;
mod rebalance_protocols;
mod value;

pub use broker::{BrokerConfig, TopicConfig};
pub use client::{
    AutoOffsetReset, ConsumerConfig, IsolationLevel, MetadataRecoveryStrategy, MigrationPolicy, PartitionerClass,
    ProducerConfig, ReplicaSelector, ShareAcknowledgementMode,
};
pub use group::GroupConfig;
pub use ignored::{bears_on_result, ignored, ignored_names, releases, releases_text};
pub use rebalance_protocols::RebalanceProtocols;
pub use value::{AppendLinger, CleanupPolicy, ConfigError, ConfigValue, IfSet, Limit, RackName, Range, TimestampType};

use super::rules::KafkaVersion;

/// Whose config it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ConfigScope {
    /// `server.properties`.
    Broker,
    /// A topic's.
    Topic,
    /// `ProducerConfig`.
    Producer,
    /// `ConsumerConfig`.
    Consumer,
    /// A group's (`kafka-configs --entity-type groups`).
    Group,
}

impl ConfigScope {
    /// All of them.
    pub const ALL: [ConfigScope; 5] =
        [ConfigScope::Broker, ConfigScope::Topic, ConfigScope::Producer, ConfigScope::Consumer, ConfigScope::Group];

    /// `broker`, `topic`, `producer`, `consumer`, `group`.
    pub fn name(self) -> &'static str {
        match self {
            ConfigScope::Broker => "broker",
            ConfigScope::Topic => "topic",
            ConfigScope::Producer => "producer",
            ConfigScope::Consumer => "consumer",
            ConfigScope::Group => "group",
        }
    }
}

/// The description of one config.
#[derive(Clone, Debug)]
pub struct ConfigEntry {
    /// Kafka's name.
    pub name: &'static str,
    /// Whose.
    pub scope: ConfigScope,
    /// The unit or type, such as `ms`, `bytes`, `boolean`.
    pub unit: &'static str,
    /// Kafka's default, as it would be written in a file.
    pub default: String,
    /// Legal values.
    pub range: Range,
    /// What it does in the model.
    pub effect: &'static str,
    /// Where Kafka defines it.
    pub source: &'static str,
    /// What later versions changed, oldest first.
    pub changes: Vec<ConfigChange>,
}

/// What a version of Kafka changed about a config.
#[derive(Clone, PartialEq, Debug)]
pub struct ConfigChange {
    /// The first version in which it holds.
    pub since: KafkaVersion,
    /// The default from then on.
    pub default: String,
    /// The legal values from then on.
    pub range: Range,
    /// The KIP or issue.
    pub issue: &'static str,
}

impl ConfigEntry {
    /// Default and legal values in a version.
    pub fn of(&self, version: KafkaVersion) -> (&str, &Range) {
        let change = self.changes.iter().rfind(|change| change.since <= version);
        change.map_or((&self.default, &self.range), |change| (&change.default, &change.range))
    }
    /// Whether a version takes this value.
    pub fn takes(&self, version: KafkaVersion, value: &str) -> bool {
        match self.scope {
            ConfigScope::Broker => BrokerConfig::default().set_in(version, self.name, value).is_ok(),
            ConfigScope::Topic => TopicConfig::default().set_in(version, self.name, value).is_ok(),
            ConfigScope::Producer => ProducerConfig::default().set_in(version, self.name, value).is_ok(),
            ConfigScope::Consumer => ConsumerConfig::default().set_in(version, self.name, value).is_ok(),
            ConfigScope::Group => GroupConfig::default().set_in(version, self.name, value).is_ok(),
        }
    }
    /// The values that some version takes.
    pub fn widest(&self) -> Range {
        let ranges = std::iter::once(&self.range).chain(self.changes.iter().map(|change| &change.range));
        let low = |range: &Range| match range {
            Range::AtLeast(low) | Range::Between(low, _) => *low,
            Range::Any | Range::OneOf(_) | Range::ListOf(_) => i64::MIN,
        };
        ranges.min_by_key(|range| low(range)).expect("there is one").clone()
    }
}

/// Every config that the model honours, by scope, then name.
pub fn all() -> Vec<ConfigEntry> {
    let mut all = [
        BrokerConfig::entries(),
        TopicConfig::entries(),
        ProducerConfig::entries(),
        ConsumerConfig::entries(),
        GroupConfig::entries(),
    ]
    .concat();
    all.sort_by(|a, b| (a.scope, a.name).cmp(&(b.scope, b.name)));
    all
}

/// Declares a struct of configs. See the callers for the form of a line: name, field, default, unit, range, effect; then,
/// for each later version that changed something, `since`, the version, the default and the range from then on and
/// who changed it.
macro_rules! configs {
    (
        $(#[$meta:meta])* pub struct $name:ident for $scope:ident from $source:literal {
            $( $key:literal => $field:ident: $ty:ty = $default:expr, $unit:literal, $range:expr, $effect:literal
               $(, since $since:ident $new_default:expr, $new_range:expr, $issue:literal)*; )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Debug)]
        pub struct $name {
            $(
                #[doc = concat!("`", $key, "` (", $unit, "): ", $effect)]
                pub $field: $ty,
            )*
        }
        impl Default for $name {
            fn default() -> Self {
                $name { $($field: $default,)* }
            }
        }
        impl $name {
            /// The defaults of a version; [`Default`] has those of the oldest.
            #[allow(unused_mut, unused_variables)]
            pub fn of(version: $crate::protocol::rules::KafkaVersion) -> Self {
                let mut config = $name::default();
                $($(if version >= $crate::protocol::rules::KafkaVersion::$since {
                    config.$field = $new_default;
                })*)*
                config
            }
        }
        /// What differs from the defaults of the oldest version, by Kafka's names.
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let defaults = $name::default();
                let mut changed: litemap::LiteMap<&str, String> = litemap::LiteMap::new();
                $(if self.$field != defaults.$field {
                    changed.insert($key, $crate::protocol::config::ConfigValue::show(&self.$field));
                })*
                changed.serialize(serializer)
            }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let changed = litemap::LiteMap::<String, String>::deserialize(deserializer)?;
                let mut config = $name::default();
                for (name, value) in &changed {
                    let set = config.set(name, value);
                    set.map_err(|_| serde::de::Error::custom(format!("`{name}` cannot be `{value}`")))?;
                }
                Ok(config)
            }
        }
        impl $name {
            /// Sets one config from its text form, to whatever some version takes.
            ///
            /// # Errors
            /// An unknown name, a value of the wrong type, or one outside every version's range.
            pub fn set(&mut self, name: &str, value: &str) -> Result<(), $crate::protocol::config::ConfigError> {
                use $crate::protocol::config::{ConfigError, ConfigValue};
                match name {
                    $($key => {
                        let set = <$ty as ConfigValue>::parse(value, &$range);
                        $(let set = set.or_else(|_| <$ty as ConfigValue>::parse(value, &$new_range));)*
                        self.$field = set?;
                        Ok(())
                    })*
                    _ => Err(ConfigError::UnknownName),
                }
            }
            /// Sets one config from its text form, if a version takes it.
            ///
            /// # Errors
            /// An unknown name, a value of the wrong type, or one outside the version's range.
            #[allow(unused_assignments, unused_mut, unused_variables)]
            pub fn set_in(
                &mut self,
                version: $crate::protocol::rules::KafkaVersion,
                name: &str,
                value: &str,
            ) -> Result<(), $crate::protocol::config::ConfigError> {
                use $crate::protocol::config::{ConfigError, ConfigValue};
                match name {
                    $($key => {
                        let mut range = $range;
                        $(if version >= $crate::protocol::rules::KafkaVersion::$since {
                            range = $new_range;
                        })*
                        self.$field = ConfigValue::parse(value, &range)?;
                        Ok(())
                    })*
                    _ => Err(ConfigError::UnknownName),
                }
            }
            /// The value of one config in its text form.
            pub fn get(&self, name: &str) -> Option<String> {
                match name {
                    $($key => Some($crate::protocol::config::ConfigValue::show(&self.$field)),)*
                    _ => None,
                }
            }
            /// The descriptions, in order of declaration.
            pub fn entries() -> Vec<$crate::protocol::config::ConfigEntry> {
                use $crate::protocol::config::*;
                let defaults = $name::default();
                vec![$(ConfigEntry {
                    name: $key, scope: ConfigScope::$scope, unit: $unit, default: ConfigValue::show(&defaults.$field),
                    range: $range, effect: $effect, source: $source,
                    changes: vec![$(ConfigChange {
                        since: $crate::protocol::rules::KafkaVersion::$since,
                        default: <$ty as ConfigValue>::show(&$new_default), range: $new_range, issue: $issue,
                    },)*],
                },)*]
            }
        }
    };
}
use configs;
