//! Colours and fonts. The colours are Okabe and Ito's, told apart by colour-blind eyes too.

use plotters::style::RGBColor;

use super::canvas::Font;

/// Page.
pub const WHITE: RGBColor = RGBColor(255, 255, 255);
/// Text.
pub const INK: RGBColor = RGBColor(34, 34, 34);
/// Text that steps back: axes, subtitles.
pub const MUTED: RGBColor = RGBColor(95, 95, 95);
/// Grid lines.
pub const GRID: RGBColor = RGBColor(226, 226, 226);
/// Fault windows.
pub const FAULT: RGBColor = RGBColor(120, 105, 80);
/// Okabe-Ito orange.
pub const ORANGE: RGBColor = RGBColor(0xE6, 0x9F, 0x00);
/// Okabe-Ito sky blue.
pub const SKY: RGBColor = RGBColor(0x56, 0xB4, 0xE9);
/// Okabe-Ito bluish green.
pub const GREEN: RGBColor = RGBColor(0x00, 0x9E, 0x73);
/// Okabe-Ito yellow.
pub const YELLOW: RGBColor = RGBColor(0xF0, 0xE4, 0x42);
/// Okabe-Ito blue.
pub const BLUE: RGBColor = RGBColor(0x00, 0x72, 0xB2);
/// Okabe-Ito vermillion: what went wrong.
pub const RED: RGBColor = RGBColor(0xD5, 0x5E, 0x00);
/// Okabe-Ito reddish purple.
pub const PURPLE: RGBColor = RGBColor(0xCC, 0x79, 0xA7);
/// What is summed up, the rest.
pub const GRAY: RGBColor = RGBColor(150, 150, 150);

/// Brokers, by id; red is kept for trouble.
pub const BROKERS: [RGBColor; 7] = [BLUE, ORANGE, GREEN, SKY, PURPLE, YELLOW, GRAY];

/// A picture's title.
pub const TITLE: Font = Font { size: 34, color: INK, bold: true };
/// Legends and labels.
pub const LABEL: Font = Font { size: 25, color: INK, bold: false };
/// Axes and subtitles.
pub const NOTE: Font = Font { size: 24, color: MUTED, bold: false };
/// Inside marks.
pub const TINY: Font = Font { size: 20, color: INK, bold: true };
