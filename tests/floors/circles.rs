//! Within a room the files have an order, too: no file uses one that uses it, by however many steps.
//!
//! A circle of files is one big file that is cut into pieces: none of them can be read, tested or replaced alone.
//! What a file uses is read from its paths (`crate::`, `super::`, `self::` and those that begin with a child). What
//! a `mod.rs` passes on with `pub use` it does not use itself: whoever takes it from there uses the file that it is
//! in.

use std::collections::{BTreeMap, BTreeSet};

use super::reader::{Source, code, paths_from, sources};

/// The rooms that are held to it.
const ROOMS: &[&str] = &["app", "assignor", "check", "client", "cluster", "net"];

/// Circles that are still there: what they are, and their files. This list only gets shorter; a circle that gets
/// smaller is still in it.
const KNOWN: &[(&str, &[&str])] = &[];

#[test]
fn the_files_of_a_room_are_no_circle() {
    let house = House::new(sources());
    let mut faults = Vec::new();
    for circle in house.circles().into_iter().filter(|circle| ROOMS.contains(&house.room(circle[0]))) {
        let names: Vec<&str> = circle.iter().map(|file| house.name(*file)).collect();
        if !KNOWN.iter().any(|(_, known)| names.iter().all(|name| known.contains(name))) {
            faults.push(format!("in a circle: {}\n{}", names.join(", "), house.arrows_within(&circle)));
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn a_known_circle_that_is_gone_is_struck_off() {
    let house = House::new(sources());
    let circles: Vec<Vec<&str>> =
        house.circles().iter().map(|circle| circle.iter().map(|file| house.name(*file)).collect()).collect();
    let there = |known: &[&str]| circles.iter().any(|circle| circle.iter().all(|name| known.contains(name)));
    let gone: Vec<&str> = KNOWN.iter().filter(|(_, known)| !there(known)).map(|(what, _)| *what).collect();
    assert!(gone.is_empty(), "no circle any more: {gone:#?}");
}

#[test]
fn a_circle_is_found() {
    let file = |name: &str, text: &str| Source {
        name: name.into(),
        room: name.split('/').next().unwrap_or_default().trim_end_matches(".rs").into(),
        text: text.into(),
    };
    let house = House::new(vec![
        file("a/mod.rs", "mod b;\nmod c;\nmod d;\npub use b::B;\nuse d::{D, E as F};\n// use c::C;"),
        file("a/b.rs", "use super::c::{self, C};\n\n#[cfg(test)]\nmod tests {\n    use super::d::D; }"),
        file("a/c.rs", "pub struct C; fn f(b: crate::a::B) {}"),
        file("a/d.rs", "use crate::z::Z;"),
        file("z.rs", ""),
    ]);
    let uses = |name: &str| house.uses_of(name).into_iter().collect::<Vec<_>>();
    assert_eq!(uses("a/mod.rs"), ["a/d.rs"], "what it passes on it does not use");
    assert_eq!(uses("a/b.rs"), ["a/c.rs"]);
    assert_eq!(uses("a/c.rs"), ["a/b.rs"], "what is passed on is where it is");
    assert_eq!(uses("a/d.rs"), ["z.rs"]);
    let circles: Vec<Vec<&str>> =
        house.circles().iter().map(|circle| circle.iter().map(|file| house.name(*file)).collect()).collect();
    assert_eq!(circles, [["a/b.rs", "a/c.rs"]]);
}

/// All files and their arrows.
pub struct House {
    files: Vec<Source>,
    /// By module path: the file.
    modules: BTreeMap<String, usize>,
    /// By file: what it passes on, as name and path.
    passed_on: Vec<BTreeMap<String, String>>,
    /// By file: the files that it uses.
    uses: Vec<BTreeSet<usize>>,
}

impl House {
    pub fn new(files: Vec<Source>) -> House {
        let modules = files.iter().enumerate().map(|(number, file)| (module_of(&file.name), number)).collect();
        let mut house = House { uses: vec![BTreeSet::new(); files.len()], passed_on: Vec::new(), modules, files };
        let codes: Vec<(String, String)> = house.files.iter().map(|file| split_reexports(&code(&file.text))).collect();
        for (number, (_, reexports)) in codes.iter().enumerate() {
            let paths = house.paths(number, reexports);
            let last = |path: String| (path.rsplit("::").next().unwrap_or_default().to_owned(), path);
            house.passed_on.push(paths.into_iter().map(last).collect());
        }
        for (number, (own, _)) in codes.iter().enumerate() {
            let used: BTreeSet<usize> =
                house.paths(number, own).iter().filter_map(|path| house.file_of(path, 0)).collect();
            house.uses[number] = used.into_iter().filter(|file| *file != number).collect();
        }
        house
    }
    pub fn name(&self, file: usize) -> &str {
        &self.files[file].name
    }
    pub fn room(&self, file: usize) -> &str {
        &self.files[file].room
    }
    /// The arrows, from who uses to what is used.
    pub fn arrows(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.uses.iter().enumerate().flat_map(|(from, uses)| uses.iter().map(move |to| (from, *to)))
    }
    fn uses_of(&self, name: &str) -> BTreeSet<&str> {
        let file = self.files.iter().position(|file| file.name == name).expect("there is such a file");
        self.uses[file].iter().map(|used| self.name(*used)).collect()
    }

    /// The paths that a code names, from the root of the crate.
    fn paths(&self, file: usize, code: &str) -> BTreeSet<String> {
        let module = module_of(&self.files[file].name);
        let mut found = paths_from(code, "crate");
        found.extend(paths_from(code, "self").into_iter().map(|path| format!("{module}::{path}")));
        for path in paths_from(code, "super") {
            let (mut above, mut rest) = (parent(&module), path.as_str());
            while let Some(higher) = rest.strip_prefix("super::") {
                (above, rest) = (parent(above), higher);
            }
            found.insert(if above.is_empty() { rest.to_owned() } else { format!("{above}::{rest}") });
        }
        let prefix = format!("{module}::");
        let children = self.modules.keys().filter_map(|known| known.strip_prefix(&prefix));
        for child in children.filter(|child| !child.contains("::")) {
            found.extend(paths_from(code, child).into_iter().map(|path| format!("{prefix}{child}::{path}")));
        }
        found
    }
    /// The file in which what a path names is.
    fn file_of(&self, path: &str, depth: usize) -> Option<usize> {
        let mut module = path;
        while !self.modules.contains_key(module) {
            module = module.rsplit_once("::").map(|(above, _)| above)?;
        }
        let file = self.modules[module];
        let name = path[module.len()..].trim_start_matches("::").split("::").next().unwrap_or_default();
        match self.passed_on.get(file).and_then(|passed| passed.get(name)) {
            Some(path) if depth < 8 => self.file_of(path, depth + 1),
            _ => Some(file),
        }
    }

    /// Groups of files that all reach each other, within one room (Tarjan's components would do the same faster).
    pub fn circles(&self) -> Vec<Vec<usize>> {
        let reach: Vec<BTreeSet<usize>> = (0..self.files.len()).map(|file| self.reach(file)).collect();
        let mut circles = Vec::new();
        let mut seen = BTreeSet::new();
        for file in 0..self.files.len() {
            let mut circle: Vec<usize> =
                reach[file].iter().copied().filter(|other| reach[*other].contains(&file)).collect();
            if circle.len() > 1 && seen.insert(circle.clone()) {
                circle.sort_by_key(|file| self.name(*file));
                circles.push(circle);
            }
        }
        circles
    }
    fn reach(&self, from: usize) -> BTreeSet<usize> {
        let (mut reached, mut open) = (BTreeSet::new(), vec![from]);
        while let Some(file) = open.pop() {
            let near = self.uses[file].iter().filter(|to| self.room(**to) == self.room(from));
            open.extend(near.filter(|to| reached.insert(**to)));
        }
        reached
    }
    fn arrows_within(&self, circle: &[usize]) -> String {
        let within = self.arrows().filter(|(from, to)| circle.contains(from) && circle.contains(to));
        within.map(|(from, to)| format!("    {} -> {}\n", self.name(from), self.name(to))).collect()
    }
}

/// `cluster/broker/mod.rs` is `cluster::broker`.
fn module_of(name: &str) -> String {
    let path = name.trim_end_matches(".rs");
    path.strip_suffix("/mod").unwrap_or(path).replace('/', "::")
}
fn parent(module: &str) -> &str {
    module.rsplit_once("::").map_or("", |(above, _)| above)
}

/// The code without what it passes on, and that alone.
fn split_reexports(code: &str) -> (String, String) {
    let (mut own, mut passed) = (String::new(), String::new());
    let mut rest = code;
    while let Some(at) = rest.find("pub") {
        let statement = &rest[at..];
        let after = statement[3..]
            .trim_start_matches(|c: char| c == '(' || c == ')' || c.is_alphanumeric() || "_: ".contains(c));
        let head = &statement[..statement.len() - after.len()];
        let is_use = head.split_whitespace().any(|word| word == "use");
        let end = if is_use { statement.find(';').map_or(statement.len(), |end| end + 1) } else { 3 };
        own += &rest[..at];
        if is_use {
            passed += &statement[..end]
        } else {
            own += &statement[..end]
        }
        rest = &statement[end..];
    }
    (own + rest, passed)
}
