//! `kafkasim completions`: for the shell.

use std::io;

use clap::CommandFactory;

use super::output::Output;
use super::{Cli, Exit};

/// Print completions for a shell.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Which shell.
    #[arg(value_enum)]
    shell: clap_complete::Shell,
}

pub(super) fn run(args: &Args, out: &mut Output) -> io::Result<Exit> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "kafkasim", &mut text);
    out.print(&String::from_utf8_lossy(&text))?;
    Ok(Exit::Ok)
}
