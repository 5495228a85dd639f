//! `kafkasim new`: a commented scenario to start from.

use std::fs::OpenOptions;
use std::io::{self, Write};

use super::output::Output;
use super::{Exit, input};
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::{codes, starter};

/// Write a commented scenario to start from.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The scenario's name; the file is NAME.yaml in the current directory.
    #[arg(value_name = "NAME")]
    name: String,
    /// Start from this scenario of the library, or file, instead.
    #[arg(long, value_name = "SCENARIO")]
    from: Option<String>,
}

pub(super) fn run(args: &Args, out: &mut Output) -> io::Result<Exit> {
    let name = args.name.strip_suffix(".yaml").unwrap_or(&args.name);
    match write(name, args.from.as_deref()) {
        Ok(path) => {
            out.print(&format!("wrote {path}\n\n  kafkasim lint {path}\n  kafkasim run {path}\n"))?;
            Ok(Exit::Ok)
        }
        Err(findings) => {
            input::report(&findings);
            Ok(Exit::Usage)
        }
    }
}

fn write(name: &str, from: Option<&str>) -> Result<String, Vec<Diagnostic>> {
    let text = match from {
        None => starter::starter(name)?,
        Some(from) => starter::copy(name, &input::scenario(from)?)?,
    };
    let path = format!("{name}.yaml");
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::AlreadyExists => Diagnostic::error(codes::EXISTS, format!("`{path}` exists already"))
            .with_help("choose another name, or remove the file"),
        _ => Diagnostic::error(codes::UNREADABLE, format!("cannot write `{path}`: {error}")),
    };
    // `create_new` refuses in one step, also where another process is as fast.
    let mut file = OpenOptions::new().write(true).create_new(true).open(&path).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    Ok(path)
}
