//! A story as a Mermaid sequence diagram: places side by side, messages between them.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::Story;
use super::cause::StoryCause;
use super::graph::Tie;
use super::stamps::{PassportStation, Stamp, lightened};

/// Most arrows and notes of a diagram: more is not readable, and viewers refuse long texts.
const MOST: usize = 60;

/// The diagram. What is beyond sixty arrows and notes is left out, the least important first, and the diagram says so.
pub fn mermaid(story: &Story) -> String {
    let all = story.stamps.len();
    let kept = lightened(story.stamps.clone(), MOST, |light| light.len() / 2);
    let mut out = String::from("sequenceDiagram\n");
    let places = places(&kept);
    for (name, id) in &places.order {
        let _ = writeln!(out, "    participant {id} as {}", escaped(name));
    }
    if let (Some(cause), Some((_, first)), Some((_, last))) = (story.cause, places.order.first(), places.order.last()) {
        let across = if first == last { first.clone() } else { format!("{first},{last}") };
        let text = format!("{}: {}", cause.name(), story.sentence);
        let _ = writeln!(out, "    Note over {across}: {}", lines(&text, 80));
    }
    for stamp in &kept {
        let from = story.stamps.iter().position(|known| known == stamp).and_then(|to| came_from(story, to));
        let to = &places.ids[&stamp.place];
        let text = format!("{} {}", stamp.at, lines(&stamp.words(), 48));
        match from.and_then(|from| places.ids.get(from)) {
            Some(from) => _ = writeln!(out, "    {from}{}{to}: {text}", arrow(stamp)),
            None => _ = writeln!(out, "    Note over {to}: {text}"),
        }
        if stamp.station == PassportStation::Acknowledged && story.cause == Some(StoryCause::Acks0RequestLost) {
            lost_request(&mut out, to, &places);
        }
    }
    if kept.len() < all {
        let (_, first) = &places.order[0];
        let _ = writeln!(out, "    Note over {first}: {} of {all} stations are left out", all - kept.len());
    }
    out
}

/// A request that never arrives: it is in no log, so there is no station for it.
fn lost_request(out: &mut String, from: &str, places: &Places) {
    let other = places.order.iter().find(|(name, _)| name.starts_with("broker ")).map(|(_, id)| id.as_str());
    let _ = writeln!(out, "    {from}-x{}: the request is lost", other.unwrap_or(from));
}

/// From which other place the message came that led to a stamp.
fn came_from(story: &Story, to: usize) -> Option<&str> {
    let bonds = story.bonds.iter().filter(|bond| bond.to == to && bond.tie == Tie::Message);
    bonds.map(|bond| story.stamps[bond.from].place.as_str()).next_back()
}

/// A full line for what is asked, a broken one for what is answered.
fn arrow(stamp: &Stamp) -> &'static str {
    match stamp.station {
        PassportStation::Acknowledged
        | PassportStation::Retried
        | PassportStation::Fetched
        | PassportStation::Replicated
        | PassportStation::Cut => "-->>",
        _ => "->>",
    }
}

struct Places {
    /// In the order in which they come up.
    order: Vec<(String, String)>,
    ids: BTreeMap<String, String>,
}

fn places(stamps: &[Stamp]) -> Places {
    let mut places = Places { order: Vec::new(), ids: BTreeMap::new() };
    for stamp in stamps {
        if !places.ids.contains_key(&stamp.place) {
            let id = format!("p{}", places.order.len());
            places.order.push((stamp.place.clone(), id.clone()));
            places.ids.insert(stamp.place.clone(), id);
        }
    }
    places
}

/// Broken where it is long, each part escaped.
fn lines(text: &str, width: usize) -> String {
    let parts: Vec<String> = super::super::human::wrap(text, width).iter().map(|line| escaped(line)).collect();
    parts.join("<br/>")
}

/// What means something to Mermaid as an entity: `#` and `;`, angle brackets, and the bare word `end`.
pub fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '#' | ';' | '<' | '>' | '&' | '"' | '%' | '\\' | '`' => _ = write!(out, "#{};", u32::from(c)),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    let words: Vec<String> = out
        .split(' ')
        .map(|word| {
            if word.eq_ignore_ascii_case("end") {
                format!("{}#110;{}", &word[..1], &word[2..])
            } else {
                word.to_owned()
            }
        })
        .collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_is_taken_for_mermaid() {
        assert_eq!(escaped("a;b # c"), "a#59;b #35; c");
        assert_eq!(escaped("in the end it ended"), "in the e#110;d it ended");
        assert_eq!(escaped("<b>\n%%"), "#60;b#62; #37;#37;");
    }
}
