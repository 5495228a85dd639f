//! Config values in text form.

use std::fmt;

use crate::sim::time::Nanos;

/// Legal values of a config.
#[derive(Clone, PartialEq, Debug)]
pub enum Range {
    /// Whatever the type allows.
    Any,
    /// This or more.
    AtLeast(i64),
    /// From the first to the second, both included.
    Between(i64, i64),
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// Some of these words.
    ListOf(&'static [&'static str]),
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Range::Any => f.write_str("any"),
            Range::AtLeast(low) => write!(f, "at least {low}"),
            Range::Between(low, high) => write!(f, "{low} to {high}"),
            Range::OneOf(words) => write!(f, "one of {}", words.join(", ")),
            Range::ListOf(words) => write!(f, "some of {}", words.join(", ")),
        }
    }
}

/// Why a config cannot be set.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ConfigError {
    /// No config of that name in this scope.
    UnknownName,
    /// Not of the type; the text says what is expected.
    WrongType(String),
    /// Of the type, but outside Kafka's range; the text names the range.
    OutOfRange(String),
}

/// A type that a config can have.
pub trait ConfigValue: Sized {
    /// Reads the text form, in Kafka's unit.
    ///
    /// # Errors
    /// The wrong type or a value outside `range`.
    fn parse(text: &str, range: &Range) -> Result<Self, ConfigError>;
    /// The text form, in Kafka's unit.
    fn show(&self) -> String;
}

/// Reads a whole number and holds it against the range.
fn integer(text: &str, range: &Range) -> Result<i64, ConfigError> {
    let number: i64 = text.trim().parse().map_err(|_| ConfigError::WrongType("a whole number".into()))?;
    let fits = match range {
        Range::AtLeast(low) => number >= *low,
        Range::Between(low, high) => (*low..=*high).contains(&number),
        Range::Any | Range::OneOf(_) | Range::ListOf(_) => true,
    };
    if fits { Ok(number) } else { Err(ConfigError::OutOfRange(range.to_string())) }
}

impl ConfigValue for bool {
    fn parse(text: &str, _: &Range) -> Result<Self, ConfigError> {
        // ConfigDef.parseType does not care for case.
        match text.trim().to_ascii_lowercase().as_str() {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(ConfigError::WrongType("true or false".into())),
        }
    }
    fn show(&self) -> String {
        self.to_string()
    }
}

macro_rules! integers {
    ($($ty:ty: $high:expr),*) => {$(
        impl ConfigValue for $ty {
            fn parse(text: &str, range: &Range) -> Result<Self, ConfigError> {
                let number = integer(text, range)?;
                let low = match range {
                    Range::AtLeast(low) | Range::Between(low, _) => *low,
                    Range::Any | Range::OneOf(_) | Range::ListOf(_) => 0,
                };
                let refused = || ConfigError::OutOfRange(format!("{low} to {}", $high));
                if number > i64::try_from($high).unwrap_or(i64::MAX) {
                    return Err(refused());
                }
                <$ty>::try_from(number).map_err(|_| refused())
            }
            fn show(&self) -> String {
                self.to_string()
            }
        }
    )*};
}
// Kafka's INT ends at 2^31 - 1, its LONG at 2^63 - 1; a `u16` counts what is never many.
integers!(i64: i64::MAX, u64: i64::MAX, i32: i32::MAX, u32: i32::MAX, u16: u16::MAX);

/// A duration: Kafka's unit is the millisecond. -1 and 2^63-1 both stand for "never".
impl ConfigValue for Nanos {
    fn parse(text: &str, range: &Range) -> Result<Self, ConfigError> {
        let ms = integer(text, range).map_err(|error| match error {
            ConfigError::WrongType(_) => {
                ConfigError::WrongType("a whole number of milliseconds, without a unit".into())
            }
            other => other,
        })?;
        Ok(u64::try_from(ms).map_or(Nanos::MAX, |ms| Nanos(ms.saturating_mul(1_000_000))))
    }
    fn show(&self) -> String {
        if *self == Nanos::MAX { i64::MAX.to_string() } else { self.as_millis().to_string() }
    }
}

/// A number with a fraction (Kafka's DOUBLE).
impl ConfigValue for f64 {
    fn parse(text: &str, range: &Range) -> Result<Self, ConfigError> {
        let number: f64 = text.trim().parse().map_err(|_| ConfigError::WrongType("a number".into()))?;
        let fits = match range {
            Range::AtLeast(low) => number >= *low as f64,
            Range::Between(low, high) => (*low as f64..=*high as f64).contains(&number),
            Range::Any | Range::OneOf(_) | Range::ListOf(_) => !number.is_nan(),
        };
        if fits { Ok(number) } else { Err(ConfigError::OutOfRange(range.to_string())) }
    }
    fn show(&self) -> String {
        // As Java prints it, for the one that is no plain number.
        if *self == f64::MAX { "1.7976931348623157E308".into() } else { self.to_string() }
    }
}

/// `broker.rack` or `client.rack`: a name, or none.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct RackName(Box<str>);

impl RackName {
    /// The name; empty for none.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for RackName {
    fn from(name: &str) -> RackName {
        RackName(name.into())
    }
}

impl ConfigValue for RackName {
    fn parse(text: &str, _: &Range) -> Result<Self, ConfigError> {
        if text.chars().any(char::is_control) {
            return Err(ConfigError::WrongType("a name without control characters".into()));
        }
        Ok(RackName::from(text.trim()))
    }
    fn show(&self) -> String {
        self.0.to_string()
    }
}

/// `group.coordinator.append.linger.ms`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AppendLinger {
    /// A write waits this long for more; zero: it is written at once.
    Fixed(Nanos),
    /// A write waits for those that the coordinator has to handle already.
    Adaptive,
}

impl ConfigValue for AppendLinger {
    fn parse(text: &str, range: &Range) -> Result<Self, ConfigError> {
        let linger = Nanos::parse(text, range)?;
        Ok(if linger == Nanos::MAX && text.trim() == "-1" {
            AppendLinger::Adaptive
        } else {
            AppendLinger::Fixed(linger)
        })
    }
    fn show(&self) -> String {
        match self {
            AppendLinger::Fixed(linger) => linger.show(),
            AppendLinger::Adaptive => "-1".into(),
        }
    }
}

/// A limit of which a negative number says that there is none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Limit<T> {
    /// There is none: -1.
    Unlimited,
    /// This.
    UpTo(T),
}

impl<T: Copy> Limit<T> {
    /// The limit, if there is one.
    pub fn get(self) -> Option<T> {
        match self {
            Limit::Unlimited => None,
            Limit::UpTo(limit) => Some(limit),
        }
    }
}

impl<T: Copy + Ord> Limit<T> {
    /// The lower one of two.
    pub fn least(self, other: Limit<T>) -> Limit<T> {
        match (self, other) {
            (Limit::UpTo(a), Limit::UpTo(b)) => Limit::UpTo(a.min(b)),
            (Limit::Unlimited, other) | (other, Limit::Unlimited) => other,
        }
    }
}

impl<T: ConfigValue> ConfigValue for Limit<T> {
    fn parse(text: &str, range: &Range) -> Result<Self, ConfigError> {
        match integer(text, range) {
            Ok(..0) => Ok(Limit::Unlimited),
            _ => T::parse(text, range).map(Limit::UpTo),
        }
    }
    fn show(&self) -> String {
        match self {
            Limit::Unlimited => "-1".into(),
            Limit::UpTo(limit) => limit.show(),
        }
    }
}

/// A config that is not set by default: another one counts then.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct IfSet<T>(pub Option<T>);

impl<T: ConfigValue> ConfigValue for IfSet<T> {
    fn parse(text: &str, range: &Range) -> Result<Self, ConfigError> {
        match text.trim() {
            "null" => Ok(IfSet(None)),
            _ => T::parse(text, range).map(|value| IfSet(Some(value))),
        }
    }
    fn show(&self) -> String {
        self.0.as_ref().map_or_else(|| "null".into(), ConfigValue::show)
    }
}

/// `cleanup.policy`: what becomes of old records (`LogConfig.compact`, `LogConfig.delete`). Neither is a policy, too:
/// nothing is deleted but what lies below the log start.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CleanupPolicy {
    /// The last record of each key stays.
    pub compact: bool,
    /// Old segments go, by time and by size.
    pub delete: bool,
}

impl CleanupPolicy {
    /// Kafka's default.
    pub const DELETE: CleanupPolicy = CleanupPolicy { compact: false, delete: true };
    /// That of Kafka's own topics, but for `__share_group_state`.
    pub const COMPACT: CleanupPolicy = CleanupPolicy { compact: true, delete: false };
    /// The words.
    pub const WORDS: &[&str] = &["compact", "delete"];
}

impl ConfigValue for CleanupPolicy {
    fn parse(text: &str, _: &Range) -> Result<Self, ConfigError> {
        let mut policy = CleanupPolicy { compact: false, delete: false };
        for word in text.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            match word {
                "compact" => policy.compact = true,
                "delete" => policy.delete = true,
                _ => return Err(ConfigError::OutOfRange(Range::ListOf(CleanupPolicy::WORDS).to_string())),
            }
        }
        Ok(policy)
    }
    fn show(&self) -> String {
        let words = [("compact", self.compact), ("delete", self.delete)];
        let words: Vec<&str> = words.into_iter().filter(|(_, is_in)| *is_in).map(|(word, _)| word).collect();
        words.join(",")
    }
}

/// `message.timestamp.type`: whose clock a record's timestamp is of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TimestampType {
    /// The producer's.
    CreateTime,
    /// The leader's, when it appends.
    LogAppendTime,
}

impl ConfigValue for TimestampType {
    fn parse(text: &str, range: &Range) -> Result<Self, ConfigError> {
        match text.trim() {
            "CreateTime" => Ok(TimestampType::CreateTime),
            "LogAppendTime" => Ok(TimestampType::LogAppendTime),
            _ => Err(ConfigError::OutOfRange(range.to_string())),
        }
    }
    fn show(&self) -> String {
        match self {
            TimestampType::CreateTime => "CreateTime".into(),
            TimestampType::LogAppendTime => "LogAppendTime".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_of_minus_one_is_none() {
        let limit = |text| Limit::<Nanos>::parse(text, &Range::AtLeast(-1));
        assert_eq!(limit("-1"), Ok(Limit::Unlimited));
        assert_eq!(limit("60000"), Ok(Limit::UpTo(Nanos::from_secs(60))));
        assert_eq!(limit("-1").map(|limit| limit.show()).as_deref(), Ok("-1"));
        assert!(matches!(limit("-2"), Err(ConfigError::OutOfRange(_))));
        assert_eq!(Limit::<u64>::parse("-7", &Range::Any), Ok(Limit::Unlimited), "retention.bytes has no lower bound");
    }

    #[test]
    fn policies_are_lists() {
        let policy = |text| CleanupPolicy::parse(text, &Range::Any);
        assert_eq!(policy("delete"), Ok(CleanupPolicy::DELETE));
        assert_eq!(policy(" compact, delete"), Ok(CleanupPolicy { compact: true, delete: true }));
        assert_eq!(policy("").map(|policy| policy.show()).as_deref(), Ok(""));
        assert!(policy("none").is_err());
    }
}
