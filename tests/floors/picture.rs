//! The picture of the house in the book: drawn from the paths that the code names and the table in `src/lib.rs`, so
//! that it cannot show what is not so. `INSTA_UPDATE=always cargo test --test floors` draws it anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use super::circles::House;
use super::reader::sources;

const WIDTH: u32 = 880;
const BOX: (u32, u32) = (248, 62);
const ROW: u32 = 104;
/// Where a room stands in its row; in the middle, if it is not here.
const COLUMNS: &[(&str, u32)] = &[
    ("explore", 140),
    ("step", 740),
    ("tools", 740),
    ("world", 290),
    ("cluster", 140),
    ("net", 290),
    ("assignor", 740),
    ("node", 290),
    ("check", 740),
];

#[test]
fn the_picture_of_the_house_is_true() {
    let file = root().join("book/src/inside/house.svg");
    let drawn = draw(&rooms(), &arrows());
    #[expect(clippy::disallowed_methods, reason = "whoever runs the tests says whether it is drawn anew")]
    let anew = std::env::var("INSTA_UPDATE").is_ok_and(|how| how == "always");
    if anew {
        fs::write(&file, &drawn).expect("writable");
    }
    let there = fs::read_to_string(&file).unwrap_or_default();
    assert!(there == drawn, "{} is not the house as it is: INSTA_UPDATE=always draws it anew", file.display());
}

/// The chapter names files; they are there.
#[test]
fn files_that_the_book_and_the_guide_name_are_there() {
    let mut missing = Vec::new();
    for page in ["book/src/inside.md", "CONTRIBUTING.md", "README.md"] {
        let text = fs::read_to_string(root().join(page)).expect("readable");
        for name in text.split('`').skip(1).step_by(2) {
            let path = name.split([' ', '{', '*']).next().unwrap_or_default();
            let ours = ["src/", "tests/", "examples/", "benches/", "scenarios/", "snapshots/", "book/", ".ci/"];
            if ours.iter().any(|folder| path.starts_with(folder)) && !root().join(path).exists() {
                missing.push(format!("{page}: {path}"));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn an_arrow_that_others_say_is_not_drawn() {
    let arrow = |from: &str, to: &str| (from.to_owned(), to.to_owned());
    let all: BTreeSet<_> = [arrow("a", "b"), arrow("b", "c"), arrow("a", "c")].into();
    assert_eq!(reduced(&all), [arrow("a", "b"), arrow("b", "c")].into());
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// The rooms and what they are for, as the crate's page has them.
fn rooms() -> Vec<(String, String)> {
    let text = fs::read_to_string(root().join("src/lib.rs")).expect("readable");
    let row = |line: &str| {
        let (room, rest) = line.strip_prefix("//! | ")?.split_once(" | ")?;
        let room = room.trim_matches(['[', ']', '`']);
        let what = rest.strip_suffix(" |")?.replace('`', "");
        // What stands behind a semicolon or in brackets is for the page.
        let what = what.split([';', '(']).next().unwrap_or_default().trim().to_owned();
        (room != "room" && !room.starts_with('-')).then(|| (room.to_owned(), what))
    };
    text.lines().filter_map(row).collect()
}

/// Which room uses which.
fn arrows() -> BTreeSet<(String, String)> {
    let house = House::new(sources());
    let rooms = house.arrows().map(|(from, to)| (house.room(from).to_owned(), house.room(to).to_owned()));
    rooms.filter(|(from, to)| from != to && !["lib", "main"].contains(&from.as_str()) && to != "lib").collect()
}

/// Without those arrows that a way over other rooms says as well.
fn reduced(arrows: &BTreeSet<(String, String)>) -> BTreeSet<(String, String)> {
    let below = |room: &str| {
        let (mut reached, mut open) = (BTreeSet::new(), vec![room.to_owned()]);
        while let Some(room) = open.pop() {
            let next = arrows.iter().filter(|(from, _)| *from == room).map(|(_, to)| to.clone());
            open.extend(next.filter(|to| reached.insert(to.clone())));
        }
        reached
    };
    let other_way = |from: &str, to: &str| {
        arrows.iter().any(|(also, between)| also == from && between != to && below(between).contains(to))
    };
    arrows.iter().filter(|(from, to)| !other_way(from, to)).cloned().collect()
}

fn draw(rooms: &[(String, String)], arrows: &BTreeSet<(String, String)>) -> String {
    // A room stands above all that it uses.
    let mut level: BTreeMap<&str, u32> = rooms.iter().map(|(room, _)| (room.as_str(), 0)).collect();
    for _ in rooms {
        for (from, to) in arrows {
            let above = level[to.as_str()] + 1;
            level.entry(from.as_str()).and_modify(|level| *level = (*level).max(above));
        }
    }
    let top = level.values().max().copied().unwrap_or(0);
    let x = |room: &str| COLUMNS.iter().find(|(name, _)| *name == room).map_or(WIDTH / 2, |(_, x)| *x);
    let y = |room: &str| 16 + (top - level[room]) * ROW;
    let height = 16 + top * ROW + BOX.1 + 16;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" viewBox=\"0 0 {WIDTH} {height}\" \
         font-family=\"sans-serif\">\n<title>The rooms of kafkasim: each uses those below it</title>\n\
         <rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#ffffff\"/>\n\
         <defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\">\
         <path d=\"M0,0 L8,4 L0,8 z\" fill=\"#5b6470\"/></marker></defs>\n"
    );
    for (from, to) in &reduced(arrows) {
        let (x1, y1, x2, y2) = (x(from), y(from) + BOX.1, x(to), y(to));
        let bend = (y2 - y1) / 2;
        // A long way goes straight down first where it ends, beside what stands between.
        let (b1, b2) = if y2 - y1 > ROW { (ROW / 3, (y2 - y1) * 4 / 5) } else { (bend, bend) };
        let _ = writeln!(
            out,
            "<path d=\"M{x1},{y1} C{x1},{} {x2},{} {x2},{y2}\" fill=\"none\" stroke=\"#5b6470\" stroke-width=\"1.5\" \
             marker-end=\"url(#tip)\"/>",
            y1 + b1,
            y2 - b2,
        );
    }
    for (room, what) in rooms {
        let (left, above) = (x(room) - BOX.0 / 2, y(room));
        let _ = writeln!(
            out,
            "<rect x=\"{left}\" y=\"{above}\" width=\"{}\" height=\"{}\" rx=\"6\" fill=\"{}\" stroke=\"#27303b\"/>",
            BOX.0,
            BOX.1,
            colour(room),
        );
        let _ = writeln!(
            out,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\" font-family=\"monospace\" font-weight=\"bold\" font-size=\"15\" \
             fill=\"#111111\">{room}</text>",
            x(room),
            above + 19,
        );
        for (number, line) in wrapped(what, 38).iter().enumerate() {
            let _ = writeln!(
                out,
                "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\" font-size=\"11.5\" fill=\"#27303b\">{line}</text>",
                x(room),
                above + 36 + 15 * number as u32,
            );
        }
    }
    out + "</svg>\n"
}

/// What is simulated, what judges and tells, and what both stand on.
fn colour(room: &str) -> &'static str {
    match room {
        "app" | "cluster" | "client" | "net" | "node" | "world" => "#dcebf9",
        "assignor" | "sim" | "protocol" | "history" => "#e9e9e4",
        _ => "#f8ead2",
    }
}

/// Two lines at most: a box has no room for more.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("there is one");
        if line.is_empty() {
            *line = word.to_owned();
        } else if line.chars().count() + 1 + word.chars().count() <= width {
            *line += &format!(" {word}");
        } else {
            lines.push(word.to_owned());
        }
    }
    assert!(lines.len() <= 2, "too long for a box of the picture: {text}");
    lines
}
