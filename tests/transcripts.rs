//! What the README and the book print is what the program prints.
//!
//! Every block of kind `console` is run. `TRYCMD=overwrite cargo test --test transcripts` writes what
//! the program says now; the differences are to be read before they are committed.

use std::fs;
use std::path::{Path, PathBuf};

use kafkasim::report::plots::draw_all;
use kafkasim::report::run::{RunOptions, run};
use kafkasim::scenario::{self, Source, embedded};

#[test]
fn transcripts_are_true() {
    trycmd::TestCases::new().case("README.md").case("book/src/*.md");
}

/// `kafkasim run SCENARIO --out book/src/img/SCENARIO` draws them anew.
#[test]
fn pictures_are_fresh() {
    let images = root().join("book/src/img");
    let mut pictures = 0;
    for entry in fs::read_dir(images).expect("the book has pictures") {
        let folder = entry.expect("an entry").path();
        let name = folder.file_name().and_then(|name| name.to_str()).expect("named after a scenario").to_owned();
        let source = embedded::find(&name).expect("a scenario of the library");
        let (scenario, _) = scenario::parse(&source, &[]).expect("it is valid");
        let options = RunOptions { seed: scenario.seed, until: None, causes: false };
        let (report, ..) = run(&scenario, options, |_| ()).expect("it runs");
        for (stem, svg) in draw_all(&report.series) {
            let file = folder.join(format!("{stem}.svg"));
            if file.exists() {
                pictures += 1;
                let drawn = fs::read_to_string(&file).expect("readable");
                assert!(
                    drawn == svg,
                    "{} is not what is drawn now: kafkasim run {name} --out book/src/img/{name}",
                    file.display()
                );
            }
        }
    }
    assert!(pictures >= 4, "the pictures are where the book looks for them");
}

/// Every picture and every page that a page points to is there.
#[test]
fn links_lead_somewhere() {
    let mut links = 0;
    for page in pages() {
        let text = fs::read_to_string(&page).expect("readable");
        for target in text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()) {
            if target.is_empty() || target.contains("://") {
                continue;
            }
            links += 1;
            let path = page.parent().expect("in a folder").join(target);
            assert!(path.exists(), "{}: {target}", page.display());
        }
    }
    assert!(links > 10);
}

/// How long a run took is nobody's claim.
#[test]
fn no_page_says_how_fast_its_author_s_machine_is() {
    for page in pages() {
        let text = fs::read_to_string(&page).expect("readable");
        for line in text.lines().filter(|line| line.contains(" simulated in ")) {
            assert!(line.ends_with("simulated in [..] ms"), "{}: write `[..]` in {line}", page.display());
        }
    }
}

/// Every whole scenario that a page shows is one.
#[test]
fn scenarios_on_pages_are_valid() {
    let mut scenarios = 0;
    for page in pages() {
        let text = fs::read_to_string(&page).expect("readable").replace("\r\n", "\n");
        for block in text.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()) {
            // A part of one does not begin with a name.
            if block.starts_with("name:") {
                scenarios += 1;
                let parsed = scenario::parse(&Source::new("page.yaml", block), &[]);
                assert!(parsed.is_ok_and(|(_, warnings)| warnings.is_empty()), "{}:\n{block}", page.display());
            }
        }
    }
    assert!(scenarios >= 2);
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn pages() -> Vec<PathBuf> {
    let book = fs::read_dir(root().join("book/src")).expect("the book").map(|entry| entry.expect("an entry").path());
    let mut pages: Vec<PathBuf> = book.filter(|path| path.extension().is_some_and(|e| e == "md")).collect();
    pages.push(root().join("README.md"));
    pages.push(root().join("CONTRIBUTING.md"));
    pages
}
