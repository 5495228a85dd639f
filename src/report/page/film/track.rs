//! One value over time, as the frames in which it changed.

use serde_json::Value;

/// See the module.
#[derive(Clone, Debug)]
pub struct Track<T> {
    /// What it is now.
    pub now: T,
    changes: Vec<(u32, T)>,
}

impl<T: Clone + PartialEq> Track<T> {
    /// Before the first frame.
    pub fn new(now: T) -> Track<T> {
        Track { now, changes: Vec::new() }
    }
    /// The next frame is taken.
    pub fn expose(&mut self, frame: u32) {
        if self.changes.last().is_none_or(|(_, last)| *last != self.now) {
            self.changes.push((frame, self.now.clone()));
        }
    }
    /// `[frame, value, frame, value, ...]`, of the frames that are kept: `places` says which number each has then, and
    /// a frame that is not kept has that of the next one that is.
    pub fn json(&self, places: &[u32], value: impl Fn(&T) -> Value) -> Value {
        let mut kept: Vec<(u32, &T)> = Vec::with_capacity(self.changes.len());
        for (frame, now) in &self.changes {
            let place = places[*frame as usize];
            // The last change before a frame is what that frame shows.
            if kept.last().is_some_and(|(last, _)| *last == place) {
                kept.pop();
            }
            if kept.last().is_none_or(|(_, last)| *last != now) {
                kept.push((place, now));
            }
        }
        Value::Array(kept.into_iter().flat_map(|(place, now)| [Value::from(place), value(now)]).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_that_is_left_out_gives_its_changes_to_the_next() {
        let mut track = Track::new(0);
        for (frame, now) in [0, 1, 1, 2, 3].into_iter().enumerate() {
            track.now = now;
            track.expose(frame as u32);
        }
        assert_eq!(track.json(&[0, 1, 2, 3, 4], |n| Value::from(*n)).to_string(), "[0,0,1,1,3,2,4,3]");
        // Frames 1 and 3 are left out.
        assert_eq!(track.json(&[0, 1, 1, 2, 2], |n| Value::from(*n)).to_string(), "[0,0,1,1,2,3]");
    }
}
