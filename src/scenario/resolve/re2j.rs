//! RE2/J, as far as a pattern for topics goes: what it takes, and what java.util.regex takes and it does not
//! (`com.google.re2j.Parser`; `Utils.throwIfRegularExpressionIsInvalid`).

/// Why there is nothing to match with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Refusal {
    /// RE2/J does not take it either, for this reason, in its words.
    ByRe2j(String),
    /// RE2/J takes this, and the model does not know it.
    NotKnownHere(&'static str),
}

/// What matches whole names.
pub(super) fn compile(text: &str) -> Result<regex_lite::Regex, Refusal> {
    if let Some(why) = refusal(text) {
        return Err(Refusal::ByRe2j(why));
    }
    regex_lite::Regex::new(&format!("^(?:{text})$")).map_err(|error| {
        let unknown = [r"\p", r"\P", r"\Q", r"\C", r"\a", "[[:^"].into_iter().find(|what| text.contains(what));
        unknown.map_or(Refusal::ByRe2j(error.to_string()), Refusal::NotKnownHere)
    })
}

/// What RE2/J refuses and others take: look-around, atomic groups, back-references, and a quantifier of a quantifier, to which possessive
/// ones belong.
fn refusal(text: &str) -> Option<String> {
    let chars: Vec<char> = text.chars().collect();
    let (mut at, mut in_class, mut quantified) = (0, false, false);
    while at < chars.len() {
        let rest: String = chars[at..].iter().collect();
        let mut length = 1;
        let was_quantified = std::mem::take(&mut quantified);
        match chars[at] {
            '\\' => {
                let next = chars.get(at + 1).copied();
                if next.is_none() {
                    return Some("trailing backslash at end of expression".into());
                }
                if let Some(escaped) = next.filter(|c| "123456789GZRXhHkK".contains(*c)) {
                    return Some(format!("invalid escape sequence: `\\{escaped}`"));
                }
                length = 2;
            }
            '[' if !in_class => {
                in_class = true;
                // A bracket that comes first is one of the class.
                length = [&['[', '^', ']'][..], &['[', ']'][..]]
                    .iter()
                    .find(|start| chars[at..].starts_with(start))
                    .map_or(1, |s| s.len());
            }
            '[' if rest.starts_with("[:") => length = rest.find(":]").map_or(1, |end| rest[..end].chars().count() + 2),
            ']' => in_class = false,
            _ if in_class => {}
            '(' if ["(?=", "(?!", "(?<=", "(?<!", "(?>"].iter().any(|start| rest.starts_with(start)) => {
                let start: String = rest.chars().take(if rest.starts_with("(?<") { 4 } else { 3 }).collect();
                return Some(format!("invalid or unsupported Perl syntax: `{start}`"));
            }
            '*' | '+' | '?' | '{' => {
                let Some(quantifier) = quantifier(&rest) else {
                    at += 1;
                    continue;
                };
                if was_quantified {
                    return Some(format!("invalid nested repetition operator: `{quantifier}`"));
                }
                length = quantifier.chars().count();
                quantified = true;
            }
            _ => {}
        }
        at += length;
    }
    None
}

/// The quantifier with which a text begins, its question mark for "as few as can be" included; none: a brace is a brace.
fn quantifier(text: &str) -> Option<&str> {
    let operator = match text.strip_prefix('{') {
        Some(rest) => {
            let inner = &rest[..rest.find('}')?];
            let is_count = inner.starts_with(|c: char| c.is_ascii_digit())
                && inner.chars().all(|c| c.is_ascii_digit() || c == ',')
                && inner.matches(',').count() <= 1;
            is_count.then_some(inner.len() + 2)?
        }
        None => 1,
    };
    let lazy = text[operator..].starts_with('?');
    Some(&text[..operator + usize::from(lazy)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_re2j_takes_matches_whole_names() {
        let matches = |pattern: &str, name: &str| compile(pattern).expect("RE2/J takes it").is_match(name);
        assert!(matches("orders-.*", "orders-eu") && !matches("orders-.*", "my-orders-eu"));
        assert!(matches("orders|refunds", "refunds") && !matches("orders|refunds", "refunds-2"));
        assert!(matches("[^_].*", "orders") && !matches("[^_].*", "__consumer_offsets"));
        assert!(matches(r"v\d{1,3}?\.x", "v12.x") && matches("[]a]+", "]a") && matches("[[:alpha:]]+", "ab"));
        assert!(matches(r"a*?b+?", "aab") && matches("(?i)orders", "Orders") && matches("[*+]{2}", "*+"));
    }

    #[test]
    fn what_java_takes_and_re2j_does_not() {
        let refused = |pattern: &str| match compile(pattern) {
            Err(Refusal::ByRe2j(why)) => why,
            other => panic!("{pattern}: {other:?}"),
        };
        assert_eq!(refused("(?!test-).*"), "invalid or unsupported Perl syntax: `(?!`");
        assert_eq!(refused("orders(?<=s)"), "invalid or unsupported Perl syntax: `(?<=`");
        assert_eq!(refused("(?>a|ab)c"), "invalid or unsupported Perl syntax: `(?>`");
        assert_eq!(refused(r"(a)-\1"), r"invalid escape sequence: `\1`");
        assert_eq!(refused("a*+"), "invalid nested repetition operator: `+`");
        assert_eq!(refused("a{2}{3}"), "invalid nested repetition operator: `{3}`");
        assert_eq!(refused("a\\"), "trailing backslash at end of expression");
        refused("orders-(");
        refused("*orders");
    }

    #[test]
    fn what_is_not_known_here_is_not_called_wrong() {
        assert_eq!(compile(r"\p{Lu}.*").err(), Some(Refusal::NotKnownHere(r"\p")));
        assert_eq!(compile(r"\Qa.b\E").err(), Some(Refusal::NotKnownHere(r"\Q")));
    }
}
