//! Characters that look like others, or like nothing, and bytes that are not UTF-8.

use unicode_normalization::UnicodeNormalization as _;

use crate::finding::{Finding, Slip};

/// The text of a file, without a byte-order mark.
pub(crate) fn decode(file: &str, bytes: &[u8]) -> Result<String, Finding> {
    const WHY: &str = "bytes read in the wrong encoding turn one name into another, so that a rule no longer meets whom it is about";
    let finding = |line, what: String, instead: &str| Finding {
        file: file.to_owned(),
        line,
        what,
        why: WHY.to_owned(),
        instead: instead.to_owned(),
    };
    const SAVE: &str =
        "<the same file, saved as CSV UTF-8 (Excel) or with encoding UTF-8 (LibreOffice, editors)>";

    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Err(finding(1, "the file is UTF-16, not UTF-8".to_owned(), SAVE));
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(error) => {
            let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let line = 1 + before.iter().filter(|byte| **byte == b'\n').count() as u64;
            let likely = if is_shift_jis(bytes) {
                "it is likely Shift-JIS, as spreadsheets on Japanese Windows save it"
            } else {
                "it is likely Windows-1252 or Latin-1"
            };
            Err(finding(
                line,
                format!("the file is not UTF-8; {likely}"),
                SAVE,
            ))
        }
    }
}

/// Text of names, dates and keywords: plain ASCII, so that two that look alike are alike.
pub(crate) fn plain(text: &str) -> Result<(), Slip> {
    seen(text)?;
    let Some(odd) = text.chars().find(|c| !c.is_ascii()) else {
        return Ok(());
    };
    let folded: String = text.nfkc().collect();
    let (what, instead) = if folded.is_ascii() {
        ("the full-width or styled character", folded)
    } else if text.chars().any(|c| c.is_ascii_alphabetic()) && odd.is_alphabetic() {
        ("a letter of another script among Latin ones,", latin(text))
    } else {
        ("the character", latin(text))
    };
    Err(Slip::new(
        format!("{what} `{odd}` (U+{:04X}) stands in `{text}`", odd as u32),
        "casbin compares bytes: a look-alike is another name, so an allow misses its person and a deny bars nobody",
        instead,
    ))
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
    Err(Slip::new(
        format!(
            "a character that cannot be seen (U+{:04X}) stands in `{cleaned}`",
            odd as u32
        ),
        "two names that look the same on the screen are not the same, and nobody can tell which one a rule means",
        cleaned,
    ))
}

fn unseen(c: char) -> bool {
    c.is_control()
        || matches!(u32::from(c),
            0x00AD | 0x034F | 0x061C | 0x115F | 0x1160 | 0x17B4 | 0x17B5 | 0x180B..=0x180F
            | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F | 0x3164 | 0xFE00..=0xFE0F
            | 0xFEFF | 0xFFA0 | 0xFFF0..=0xFFFD | 0xE0000..=0xE007F)
}

/// What is left to write when the characters that are not Latin are taken out.
fn latin(text: &str) -> String {
    let kept: String = text.nfkc().filter(char::is_ascii).collect();
    format!(
        "<{} in ASCII letters>",
        if kept.is_empty() { "the name" } else { &kept }
    )
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
