//! `kafkasim schema`: the JSON Schema of scenario files.

use std::io;

use super::Exit;
use super::output::Output;

/// Print the JSON Schema of scenario files, for editors with a YAML language server.
#[derive(clap::Args, Debug)]
pub struct Args {}

pub(super) fn run(_: &Args, out: &mut Output) -> io::Result<Exit> {
    out.print(crate::scenario::json_schema_text())?;
    Ok(Exit::Ok)
}
