//! The plots of the book are those that the program draws.

use std::fs;

use kafkasim::report::Report;
use kafkasim::report::plots::draw_all;
use kafkasim::run::Run;
use kafkasim::scenario::{self, embedded};

use crate::{chapters, root, text_of};

/// `kafkasim run SCENARIO --out book/src/img/SCENARIO` draws them anew.
#[test]
fn pictures_are_fresh() {
    let images = root().join("book/src/img");
    let mut pictures = 0;
    for entry in fs::read_dir(images).expect("the book has pictures") {
        let folder = entry.expect("an entry").path();
        if !folder.is_dir() {
            continue;
        }
        let name = folder.file_name().and_then(|name| name.to_str()).expect("named after a scenario").to_owned();
        let source = embedded::find(&name).expect("a scenario of the library");
        let (scenario, _) = scenario::parse(&source, &[]).expect("it is valid");
        let report = Report::of(&Run::new(&scenario, scenario.seed)).expect("it runs");
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

/// No picture lies there that no chapter shows.
#[test]
fn every_picture_is_shown() {
    let text: String = chapters().iter().map(|page| text_of(page)).collect();
    let mut folders = vec![root().join("book/src/img"), root().join("book/src/inside")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("readable") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let within = path.strip_prefix(root().join("book/src")).expect("it is there");
            let link = within.to_str().expect("a name").replace('\\', "/");
            assert!(text.contains(&format!("]({link})")), "no chapter shows {link}");
        }
    }
}
