//! Where commands print to.

use std::io::{self, BufWriter, IsTerminal, Write};

/// Standard output: buffered, with colour only on a terminal (and not against `NO_COLOR`).
pub struct Output {
    writer: BufWriter<Box<dyn Write>>,
    colour: bool,
}

impl Output {
    /// The process's standard output.
    pub fn stdout() -> Output {
        let stream = anstream::AutoStream::auto(io::stdout());
        let colour = stream.current_choice() != anstream::ColorChoice::Never;
        Output { writer: BufWriter::new(Box::new(stream)), colour }
    }
    /// Whether to colour.
    pub fn colour(&self) -> bool {
        self.colour
    }
    /// How many columns there are: 100 unless a terminal says otherwise.
    pub fn width(&self) -> usize {
        if !io::stdout().is_terminal() {
            return 100;
        }
        #[expect(clippy::disallowed_methods, reason = "how wide a terminal is shows in no history")]
        let columns = std::env::var("COLUMNS");
        columns.ok().and_then(|text| text.parse().ok()).filter(|n| (40..=400).contains(n)).unwrap_or(100)
    }
    /// Prints a text as it is.
    ///
    /// # Errors
    /// Those of the stream; a closed pipe among them.
    pub fn print(&mut self, text: &str) -> io::Result<()> {
        self.writer.write_all(text.as_bytes())
    }
    /// Writes out what is buffered.
    ///
    /// # Errors
    /// Those of the stream.
    pub fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// Prints to stderr; that nobody listens there is no error.
pub fn complain(text: &str) {
    let _ = anstream::AutoStream::auto(io::stderr()).write_all(text.as_bytes());
}

/// Whether stderr takes colour.
pub fn stderr_colour() -> bool {
    anstream::AutoStream::auto(io::stderr()).current_choice() != anstream::ColorChoice::Never
}

/// A text in lines of at most `width` characters.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("there is always a line");
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
            lines.push(word.to_owned());
        } else {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}
