//! A token: one line that names a run of the library and what came of it, short enough for a chat message.
//!
//! `acks1-leader-crash:17,variant=cure,until=30s@0.1.0+met.1f3a9c2e.4cd21dc318c8c1da`: the scenario and the seed; a comma
//! before each thing that is changed, in order; behind the `@` the version that ran it, how it ended, the digest of
//! what the scenario says and that of the history. Nothing in it means anything to a POSIX shell or to a chat: other
//! characters are written as in an address, `%7B` for a brace and `+` for a blank.

use std::fmt;

use super::case::Case;
use super::recorded::{RecordedHistory, RecordedRun};
use super::result::SeedEnding;
use super::swarm::SwarmOptions;
use crate::run::figures::exact;
use crate::scenario::diagnostic::{Diagnostic, InputPlace};
use crate::scenario::{self, Override, codes, embedded};
use crate::sim::time::Nanos;

/// The longest one, in characters: what is longer is a file ([`capsule`](super::capsule)).
pub const LONGEST: usize = 200;

/// See the module.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Token {
    /// A scenario of the library.
    pub scenario: String,
    /// The seed.
    pub seed: u64,
    /// The variant.
    pub variant: Option<String>,
    /// What else is changed, in order.
    pub changes: Vec<Override>,
    /// Within which bounds a swarm draws the rest with the seed; none: nothing is drawn.
    pub swarm: Option<SwarmOptions>,
    /// Where the run is cut.
    pub until: Option<Nanos>,
    /// Whether settings without effect are excused.
    pub allow_ignored: bool,
    /// What came of it, if that is said.
    pub recorded: Option<RecordedRun>,
}

/// Why a run has no token.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoToken {
    /// Its scenario is not one of the library, or not as the library has it.
    NotInLibrary,
    /// It would be so long.
    TooLong(usize),
}

impl fmt::Display for NoToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoToken::NotInLibrary => f.write_str("its scenario is not in the library"),
            NoToken::TooLong(length) => write!(f, "it would have {length} characters"),
        }
    }
}

impl Token {
    /// The token of a run, with what came of it.
    ///
    /// # Errors
    /// There is none.
    pub fn of(case: &Case, recorded: &RecordedRun) -> Result<Token, NoToken> {
        let scenario = &case.scenario;
        if !case.is_of_library() {
            return Err(NoToken::NotInLibrary);
        }
        let token = Token {
            scenario: case.typed.clone(),
            seed: case.seed,
            variant: scenario.variant.clone(),
            changes: scenario.changes[..case.swarm.as_ref().map_or(scenario.changes.len(), |from| from.own)].to_vec(),
            swarm: case.swarm.as_ref().map(|from| from.options.clone()),
            until: case.until,
            allow_ignored: case.allow_ignored,
            recorded: Some(recorded.brief()),
        };
        match token.to_string().len() {
            length if length > LONGEST => Err(NoToken::TooLong(length)),
            _ => Ok(token),
        }
    }
    /// Whether a text is meant as one: it names a scenario of the library and more than a seed. What looks like a path is
    /// none.
    pub fn is_meant(text: &str) -> bool {
        let end = text.find([':', ',', '@']).unwrap_or(text.len());
        let (name, rest) = text.split_at(end);
        let known = rest.starts_with([':', ',']) || embedded::find(name).is_some();
        !name.is_empty() && !name.contains(['/', '\\', '.']) && rest.contains([',', '@']) && known
    }
    /// Reads one.
    ///
    /// # Errors
    /// What is wrong, where, and what to do.
    pub fn parse(text: &str) -> Result<Token, Diagnostic> {
        Reader { text }.token()
    }
    /// The run that it names.
    ///
    /// # Errors
    /// The library has no such scenario, or it cannot be changed like this.
    pub fn case(&self) -> Result<Case, Vec<Diagnostic>> {
        let Some(source) = embedded::find(&self.scenario) else {
            let message = format!("the token names a scenario that the library does not have: `{}`", self.scenario);
            let help = match embedded::suggest(&self.scenario) {
                Some(near) => {
                    format!("did you mean `{near}`? A scenario of your own goes into a capsule: --capsule FILE")
                }
                None => "a scenario of your own goes into a capsule: --capsule FILE".into(),
            };
            return Err(vec![Diagnostic::error(codes::BAD_TOKEN, message).with_help(help)]);
        };
        let (scenario, _) = scenario::parse_variant(&source, self.variant.as_deref(), &self.changes)?;
        let case = Case {
            typed: self.scenario.clone(),
            scenario,
            seed: self.seed,
            until: self.until,
            allow_ignored: self.allow_ignored,
            swarm: None,
        };
        match &self.swarm {
            Some(options) => case.drawn(options).map_err(|nothing| nothing.findings),
            None => Ok(case),
        }
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.scenario, self.seed)?;
        if let Some(variant) = &self.variant {
            write!(f, ",variant={}", encoded(variant))?;
        }
        for change in &self.changes {
            let (option, text) = change.option();
            write!(f, ",{}={}", option.trim_start_matches('-'), encoded(text))?;
        }
        if let Some(options) = &self.swarm {
            write!(f, ",swarm={}", encoded(&options.to_string()))?;
        }
        if let Some(until) = self.until {
            write!(f, ",until={}", exact(until))?;
        }
        if self.allow_ignored {
            f.write_str(",allow-ignored")?;
        }
        let Some(recorded) = &self.recorded else { return Ok(()) };
        write!(f, "@{}+{}.{:08x}", recorded.version, recorded.ending.word(), recorded.text)?;
        recorded.history.as_ref().map_or(Ok(()), |history| write!(f, ".{:016x}", history.digest))
    }
}

/// Characters that stand for themselves in a value.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"._-/:=".contains(&byte)
}

fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b' ' => out.push('+'),
            byte if is_plain(byte) => out.push(char::from(byte)),
            byte => out += &format!("%{byte:02X}"),
        }
    }
    out
}

/// Reads a token; knows where in the text each part stands.
struct Reader<'t> {
    text: &'t str,
}

impl<'t> Reader<'t> {
    /// What is wrong with a part of the text.
    fn wrong(&self, part: &str, message: impl Into<String>, label: &str, help: impl Into<String>) -> Diagnostic {
        // Parts are slices of the text.
        let start = (part.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        let place = InputPlace::in_line(0, "token", 1, self.text, start, start + part.len());
        let mut found = Diagnostic::error(codes::BAD_TOKEN, message).with_help(help);
        found.place = Some(Box::new(place));
        found.label(label);
        found
    }

    fn token(&self) -> Result<Token, Diagnostic> {
        let text = self.text.trim();
        let (head, behind) = match text.rsplit_once('@') {
            Some((head, behind)) => (head, Some(behind)),
            None => (text, None),
        };
        let mut parts = head.split(',');
        let first = parts.next().unwrap_or_default();
        let (scenario, seed) = first.split_once(':').ok_or_else(|| {
            self.wrong(first, "a token without a seed", "no `:`", "a token begins with `SCENARIO:SEED`")
        })?;
        let mut token = Token {
            scenario: scenario.to_owned(),
            seed: self.seed(seed)?,
            variant: None,
            changes: Vec::new(),
            swarm: None,
            until: None,
            allow_ignored: false,
            recorded: behind.map(|behind| self.recorded(behind)).transpose()?,
        };
        for part in parts {
            self.change(part, &mut token)?;
        }
        Ok(token)
    }

    fn seed(&self, text: &'t str) -> Result<u64, Diagnostic> {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|_| digits).ok_or_else(|| {
            let help = "a seed is a whole number from 0 to 2^64-1; copy the token whole";
            self.wrong(text, format!("`{}` is not a seed", scenario::node::shorten(text)), "not a seed", help)
        })
    }

    fn change(&self, part: &'t str, token: &mut Token) -> Result<(), Diagnostic> {
        if part == "allow-ignored" {
            token.allow_ignored = true;
            return Ok(());
        }
        let unknown = || {
            let help = "there is `variant=`, `set=`, `with=`, `swarm=`, `until=` and `allow-ignored`; a newer version may know more";
            self.wrong(part, "a token with a part that nobody knows", "what is this?", help)
        };
        let (key, value) = part.split_once('=').ok_or_else(unknown)?;
        let text = || self.decoded(value);
        match key {
            "variant" if token.variant.is_none() => token.variant = Some(text()?),
            "set" => token.changes.push(Override::new(text()?)),
            "with" => token.changes.push(Override::fault(text()?)),
            "until" if token.until.is_none() => {
                let until = scenario::duration(&text()?);
                let until =
                    until.map_err(|why| self.wrong(value, "a token without a legible time", "not a time", why))?;
                token.until = Some(until);
            }
            "swarm" if token.swarm.is_none() => {
                let options = text()?.parse().map_err(|why: String| {
                    self.wrong(value, "a token without legible options of its swarm", "no such options", why)
                })?;
                token.swarm = Some(options);
            }
            "variant" | "until" | "swarm" => {
                return Err(self.wrong(
                    part,
                    format!("a token with two of `{key}=`"),
                    "the second",
                    "leave one of them out",
                ));
            }
            _ => return Err(unknown()),
        }
        Ok(())
    }

    fn decoded(&self, value: &'t str) -> Result<String, Diagnostic> {
        let mut bytes = Vec::with_capacity(value.len());
        let mut rest = value.bytes().enumerate();
        while let Some((at, byte)) = rest.next() {
            match byte {
                b'+' => bytes.push(b' '),
                b'%' => {
                    let digits =
                        value.get(at + 1..at + 3).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
                    let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()).ok_or_else(|| {
                        let help = "behind a `%` stand two hexadecimal digits; copy the token whole";
                        self.wrong(&value[at..], "a token with half a character", "cut off here?", help)
                    })?;
                    bytes.push(byte);
                    rest.nth(1);
                }
                byte => bytes.push(byte),
            }
        }
        String::from_utf8(bytes).map_err(|_| {
            self.wrong(value, "a token with a text that is not UTF-8", "not a text", "copy the token whole")
        })
    }

    /// `0.1.0+met.1f3a9c2e.4cd21dc318c8c1da`
    fn recorded(&self, text: &'t str) -> Result<RecordedRun, Diagnostic> {
        let form = "behind the `@` stands `VERSION+VERDICT.SCENARIO.HISTORY`, such as `0.1.0+met.1f3a9c2e.4cd21dc318c8c1da`; \
                    copy the token whole";
        let (version, rest) = text
            .split_once('+')
            .ok_or_else(|| self.wrong(text, "a token without what came of its run", "no `+`", form))?;
        if !is_version(version) {
            return Err(self.wrong(version, "a token without a version", "not a version", form));
        }
        let mut parts = rest.split('.');
        let verdict = parts.next().unwrap_or_default();
        let ending = SeedEnding::of_word(verdict).ok_or_else(|| {
            let words = "a run ends `met`, `inconclusive`, `broken` or with a `bug`";
            self.wrong(verdict, "a token without a verdict", "not a verdict", words)
        })?;
        let digest = |part: Option<&'t str>, digits: usize, what: &str| {
            let part = part.unwrap_or(&text[text.len()..]);
            hex(part, digits).ok_or_else(|| {
                let label = format!("not {digits} hexadecimal digits");
                self.wrong(part, format!("a token without a legible digest of its {what}"), &label, form)
            })
        };
        let of_text = digest(parts.next(), 8, "scenario")? as u32;
        // Of a run in which the simulator failed there is no history.
        let history = match (parts.next(), ending) {
            (None, SeedEnding::Bug) => None,
            (part, _) => Some(RecordedHistory { digest: digest(part, 16, "history")?, marks: None }),
        };
        if let Some(more) = parts.next() {
            return Err(self.wrong(more, "a token with something behind its end", "too much", form));
        }
        Ok(RecordedRun { version: version.to_owned(), text: of_text, ending, cause: None, history })
    }
}

/// Whether a text can be the version of a program.
pub(super) fn is_version(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".-".contains(&byte);
    text.starts_with(|c: char| c.is_ascii_digit()) && text.len() <= 64 && text.bytes().all(allowed)
}

/// A number of just so many hexadecimal digits.
pub(super) fn hex(text: &str, digits: usize) -> Option<u64> {
    let legible = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    u64::from_str_radix(text, 16).ok().filter(|_| legible)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::command_line::quote;
    use proptest::prelude::*;

    const WHOLE: &str = "acks1-leader-crash:17,variant=cure,set=duration=20s,with=at:+5s%2C+crash:+%7B+broker:+broker+1+%7D,\
                         until=12500ms,allow-ignored@0.1.0+met.1f3a9c2e.4cd21dc318c8c1da";

    fn said(text: &str) -> String {
        Token::parse(text).expect_err(text).render(false)
    }

    #[test]
    fn a_token_is_read_as_it_is_written() {
        let token = Token::parse(WHOLE).expect("a token");
        assert_eq!(
            (token.scenario.as_str(), token.seed, token.until),
            ("acks1-leader-crash", 17, Some(Nanos::from_millis(12_500)))
        );
        assert_eq!(
            token.changes,
            [Override::new("duration=20s"), Override::fault("at: 5s, crash: { broker: broker 1 }")]
        );
        assert_eq!(token.to_string(), WHOLE);
        assert_eq!(quote(WHOLE), WHOLE, "a shell takes it as it is");
        assert_eq!(token.case().expect("it is in the library").scenario.duration(), Nanos::from_secs(20));
        let short = Token::parse("leader-crash:7").expect("one that says less");
        assert_eq!((short.seed, short.recorded), (7, None));
        let bug = Token::parse("leader-crash:7@0.1.0+bug.00000001").expect("a run without a history");
        assert_eq!(bug.recorded.expect("it says what came of it").history, None);
    }

    #[test]
    fn what_a_swarm_has_drawn_is_drawn_again() {
        let text = "leader-crash:7,set=duration=20s,swarm=faults%2Bnetwork%2Cmost-faults=2";
        let token = Token::parse(text).expect("a token");
        assert_eq!((token.to_string(), quote(text)), (text.to_owned(), text.to_owned()));
        let case = token.case().expect("it is drawn");
        assert!(case.scenario.changes.len() > 1 && case.scenario.changes[0] == token.changes[0]);
        let recorded = Token::parse(WHOLE).expect("a token").recorded.expect("it says what came of it");
        let again = Token::of(&case, &recorded).expect("what was drawn needs no room");
        assert_eq!(Token { recorded: None, ..again }, token);
        assert!(said("leader-crash:7,swarm=rain").contains("`rain` is nothing that a swarm draws"));
    }

    #[test]
    fn what_is_meant_as_a_token_is_told_from_a_path() {
        for text in [WHOLE, "leader-crash:7@0.1.0", "leader-crash,variant=cure", "nobody:x,y"] {
            assert!(Token::is_meant(text), "{text}");
        }
        for text in ["leader-crash", "leader-crash:7", "a@b.yaml:7", "./a,b", "dir/a@b", "", ":7@0.1.0"] {
            assert!(!Token::is_meant(text), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_token_is_said_at_its_place() {
        insta::assert_snapshot!(said("leader-crash:seven@0.1.0+met.1f3a9c2e.4cd21dc318c8c1da").trim_end(), @r"
        error[KS020]: `seven` is not a seed
         --> token:1:14
          |
        1 | leader-crash:seven@0.1.0+met.1f3a9c2e.4cd21dc318c8c1da
          |              ^^^^^ not a seed
          |
        help: a seed is a whole number from 0 to 2^64-1; copy the token whole
        ");
        for (text, what) in [
            ("leader-crash@0.1.0+met.1f3a9c2e.4cd21dc318c8c1da", "without a seed"),
            ("leader-crash:7,speed=3", "nobody knows"),
            ("leader-crash:7,with=at:+5s%2", "half a character"),
            ("leader-crash:7@0.1.0+met.1f3a9c2e.4cd21dc3", "not 16 hexadecimal digits"),
            ("leader-crash:7,variant=a,variant=b", "two of `variant=`"),
            ("leader-crash:7,until=soon", "legible time"),
            ("leader-crash:7,set=%ff", "not UTF-8"),
            ("leader-crash:7@0.1.0", "what came of its run"),
            ("leader-crash:7@x+met.1f3a9c2e.4cd21dc318c8c1da", "without a version"),
            ("leader-crash:7@0.1.0+good.1f3a9c2e.4cd21dc318c8c1da", "without a verdict"),
            ("leader-crash:7@0.1.0+met.1f3a9c2e", "digest of its history"),
            ("leader-crash:7@0.1.0+met.1f3a9c2e.4cd21dc318c8c1dg", "digest of its history"),
            ("leader-crash:7@0.1.0+met.1f3.4cd21dc318c8c1da", "digest of its scenario"),
            ("leader-crash:7@0.1.0+met.1f3a9c2e.4cd21dc318c8c1da.1", "behind its end"),
        ] {
            assert!(said(text).contains(what), "{text}: {}", said(text));
        }
        let unknown = Token::parse("leader-crush:7").expect("it is one").case().expect_err("nobody has it");
        assert!(unknown[0].render(false).contains("did you mean `leader-crash`?"));
    }

    #[test]
    fn only_the_library_has_tokens_and_no_long_ones() {
        let case = Token::parse("leader-crash:7").expect("a token").case().expect("it is in the library");
        let recorded = Token::parse(WHOLE).expect("a token").recorded.expect("it says what came of it");
        assert!(Token::of(&case, &recorded).is_ok());
        let own = Case { typed: "./leader-crash.yaml".into(), ..case.clone() };
        assert_eq!(Token::of(&own, &recorded), Err(NoToken::NotInLibrary));
        let long = Token {
            changes: vec![Override::fault("at: 5s, crash: { broker: broker 1 }"); 5],
            ..Token::parse("leader-crash:7").expect("a token")
        };
        let long = long.case().expect("it is in the library");
        assert!(matches!(Token::of(&long, &recorded), Err(NoToken::TooLong(..))));
    }

    proptest! {
        #[test]
        fn whatever_is_changed_comes_back(seed: u64, variant in proptest::option::of("\\PC{1,12}"), sets in proptest::collection::vec("\\PC{0,20}", 0..3)) {
            let token = Token {
                scenario: "leader-crash".into(),
                seed,
                variant,
                changes: sets.iter().map(Override::new).collect(),
                swarm: None,
                until: None,
                allow_ignored: false,
                recorded: None,
            };
            let text = token.to_string();
            prop_assert_eq!(quote(&text), text.clone());
            prop_assert_eq!(Token::parse(&text).expect("what is written is read"), token);
        }
        #[test]
        fn no_text_breaks_the_reader(text in "\\PC{0,60}|[a-z]{0,5}:[0-9]{0,3}[,=@+.%a-f0-9]{0,40}") {
            if let Err(found) = Token::parse(&text) {
                prop_assert!(found.help.is_some());
                let _ = found.render(false);
            }
        }
    }
}
