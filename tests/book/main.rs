//! The README and the book do not rot: what they show is what the program does ([`transcripts`]), draws ([`pictures`])
//! and knows ([`made`]), and what they point to is there ([`links`]). After a change
//!
//!     cargo build --release && TRANSCRIPTS=target/release/kafkasim cargo test --test book
//!
//! writes what that program says; the differences are to be read before they are committed. `tests/book/check` builds the
//! book with mdBook.

#[cfg(unix)]
mod ci;
mod links;
mod made;
mod pictures;
mod transcripts;

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The chapters of the book, and the other pages that people read first.
fn pages() -> Vec<PathBuf> {
    let mut pages = chapters();
    pages.push(root().join("README.md"));
    pages.push(root().join("CONTRIBUTING.md"));
    pages
}

/// The chapters of the book, in the order of their names.
fn chapters() -> Vec<PathBuf> {
    let folder = fs::read_dir(root().join("book/src")).expect("the book");
    let files = folder.map(|entry| entry.expect("an entry").path());
    let mut chapters: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|e| e == "md")).collect();
    chapters.sort();
    chapters
}

fn text_of(page: &Path) -> String {
    fs::read_to_string(page).unwrap_or_else(|error| panic!("{}: {error}", page.display())).replace("\r\n", "\n")
}

/// The program that writes pages anew, if that is what is wanted.
#[expect(clippy::disallowed_methods, reason = "whoever runs the tests says whether pages are written anew")]
fn rewritten() -> Option<PathBuf> {
    std::env::var("TRANSCRIPTS").ok().map(|path| root().join(path))
}
