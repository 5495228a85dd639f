//! Values that have a short form (a scalar) and long ones (a map with one key).

#[cfg(test)]
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::leaf::{Duration, Exponent, Rate, Size, Span, StepRate};
use crate::scenario::codes;
use crate::scenario::decode::{Decode, Key, List, Shape, Whole, section, unknown_key, wrong_type};
use crate::scenario::findings::Findings;
use crate::scenario::node::{At, YamlNode, YamlValue};

/// The only entry of a map that chooses between forms by its key.
pub(super) fn only_entry<'n>(
    node: &'n YamlNode,
    keys: &[&str],
    expected: &str,
    findings: &mut Findings,
) -> Option<&'n (At<String>, YamlNode)> {
    let YamlValue::Map(entries) = &node.value else {
        wrong_type(node, expected, findings);
        return None;
    };
    for entry in entries.iter().filter(|(key, _)| !keys.contains(&key.as_str())) {
        unknown_key(entry, expected, keys, &format!("not {expected}"), findings);
    }
    let mut known = entries.iter().filter(|(key, _)| keys.contains(&key.as_str()));
    let first = known.next();
    if let Some((key, _)) = known.next() {
        findings
            .error(codes::CONTRADICTION, key.span, format!("`{}` beside another form", key.value))
            .label("choose one")
            .help(format!("{expected} has one of these keys"));
        return None;
    }
    if entries.is_empty() {
        wrong_type(node, expected, findings);
    }
    first
}

/// A value with a short form and long ones, for another one that has all of these and more.
pub(super) trait Forms: Decode {
    /// Its words.
    const WORDS: &'static [&'static str];
    /// The keys of its long forms, and what can follow each.
    const KEYS: &'static [Key];
}

/// Whether a value is in one of these forms.
pub(super) fn is_one_of<F: Forms>(node: &YamlNode) -> bool {
    match &node.value {
        YamlValue::Text(text) => F::WORDS.contains(&text.trim()),
        YamlValue::Map(entries) => {
            let known = |(key, _): &(At<String>, YamlNode)| F::KEYS.iter().any(|(of_form, _)| *of_form == key.value);
            matches!(entries.as_slice(), [only] if known(only))
        }
        _ => false,
    }
}

/// Declares a value with a short form and long ones. `also`: the forms of another value are forms of this one, too.
macro_rules! forms {
    (
        $(#[doc = $about:literal])* enum $name:ident as $noun:literal {
            $(short $short:ident: $short_ty:ty,)?
            $(also $also:ident: $also_ty:ty,)?
            $(words { $($word:literal => $word_variant:ident,)* })?
            $($(#[doc = $doc:literal])* $key:literal => $variant:ident: $ty:ty,)*
        }
    ) => {
        $(#[doc = $about])*
        #[derive(Clone, Debug)]
        pub(in crate::scenario) enum $name {
            $($short($short_ty),)?
            $($also($also_ty),)?
            $($($word_variant,)*)?
            $($(#[doc = $doc])* $variant($ty),)*
        }
        impl $crate::scenario::file::shape::Forms for $name {
            const WORDS: &'static [&'static str] = &[$($($word,)*)?];
            const KEYS: &'static [$crate::scenario::decode::Key] = &[$(($key, <$ty as Decode>::shape),)*];
        }
        impl Decode for $name {
            // Not every value has a short form, or words.
            #[allow(unused_variables, unreachable_code)]
            fn decode(node: &YamlNode, findings: &mut Findings) -> Option<Self> {
                $(if $crate::scenario::file::shape::is_one_of::<$also_ty>(node) {
                    return <$also_ty>::decode(node, findings).map($name::$also);
                })?
                if let YamlValue::Text(text) = &node.value {
                    $($(if text.trim() == $word { return Some($name::$word_variant); })*)?
                    $(return <$short_ty>::decode(node, findings).map($name::$short);)?
                    {
                        // A word may have a longer form under the same name.
                        let mut words = vec![$($($word,)*)? $($key,)*];
                        $({
                            use $crate::scenario::file::shape::Forms;
                            words.extend(<$also_ty>::WORDS.iter().copied().chain(<$also_ty>::KEYS.iter().map(|(key, _)| *key)));
                        })?
                        words.sort();
                        words.dedup();
                        let help = $crate::scenario::findings::suggestion(text, &words, $noun);
                        findings.error(codes::MALFORMED, node.span, format!("expected {}, found {}", $noun, node.value.noun()))
                            .label(concat!("not ", $noun)).maybe_help(help);
                        return None;
                    }
                }
                #[allow(unused_mut)]
                let mut keys = vec![$($key),*];
                $(keys.extend(<$also_ty as $crate::scenario::file::shape::Forms>::KEYS.iter().map(|(key, _)| *key));)?
                let (key, value) = only_entry(node, &keys, $noun, findings)?;
                let value = &At { value: value.value.clone(), span: if matches!(value.value, YamlValue::Map(_) | YamlValue::Null) { key.span } else { value.span } };
                match key.as_str() {
                    $($key => <$ty>::decode(value, findings).map($name::$variant),)*
                    _ => None,
                }
            }
            fn shape() -> Shape {
                $({
                    use $crate::scenario::file::shape::Forms;
                    static KEYS: std::sync::LazyLock<Vec<$crate::scenario::decode::Key>> =
                        std::sync::LazyLock::new(|| [$name::KEYS, <$also_ty>::KEYS].concat());
                    return Shape::Keys(&KEYS);
                })?
                #[allow(unreachable_code)]
                Shape::Keys(<$name as $crate::scenario::file::shape::Forms>::KEYS)
            }
        }
        #[cfg(test)]
        impl JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                let mut any: Vec<Schema> = Vec::new();
                $(any.push(generator.subschema_for::<$short_ty>());)?
                $(any.push(generator.subschema_for::<$also_ty>());)?
                $(any.push(json_schema!({"enum": [$($word),*]}));)?
                $({
                    let mut object = $crate::scenario::schema::Object::new("");
                    object.key($key, concat!($($doc),*), true, generator.subschema_for::<$ty>());
                    any.push(object.finish());
                })*
                json_schema!({"description": concat!($($about),*).trim(), "anyOf": any})
            }
        }
    };
}
pub(super) use forms;

forms! {
    /// A distribution of delays: a duration (always that), a median and a 99th percentile (log-normal), or one of the forms below.
    enum OtherDelay as "a distribution" {
        short Constant: Duration,
        /// Between two durations, both included.
        "uniform" => Uniform: UniformDelay,
        /// Exponential, by its mean.
        "exponential" => Exponential: ExponentialDelay,
    }
}
section! {
    /// A uniform distribution.
    struct UniformDelay as "uniform distribution" {
        /// Least.
        required "min" => min: Duration,
        /// Most.
        required "max" => max: Duration,
    }
}
section! {
    /// An exponential distribution.
    struct ExponentialDelay as "exponential distribution" {
        /// The mean.
        required "mean" => mean: Span,
    }
}
section! {
    /// A log-normal distribution by two of its percentiles.
    struct Percentiles as "distribution" {
        /// The median.
        required "p50" => p50: Span,
        /// The 99th percentile.
        required "p99" => p99: Span,
    }
}

/// Any distribution of delays.
#[derive(Clone, Debug)]
pub(in crate::scenario) enum Delay {
    /// `{ p50: 300us, p99: 2ms }`
    Percentiles(Percentiles),
    /// The other forms.
    Other(OtherDelay),
}
impl Decode for Delay {
    fn decode(node: &YamlNode, findings: &mut Findings) -> Option<Self> {
        match &node.value {
            YamlValue::Map(entries) if entries.iter().any(|(key, _)| matches!(key.as_str(), "p50" | "p99")) => {
                Percentiles::decode(node, findings).map(Delay::Percentiles)
            }
            _ => OtherDelay::decode(node, findings).map(Delay::Other),
        }
    }
    fn shape() -> Shape {
        Shape::Keys(&[
            ("p50", Span::shape),
            ("p99", Span::shape),
            ("uniform", UniformDelay::shape),
            ("exponential", ExponentialDelay::shape),
        ])
    }
}
#[cfg(test)]
impl JsonSchema for Delay {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Delay".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({"anyOf": [generator.subschema_for::<Percentiles>(), generator.subschema_for::<OtherDelay>()]})
    }
}

forms! {
    /// When records come: a rate (evenly spaced), or one of the forms below.
    enum Arrival as "an arrival process" {
        short Constant: Rate,
        /// Exponential gaps around this rate.
        "poisson" => Poisson: Rate,
        /// Many at once.
        "bursts" => Bursts: Bursts,
        /// A rate that changes at given times.
        "steps" => Steps: List<Step>,
    }
}
section! {
    /// Many records at once, again and again.
    struct Bursts as "burst" {
        /// Records in a burst.
        required "size" => size: Whole<1, 10_000_000>,
        /// From the start of one burst to the start of the next.
        required "every" => every: Span,
    }
}
section! {
    /// One step of a changing rate.
    struct Step as "step" {
        /// From this time on, since the start of the run.
        required "at" => at: Duration,
        /// This many records; none with `0/s`.
        required "rate" => rate: StepRate,
    }
}

forms! {
    /// The keys of records. Key `i` is the text `key-i`.
    enum KeySource as "a distribution of keys" {
        words { "none" => None, }
        /// Each equally often, at random.
        "uniform" => Uniform: KeyCount,
        /// In turn.
        "round.robin" => RoundRobin: KeyCount,
        /// A few often, most rarely.
        "zipf" => Zipf: ZipfKeys,
    }
}
section! {
    /// A number of keys.
    struct KeyCount as "key distribution" {
        /// How many different keys.
        required "count" => count: Whole<1, 1_000_000>,
    }
}
section! {
    /// Zipf's law.
    struct ZipfKeys as "key distribution" {
        /// How many different keys.
        required "count" => count: Whole<1, 1_000_000>,
        /// 0 is uniform, 1 the classic law. Default: 1.
        optional "exponent" => exponent: Exponent,
    }
}

forms! {
    /// The size of a value: a size (always that), or a range.
    enum ValueBytes as "a size" {
        short Constant: Size,
        /// Between two sizes, both included.
        "uniform" => Uniform: UniformSize,
    }
}
section! {
    /// A range of sizes.
    struct UniformSize as "size range" {
        /// Least.
        required "min" => min: Size,
        /// Most.
        required "max" => max: Size,
    }
}
