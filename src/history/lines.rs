//! Lines of a history file, bounded: a file without an end, or without a line's end, is refused before
//! it fills the memory.

use std::io::BufRead;

/// The longest line, in bytes.
pub const MAX_LINE: usize = 16 << 20;
/// The largest history, in bytes.
pub const MAX_BYTES: u64 = 1 << 30;

/// Why a file is not a history.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ImportError {
    /// Line, from 1.
    pub line: usize,
    /// Column in bytes, from 1; 0 for the line as a whole.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

impl std::fmt::Display for ImportError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}
impl std::error::Error for ImportError {}

impl ImportError {
    /// At a place, with a remedy.
    pub fn new(line: usize, column: usize, message: impl Into<String>, help: impl Into<String>) -> ImportError {
        ImportError { line, column, message: message.into(), help: help.into() }
    }
}

/// Reads a history line by line.
pub struct Lines<R> {
    reader: R,
    number: usize,
    bytes: u64,
}

impl<R: BufRead> Lines<R> {
    /// At the first line.
    pub fn new(reader: R) -> Lines<R> {
        Lines { reader, number: 0, bytes: 0 }
    }
    /// The number of the line that was read last, from 1; 0 before the first.
    pub fn number(&self) -> usize {
        self.number
    }
    /// The next line without its end. What is not UTF-8 becomes a replacement character, so that the
    /// line that holds it is no fact.
    ///
    /// # Errors
    /// The source fails, or the line or the file is longer than a history may be.
    pub fn next_line(&mut self) -> Result<Option<String>, ImportError> {
        let mut bytes = Vec::new();
        let mut limited = std::io::Read::take(&mut self.reader, MAX_LINE as u64 + 1);
        let read = limited.read_until(b'\n', &mut bytes);
        self.number += 1;
        let refused = |message: String, help: &str| Err(ImportError::new(self.number, 0, message, help));
        match read {
            Err(error) => return refused(format!("cannot be read: {error}"), "name a file that can be read"),
            Ok(0) => {
                self.number -= 1;
                return Ok(None);
            }
            Ok(n) => self.bytes += n as u64,
        }
        if bytes.len() > MAX_LINE {
            return refused(
                format!("a line of more than {} MiB", MAX_LINE >> 20),
                "a history is JSON Lines: a fact, operation or observation a line",
            );
        }
        if self.bytes > MAX_BYTES {
            return refused(
                format!("the history is larger than {} MiB, the most that is read", MAX_BYTES >> 20),
                "record a shorter run",
            );
        }
        while bytes.last().is_some_and(|b| matches!(b, b'\n' | b'\r')) {
            bytes.pop();
        }
        Ok(Some(String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned())))
    }
}
