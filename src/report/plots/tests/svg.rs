//! Reads back what was drawn.

/// An element of a picture.
#[derive(Clone, Debug)]
pub struct Element {
    pub tag: String,
    attributes: Vec<(String, String)>,
    pub text: String,
}

/// A rectangle: left, top, right, bottom.
pub type Area = (i32, i32, i32, i32);

impl Element {
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
    pub fn number(&self, name: &str) -> i32 {
        self.attribute(name).unwrap().parse().unwrap()
    }
    /// All places that it touches.
    pub fn area(&self) -> Option<Area> {
        let n = |name| self.number(name);
        match self.tag.as_str() {
            "rect" => Some((n("x"), n("y"), n("x") + n("width"), n("y") + n("height"))),
            "line" => Some((n("x1").min(n("x2")), n("y1").min(n("y2")), n("x1").max(n("x2")), n("y1").max(n("y2")))),
            "circle" => Some((n("cx") - n("r"), n("cy") - n("r"), n("cx") + n("r"), n("cy") + n("r"))),
            "polyline" | "polygon" => {
                let point = |p: &str| p.split_once(',').map(|(x, y)| (x.parse().unwrap(), y.parse().unwrap())).unwrap();
                let points: Vec<(i32, i32)> = self.attribute("points").unwrap().split_whitespace().map(point).collect();
                let (xs, ys) = (points.iter().map(|p| p.0), points.iter().map(|p| p.1));
                Some((xs.clone().min()?, ys.clone().min()?, xs.max()?, ys.max()?))
            }
            "text" => Some(self.text_area()),
            _ => None,
        }
    }
    fn text_area(&self) -> Area {
        let size: i32 = self.attribute("font-size").unwrap().parse().expect("a whole font size");
        let bold = self.attribute("font-weight").is_some();
        let width = super::super::canvas::Font { size, color: super::super::palette::INK, bold }.width(&self.text);
        let (x, y) = (self.number("x"), self.number("y"));
        let left = match self.attribute("text-anchor").unwrap() {
            "start" => x,
            "middle" => x - width / 2,
            _ => x - width,
        };
        (left, y - size / 2, left + width, y + size / 2)
    }
}

/// The elements in order; panics where the text is no XML.
pub fn parse(svg: &str) -> Vec<Element> {
    let mut elements = Vec::new();
    let mut open: Vec<Element> = Vec::new();
    let mut rest = svg;
    while let Some(at) = rest.find('<') {
        if let Some(element) = open.last_mut() {
            element.text.push_str(&unescape(rest[..at].trim_matches('\n')));
        } else {
            assert!(rest[..at].trim().is_empty(), "text outside of elements: {}", &rest[..at]);
        }
        let end = at + rest[at..].find('>').expect("a tag ends");
        let tag = &rest[at + 1..end];
        if let Some(name) = tag.strip_prefix('/') {
            let closed = open.pop().expect("something to close");
            assert_eq!(closed.tag, name);
            elements.push(closed);
        } else {
            let element = element(tag.trim_end_matches('/'));
            if tag.ends_with('/') { elements.push(element) } else { open.push(element) }
        }
        rest = &rest[end + 1..];
    }
    assert!(open.is_empty() && rest.trim().is_empty(), "everything is closed");
    elements
}

fn element(tag: &str) -> Element {
    let (name, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
    let mut attributes = Vec::new();
    while let Some((key, tail)) = rest.split_once("=\"") {
        let (value, tail) = tail.split_once('"').expect("a quoted value");
        attributes.push((key.trim().to_string(), unescape(value)));
        rest = tail;
    }
    assert!(rest.trim().is_empty(), "{tag}");
    Element { tag: name.to_string(), attributes, text: String::new() }
}

fn unescape(text: &str) -> String {
    for entity in text.match_indices('&').map(|(i, _)| &text[i..]) {
        assert!(["&amp;", "&lt;", "&gt;", "&quot;", "&apos;"].iter().any(|e| entity.starts_with(e)), "{entity}");
    }
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'").replace("&amp;", "&")
}
