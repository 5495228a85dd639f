//! Lines that are longer than the terminal, broken where it hurts least.

/// Where the second column of a block begins.
const COLUMN: usize = 20;

/// Breaks lines beyond `width`: between figures, which have wide gaps between them, else between words. Commands
/// are for copying, and stay whole.
pub fn fit(text: &str, width: usize) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let (line, end) = line.strip_suffix('\n').map_or((line, ""), |line| (line, "\n"));
        if visible(line) <= width || ["kafkasim run ", "kafkasim compare "].iter().any(|command| line.contains(command))
        {
            out += line;
        } else {
            broken(line, width, &mut out);
        }
        out += end;
    }
    out
}

/// A name that fits into a column: of one that is too long the middle is left out, since many differ at the end.
pub fn fitted(name: &str, width: usize) -> String {
    let letters: Vec<char> = name.chars().collect();
    if letters.len() <= width {
        return name.to_owned();
    }
    let tail = (width - 1) / 2;
    let head = width - 1 - tail;
    letters[..head].iter().chain(&['…']).chain(&letters[letters.len() - tail..]).collect()
}

fn broken(line: &str, width: usize, out: &mut String) {
    if visible(line) <= width {
        return *out += line;
    }
    match place(line, width) {
        // What is left begins under the second column.
        Some((end, next)) => {
            *out += &line[..end];
            *out += "\n";
            broken(&(" ".repeat(COLUMN) + &line[next..]), width, out);
        }
        None => *out += line,
    }
}

/// The end of the first part, and where the next begins: the last gap that leaves the first part short enough.
fn place(line: &str, width: usize) -> Option<(usize, usize)> {
    let gap = |blanks: &str| {
        let fits = |at: &usize| visible(&line[..*at]) <= width && !line[..*at].trim().is_empty();
        line.match_indices(blanks).map(|(at, _)| at).filter(|at| *at > COLUMN && fits(at)).last()
    };
    let at = gap("  ").or_else(|| gap(" "))?;
    let end = line[..at].trim_end().len();
    let next = at + line[at..].len() - line[at..].trim_start().len();
    (end > COLUMN && next < line.len()).then_some((end, next))
}

/// How many columns a line takes; escape sequences take none.
fn visible(line: &str) -> usize {
    let (mut columns, mut escaped) = (0, false);
    for c in line.chars() {
        match (escaped, c) {
            (true, 'm') => escaped = false,
            (true, _) => {}
            (false, '\u{1b}') => escaped = true,
            (false, _) => columns += 1,
        }
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_kept_together() {
        let line = "  delivery ledger   sent 10,615   acked 10,615   failed 0   pending 0   in the log 10,615\n";
        assert_eq!(
            fit(line, 80),
            "  delivery ledger   sent 10,615   acked 10,615   failed 0   pending 0\n                    in the log 10,615\n"
        );
        assert_eq!(fit(line, 100), line);
        let narrow = fit(line, 40);
        assert!(narrow.lines().all(|line| line.chars().count() <= 40), "{narrow}");
        assert_eq!(narrow.split_whitespace().collect::<Vec<_>>(), line.split_whitespace().collect::<Vec<_>>());
    }

    #[test]
    fn commands_and_colours_are_no_reason() {
        let command = format!("  again             kafkasim run {}\n", "x".repeat(100));
        assert_eq!(fit(&command, 80), command);
        let coloured = format!("  \u{1b}[32mok\u{1b}[0m  {}", "y".repeat(76));
        assert_eq!(fit(&coloured, 82), coloured);
        assert_eq!(fit(&"z".repeat(100), 80), "z".repeat(100));
    }
}
