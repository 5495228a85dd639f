//! Reads scenario files and finds scenarios of the library.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::output::{Output, complain, stderr_colour};
use crate::scenario::diagnostic::{Diagnostic, render_all};
use crate::scenario::{MAX_BYTES, Override, Scenario, Source, codes, embedded};

/// A scenario by name (of the library) or by path; `-` is standard input.
///
/// # Errors
/// It is neither, or cannot be read as a text of reasonable size.
pub fn scenario(name: &str) -> Result<Source, Diagnostic> {
    if let Some(source) = embedded::find(name) {
        return Ok(source);
    }
    let path_like = name == "-" || name.contains(['/', '\\', '.']) || Path::new(name).exists();
    if path_like { file(name) } else { Err(unknown(name)) }
}

/// A scenario, read and checked. Findings are printed to stderr; `None` if there are errors among them.
///
/// # Errors
/// None of its own: it has the form of a step of a command.
pub fn load(name: &str, changes: &[String], _out: &Output) -> io::Result<Option<Scenario>> {
    let overrides: Vec<Override> = changes.iter().map(Override::new).collect();
    let read = self::scenario(name).map_err(|d| vec![d]).and_then(|source| crate::scenario::parse(&source, &overrides));
    let (scenario, findings) = match read {
        Ok((scenario, warnings)) => (Some(scenario), warnings),
        Err(findings) => (None, findings),
    };
    if !findings.is_empty() {
        complain(&render_all(&findings, stderr_colour()));
    }
    Ok(scenario)
}

/// A file by path; `-` is standard input.
///
/// # Errors
/// It cannot be read as a text of reasonable size.
pub fn file(path: &str) -> Result<Source, Diagnostic> {
    if path == "-" {
        return read(io::stdin().lock(), "<stdin>");
    }
    if Path::new(path).is_dir() {
        return Err(Diagnostic::error(codes::DIRECTORY, format!("`{path}` is a directory"))
            .with_help("name a file in it, such as `scenario.yaml`"));
    }
    match File::open(path) {
        Ok(file) => read(file, path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(missing(path)),
        Err(error) => Err(unreadable(path, &error)),
    }
}

fn read(reader: impl Read, name: &str) -> Result<Source, Diagnostic> {
    let mut bytes = Vec::new();
    let limit = MAX_BYTES as u64 + 1;
    reader.take(limit).read_to_end(&mut bytes).map_err(|error| unreadable(name, &error))?;
    Source::from_bytes(name, &bytes)
}

fn unreadable(path: &str, error: &io::Error) -> Diagnostic {
    Diagnostic::error(codes::UNREADABLE, format!("cannot read `{path}`: {error}"))
}

fn missing(path: &str) -> Diagnostic {
    let diagnostic = Diagnostic::error(codes::UNREADABLE, format!("there is no file `{path}`"));
    let stem = Path::new(path).file_stem().and_then(|stem| stem.to_str()).unwrap_or(path);
    match embedded::suggest(stem) {
        Some(near) => diagnostic.with_help(format!("did you mean the scenario `{near}` of the library?")),
        None => diagnostic.with_help("`kafkasim list` names the scenarios of the library"),
    }
}

fn unknown(name: &str) -> Diagnostic {
    let diagnostic = Diagnostic::error(codes::UNKNOWN_SCENARIO, format!("unknown scenario `{name}`"));
    match embedded::suggest(name) {
        Some(near) => diagnostic.with_help(format!("did you mean `{near}`?")),
        None => diagnostic
            .with_help("`kafkasim list` names the scenarios of the library; a file needs its ending, such as `.yaml`"),
    }
}
