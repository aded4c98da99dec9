//! Characters that look like others, or like nothing, and bytes that are not UTF-8.

use unicode_normalization::UnicodeNormalization as _;

use crate::{
    finding::{Finding, Slip},
    words::Words,
};

/// The text of a file, without a byte-order mark.
pub(crate) fn decode(file: &str, bytes: &[u8]) -> Result<String, Finding> {
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Err(Finding::new(file, 1, Words::of("not-utf-8-but-utf-16")));
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => match lone_carriage_return(text) {
            None => Ok(text.to_owned()),
            Some(line) => Err(Finding::new(file, line, Words::of("lone-carriage-return"))),
        },
        Err(error) => {
            let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let line = 1 + before.iter().filter(|byte| **byte == b'\n').count() as u64;
            let words = if is_shift_jis(bytes) {
                Words::of("not-utf-8-but-shift-jis")
            } else {
                Words::of("not-utf-8-but-latin")
            };
            Err(Finding::new(file, line, words))
        }
    }
}

/// The line of a carriage return that no line feed follows: some programs end a line there, and
/// others do not.
fn lone_carriage_return(text: &str) -> Option<u64> {
    let at = text.replace("\r\n", "\n\n").find('\r')?;
    let before = text.get(..at).unwrap_or_default();
    Some(1 + before.matches('\n').count() as u64)
}

/// Whether a comment shows all that it holds.
pub(crate) fn comment(text: &str) -> Result<(), Slip> {
    seen(&text.replace('\t', " "))
}

/// Text of names, dates and keywords: plain ASCII, so that two that look alike are alike.
pub(crate) fn plain(text: &str) -> Result<(), Slip> {
    seen(text)?;
    let Some(odd) = text.chars().find(|c| !c.is_ascii()) else {
        return Ok(());
    };
    let words = |id| {
        Words::of(id)
            .with("odd", odd)
            .with("code", code_point(odd))
            .with("text", text)
    };
    let folded: String = text.nfkc().collect();
    if folded.is_ascii() {
        return Err(Slip::mended(words("full-width-character"), folded));
    }
    let id = if text.chars().any(|c| c.is_ascii_alphabetic()) && odd.is_alphabetic() {
        "mixed-scripts"
    } else {
        "character-not-plain"
    };
    let kept: String = text.nfkc().filter(char::is_ascii).collect();
    Err(Slip::new(words(id).with("kept", kept)))
}

/// Text for people to read: titles and names of organisations, brought to NFC.
pub(crate) fn free(text: &str) -> Result<String, Slip> {
    seen(text)?;
    Ok(text.nfc().collect())
}

/// The full-width marks that stand where a comma, semicolon, colon or quote is meant.
pub(crate) fn full_width_mark(text: &str) -> Option<char> {
    text.chars().find(|c| {
        matches!(
            c,
            '，' | '、' | '；' | '：' | '＂' | '＊' | '｜' | '﹐' | '､'
        )
    })
}

/// The same text with full-width forms in their ASCII shape.
pub(crate) fn narrow(text: &str) -> String {
    text.replace(['、', '､'], ",").nfkc().collect()
}

/// Refuses what cannot be seen: zero-width characters, direction marks, controls, and the mark a
/// failed conversion leaves.
fn seen(text: &str) -> Result<(), Slip> {
    let Some(odd) = text.chars().find(|c| unseen(*c)) else {
        return Ok(());
    };
    let cleaned: String = text.chars().filter(|c| !unseen(*c)).collect();
    let words = Words::of("character-not-seen")
        .with("code", code_point(odd))
        .with("text", &cleaned);
    Err(Slip::mended(words, cleaned))
}

/// How a character is named: `U+200B`.
pub(crate) fn code_point(c: char) -> String {
    format!("U+{:04X}", c as u32)
}

/// Whether a character cannot be seen.
pub(crate) fn unseen(c: char) -> bool {
    c.is_control()
        || matches!(u32::from(c),
            0x00AD | 0x034F | 0x061C | 0x115F | 0x1160 | 0x17B4 | 0x17B5 | 0x180B..=0x180F
            | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F | 0x3164 | 0xFE00..=0xFE0F
            | 0xFEFF | 0xFFA0 | 0xFFF0..=0xFFFD | 0xE0000..=0xE007F)
}

/// Whether every byte fits Shift-JIS: ASCII, half-width katakana, or a lead and a trail byte.
fn is_shift_jis(bytes: &[u8]) -> bool {
    let mut rest = bytes.iter();
    while let Some(byte) = rest.next() {
        match byte {
            0x00..=0x7F | 0xA1..=0xDF => {}
            0x81..=0x9F | 0xE0..=0xFC => match rest.next() {
                Some(0x40..=0x7E | 0x80..=0xFC) => {}
                _ => return false,
            },
            _ => return false,
        }
    }
    true
}
