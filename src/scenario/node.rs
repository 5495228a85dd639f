//! A YAML document as a tree of values that know where they stand.

/// A part of an input, in bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Span {
    /// Which input: 0 is the file, `n` the n-th override.
    pub source: u16,
    /// First byte.
    pub start: u32,
    /// First byte after it.
    pub end: u32,
}

/// A value and where it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// Where.
    pub span: Span,
}

impl<T> std::ops::Deref for At<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

/// A YAML value. Scalars stay text: whether `1` is a number or a word is for the key to say.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum YamlValue {
    /// `null`, `~` or nothing.
    Null,
    /// A scalar, without its quotes.
    Text(String),
    /// A sequence.
    List(Vec<YamlNode>),
    /// A mapping, in the order of the file.
    Map(Vec<(At<String>, YamlNode)>),
}

/// A value of the tree.
pub type YamlNode = At<YamlValue>;

impl YamlValue {
    /// What it is, for messages.
    pub fn noun(&self) -> String {
        match self {
            YamlValue::Null => "nothing".into(),
            YamlValue::Text(text) => format!("`{}`", shorten(text)),
            YamlValue::List(_) => "a list".into(),
            YamlValue::Map(_) => "a map".into(),
        }
    }
}

impl YamlNode {
    /// The same, where it stands in another input.
    #[must_use]
    pub fn in_source(mut self, source: u16) -> YamlNode {
        self.span.source = source;
        self.value = match self.value {
            YamlValue::List(items) => YamlValue::List(items.into_iter().map(|item| item.in_source(source)).collect()),
            YamlValue::Map(entries) => {
                let moved = |(mut key, value): (At<String>, YamlNode)| {
                    key.span.source = source;
                    (key, value.in_source(source))
                };
                YamlValue::Map(entries.into_iter().map(moved).collect())
            }
            scalar => scalar,
        };
        self
    }
}

impl YamlValue {
    /// The value on one line, as YAML. Scalars are shown without their quotes.
    pub fn flow(&self) -> String {
        match self {
            YamlValue::Null => "null".into(),
            YamlValue::Text(text) => text.clone(),
            YamlValue::List(items) => {
                format!("[{}]", items.iter().map(|item| item.value.flow()).collect::<Vec<_>>().join(", "))
            }
            YamlValue::Map(entries) => {
                let entry = |(key, value): &(At<String>, YamlNode)| format!("{}: {}", key.value, value.value.flow());
                format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
            }
        }
    }
}

/// A text short enough for a message.
pub fn shorten(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((cut, _)) => format!("{}...", &text[..cut]),
        None => text.to_owned(),
    }
}
