//! Kafka's configs: names, defaults, ranges and units as in Kafka 4.0.
//!
//! One macro line per config is the only place where it is described: the typed field, the default,
//! the legal range, what it does and where Kafka defines it. `kafkasim config` prints these lines.

mod broker;
mod client;
mod ignored;
mod value;

pub use broker::{BrokerConfig, TopicConfig};
pub use client::{AutoOffsetReset, ConsumerConfig, IsolationLevel, ProducerConfig};
pub use ignored::{bears_on_result, ignored, ignored_names};
pub use value::{ConfigError, ConfigValue, Range};

/// Whose config it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Scope {
    /// `server.properties`.
    Broker,
    /// A topic's.
    Topic,
    /// `ProducerConfig`.
    Producer,
    /// `ConsumerConfig`.
    Consumer,
}

impl Scope {
    /// `broker`, `topic`, `producer`, `consumer`.
    pub fn name(self) -> &'static str {
        match self {
            Scope::Broker => "broker",
            Scope::Topic => "topic",
            Scope::Producer => "producer",
            Scope::Consumer => "consumer",
        }
    }
}

/// The description of one config.
#[derive(Clone, Debug)]
pub struct ConfigEntry {
    /// Kafka's name.
    pub name: &'static str,
    /// Whose.
    pub scope: Scope,
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
}

/// Every config that the model honours, by scope, then name.
pub fn all() -> Vec<ConfigEntry> {
    let mut all =
        [BrokerConfig::entries(), TopicConfig::entries(), ProducerConfig::entries(), ConsumerConfig::entries()]
            .concat();
    all.sort_by(|a, b| (a.scope, a.name).cmp(&(b.scope, b.name)));
    all
}

/// Declares a struct of configs. See the callers for the form of a line.
macro_rules! configs {
    (
        $(#[$meta:meta])* pub struct $name:ident for $scope:ident from $source:literal {
            $( $key:literal => $field:ident: $ty:ty = $default:expr, $unit:literal, $range:expr, $effect:literal; )*
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
        /// What differs from Kafka's defaults, by Kafka's names.
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let defaults = $name::default();
                let mut changed = std::collections::BTreeMap::new();
                $(if self.$field != defaults.$field {
                    changed.insert($key, $crate::protocol::config::ConfigValue::show(&self.$field));
                })*
                changed.serialize(serializer)
            }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let changed = std::collections::BTreeMap::<String, String>::deserialize(deserializer)?;
                let mut config = $name::default();
                for (name, value) in &changed {
                    let set = config.set(name, value);
                    set.map_err(|_| serde::de::Error::custom(format!("`{name}` cannot be `{value}`")))?;
                }
                Ok(config)
            }
        }
        impl $name {
            /// Sets one config from its text form.
            ///
            /// # Errors
            /// An unknown name, a value of the wrong type, or one outside Kafka's range.
            pub fn set(&mut self, name: &str, value: &str) -> Result<(), $crate::protocol::config::ConfigError> {
                match name {
                    $($key => { self.$field = $crate::protocol::config::ConfigValue::parse(value, &$range)?; Ok(()) })*
                    _ => Err($crate::protocol::config::ConfigError::UnknownName),
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
                    name: $key, scope: Scope::$scope, unit: $unit, default: ConfigValue::show(&defaults.$field),
                    range: $range, effect: $effect, source: $source,
                },)*]
            }
        }
    };
}
use configs;
