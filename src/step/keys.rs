//! A person at a terminal: keys in, a screen out. The terminal itself is somebody else's.

use ratatui_core::buffer::Buffer;
use ratatui_core::layout::Rect;

use super::command::{Place, Refusal, StepCommand, Stride};
use super::dialog::Footnote;
use super::screen::Screen;
use super::session::{Debugger, Reply};
use super::view::{self, Surroundings};
use crate::sim::time::Nanos;

/// A key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Key {
    Char(char),
    Enter,
    Escape,
    Backspace,
    Left,
    Right,
    Up,
    Down,
    PageUp,
    PageDown,
    Home,
    End,
    /// Ctrl-C, Ctrl-D.
    Interrupt,
    /// No key: the terminal has another size.
    Resized,
}

/// Lines that PgUp and PgDn scroll.
const PAGE: usize = 10;
/// Lines of a message at most.
const MESSAGE: usize = 12;

/// See the module.
pub struct Desk<'f> {
    session: Debugger,
    footnote: Footnote<'f>,
    frame: Surroundings,
    /// How far it can be scrolled, as drawn last.
    most: usize,
}

impl<'f> Desk<'f> {
    /// Before the first key.
    pub fn new(session: Debugger, footnote: Footnote<'f>) -> Desk<'f> {
        let frame = Surroundings {
            message: vec!["n goes to the next fact, ? says what else there is".into()],
            ..Surroundings::default()
        };
        Desk { session, footnote, frame, most: 0 }
    }
    /// What it is about.
    pub fn session(&self) -> &Debugger {
        &self.session
    }
    /// Draws it.
    pub fn draw(&mut self, area: Rect, buffer: &mut Buffer) {
        self.most = view::draw(&Screen::of(&self.session), &self.frame, area, buffer);
    }
    /// Takes a key. Returns whether it goes on.
    pub fn press(&mut self, key: Key) -> bool {
        match key {
            Key::Interrupt => return false,
            Key::Resized => return true,
            _ => {}
        }
        if std::mem::take(&mut self.frame.help) {
            return true;
        }
        if self.frame.prompt.is_some() {
            return self.type_on(key);
        }
        let second = Stride::Time(Nanos::from_secs(1));
        match key {
            Key::Char('q') => return false,
            Key::Char('?' | 'h') => self.frame.help = true,
            Key::Char('n') | Key::Right => return self.obey(StepCommand::Next(Stride::Fact, 1)),
            Key::Char('p') | Key::Left => return self.obey(StepCommand::Back(Stride::Fact, 1)),
            Key::Char('e') => return self.obey(StepCommand::Next(Stride::Event, 1)),
            Key::Char('E') => return self.obey(StepCommand::Back(Stride::Event, 1)),
            Key::Char('f') => return self.obey(StepCommand::Next(Stride::Fault, 1)),
            Key::Char('F') => return self.obey(StepCommand::Back(Stride::Fault, 1)),
            Key::Char('t') => return self.obey(StepCommand::Next(second, 1)),
            Key::Char('T') => return self.obey(StepCommand::Back(second, 1)),
            Key::Char('g') => return self.obey(StepCommand::Go),
            Key::Char('G') => return self.obey(StepCommand::Rewind),
            Key::Home => return self.obey(StepCommand::To(Place::Start)),
            Key::End => return self.obey(StepCommand::To(Place::End)),
            Key::Char('b') => self.frame.prompt = Some("break ".into()),
            Key::Char('o') => self.frame.prompt = Some("follow ".into()),
            Key::Char('i') => self.frame.prompt = Some("inject ".into()),
            Key::Char(':') => self.frame.prompt = Some(String::new()),
            Key::Up => self.frame.scrolled = self.frame.scrolled.min(self.most).saturating_sub(1),
            Key::Down => self.frame.scrolled = (self.frame.scrolled + 1).min(self.most),
            Key::PageUp => self.frame.scrolled = self.frame.scrolled.min(self.most).saturating_sub(PAGE),
            Key::PageDown => self.frame.scrolled = (self.frame.scrolled + PAGE).min(self.most),
            Key::Char(_) | Key::Enter | Key::Escape | Key::Backspace | Key::Interrupt | Key::Resized => {}
        }
        true
    }

    /// A key while a command is typed.
    fn type_on(&mut self, key: Key) -> bool {
        let Some(prompt) = &mut self.frame.prompt else { return true };
        match key {
            Key::Char(c) => prompt.push(c),
            Key::Backspace if prompt.is_empty() => self.frame.prompt = None,
            Key::Backspace => drop(prompt.pop()),
            Key::Escape => self.frame.prompt = None,
            Key::Enter => {
                let line = std::mem::take(prompt);
                self.frame.prompt = None;
                if line.trim().is_empty() {
                    return true;
                }
                let said = self.session.say(&line);
                return self.answer(said);
            }
            _ => {}
        }
        true
    }

    fn obey(&mut self, command: StepCommand) -> bool {
        let said = self.session.obey(command);
        self.answer(said)
    }

    fn answer(&mut self, said: Result<Reply, Refusal>) -> bool {
        let message = match said {
            Ok(Reply::Quit) => return false,
            Ok(Reply::Help) => {
                self.frame.help = true;
                String::new()
            }
            Ok(Reply::Show) => String::new(),
            Ok(Reply::Moved(text) | Reply::Said(text)) => text,
            Ok(Reply::Changed(text)) => format!("{text}\n{}", (self.footnote)(&self.session)),
            Err(refusal) => refusal.to_string(),
        };
        self.frame.message = message.lines().take(MESSAGE).map(str::to_owned).collect();
        true
    }
}
