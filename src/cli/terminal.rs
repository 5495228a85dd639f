//! The terminal as a screen of cells: taken for a while, and always given back as it was.

use std::io::{self, Stdout, Write, stdout};
use std::panic;
use std::sync::Once;

use crossterm::cursor::{Hide, MoveTo, Show};
use crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use crossterm::style::{Attribute, Color as Ink, Print, SetAttribute, SetForegroundColor};
use crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode, size,
};
use crossterm::{execute, queue};
use ratatui_core::buffer::{Buffer, Cell};
use ratatui_core::layout::Rect;
use ratatui_core::style::{Color, Modifier};

use crate::step::keys::Key;

/// A terminal that is taken. When it is dropped, or somebody panics, it is as it was before.
pub struct Terminal {
    out: Stdout,
    /// What it shows; none: nobody knows.
    shown: Option<Buffer>,
}

impl Terminal {
    /// Takes it.
    ///
    /// # Errors
    /// Those of the terminal.
    pub fn take() -> io::Result<Terminal> {
        restored_on_panic();
        enable_raw_mode()?;
        let mut terminal = Terminal { out: stdout(), shown: None };
        execute!(terminal.out, EnterAlternateScreen, Hide)?;
        Ok(terminal)
    }
    /// Shows what is drawn; only cells that are others than before are written.
    ///
    /// # Errors
    /// Those of the terminal.
    pub fn draw(&mut self, draw: impl FnOnce(Rect, &mut Buffer)) -> io::Result<()> {
        let (width, height) = size()?;
        let area = Rect { x: 0, y: 0, width, height };
        let mut next = Buffer::empty(area);
        draw(area, &mut next);
        let before = match self.shown.take().filter(|shown| shown.area == area) {
            Some(before) => before,
            None => {
                queue!(self.out, SetAttribute(Attribute::Reset), Clear(ClearType::All))?;
                Buffer::empty(area)
            }
        };
        for (x, y, cell) in before.diff(&next) {
            write(&mut self.out, x, y, cell)?;
        }
        self.shown = Some(next);
        self.out.flush()
    }
    /// Waits for a key. When the size of the terminal changes, that is told as one that means nothing.
    ///
    /// # Errors
    /// Those of the terminal.
    pub fn key(&mut self) -> io::Result<Key> {
        loop {
            match event::read()? {
                Event::Key(key) if key.kind != KeyEventKind::Release => {
                    if let Some(key) = known(key) {
                        return Ok(key);
                    }
                }
                Event::Resize(..) => return Ok(Key::Resized),
                _ => {}
            }
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        restore();
    }
}

fn known(key: KeyEvent) -> Option<Key> {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    Some(match key.code {
        KeyCode::Char('c' | 'd') if control => Key::Interrupt,
        KeyCode::Char(_) if control || key.modifiers.contains(KeyModifiers::ALT) => return None,
        KeyCode::Char(c) => Key::Char(c),
        KeyCode::Enter => Key::Enter,
        KeyCode::Esc => Key::Escape,
        KeyCode::Backspace => Key::Backspace,
        KeyCode::Left => Key::Left,
        KeyCode::Right => Key::Right,
        KeyCode::Up => Key::Up,
        KeyCode::Down => Key::Down,
        KeyCode::PageUp => Key::PageUp,
        KeyCode::PageDown => Key::PageDown,
        KeyCode::Home => Key::Home,
        KeyCode::End => Key::End,
        _ => return None,
    })
}

fn write(out: &mut Stdout, x: u16, y: u16, cell: &Cell) -> io::Result<()> {
    queue!(out, MoveTo(x, y), SetAttribute(Attribute::Reset), SetForegroundColor(ink(cell.fg)))?;
    if cell.modifier.contains(Modifier::BOLD) {
        queue!(out, SetAttribute(Attribute::Bold))?;
    }
    queue!(out, Print(cell.symbol()))
}

/// The colours that the view uses.
fn ink(colour: Color) -> Ink {
    match colour {
        Color::Green => Ink::DarkGreen,
        Color::Red => Ink::DarkRed,
        Color::Yellow => Ink::DarkYellow,
        Color::Magenta => Ink::DarkMagenta,
        Color::Cyan => Ink::DarkCyan,
        Color::DarkGray => Ink::DarkGrey,
        _ => Ink::Reset,
    }
}

/// Gives the terminal back. What fails here cannot be told to anybody.
fn restore() {
    let _ = execute!(stdout(), SetAttribute(Attribute::Reset), LeaveAlternateScreen, Show);
    let _ = disable_raw_mode();
}

/// What a panic says is to stand on the screen that stays.
fn restored_on_panic() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            restore();
            before(panic);
        }));
    });
}
