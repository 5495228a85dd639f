//! Text as HTML, and JSON inside of it: whatever a user's file calls things, it is text.

use std::fmt::{self, Display, Write};

use crate::sim::time::Nanos;

/// Shows something as text of an element or of a quoted attribute.
pub struct Esc<T>(pub T);

impl<T: Display> Display for Esc<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(Escaper(f), "{}", self.0)
    }
}

struct Escaper<'a, 'f>(&'a mut fmt::Formatter<'f>);

impl Write for Escaper<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|c| match c {
            '&' => self.0.write_str("&amp;"),
            '<' => self.0.write_str("&lt;"),
            '>' => self.0.write_str("&gt;"),
            '"' => self.0.write_str("&quot;"),
            '\'' => self.0.write_str("&#39;"),
            '\n' | '\t' => self.0.write_char(c),
            c if c.is_control() || is_direction(c) => self.0.write_char('\u{fffd}'),
            c => self.0.write_char(c),
        })
    }
}

/// Characters that turn the direction of what follows them: a name must not rearrange its surroundings.
fn is_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// JSON that can stand in a `<script>`: no character in it ends the element, or begins a comment.
pub fn json(value: &serde_json::Value) -> String {
    let text = value.to_string();
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c if is_direction(c) => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out
}

/// Where a moment lies between the beginning of the run and its end, in percent.
pub fn percent(at: Nanos, end: Nanos) -> String {
    let share = u128::from(at.0.min(end.0)) * 10_000 / u128::from(end.0.max(1));
    format!("{}.{:02}%", share / 100, share % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_text_whatever_it_looks_like() {
        let name = "<script>alert(\"1\")</script>&'\u{202e}\u{7}";
        let text = Esc(name).to_string();
        assert_eq!(text, "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;\u{fffd}\u{fffd}");
        let json = json(&serde_json::json!({ "name": "</script><!--\u{2028}" }));
        assert_eq!(json, r#"{"name":"\u003c/script\u003e\u003c!--\u2028"}"#);
        let back: serde_json::Value = serde_json::from_str(&json).expect("it is JSON");
        assert_eq!(back["name"], "</script><!--\u{2028}");
    }

    #[test]
    fn a_moment_has_its_place() {
        let end = Nanos::from_secs(40);
        assert_eq!(percent(Nanos::from_secs(10), end), "25.00%");
        assert_eq!(percent(Nanos::from_secs(50), end), "100.00%");
        assert_eq!(percent(Nanos::ZERO, Nanos::ZERO), "0.00%");
    }
}
