//! Names from outside that are safe as names of files on every system, whichever this one is.

/// What file systems take at most, in bytes.
const LONGEST: usize = 255;

/// An ending longer than this is none.
const LONGEST_ENDING: usize = 32;

/// Names of devices on Windows, whatever follows their first dot.
const DEVICES: [&str; 6] = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];

/// The name without a path, whichever system's, without characters that a system forbids or that show it as another
/// name, and no device; `None` when nothing is left of it.
pub(super) fn safe(name: &str) -> Option<String> {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let name = match name.split_at_checked(2) {
        // `C:a.txt` is a path on Windows.
        Some((drive, rest)) if drive.ends_with(':') && drive.starts_with(|c: char| c.is_ascii_alphabetic()) => rest,
        _ => name,
    };
    let allowed = |character: char| match character {
        '<' | '>' | ':' | '"' | '|' | '?' | '*' => '_',
        other => other,
    };
    let name: String = name.chars().filter(|c| !c.is_control() && !turns_direction(*c)).map(allowed).collect();
    let name = without_end(name.trim_start());
    if name.is_empty() {
        return None;
    }
    let name = shortened(if is_device(name) { format!("_{name}") } else { name.to_owned() });
    // What was cut off may have hidden another end.
    Some(without_end(&name).to_owned())
}

/// The name as Windows takes it, which drops dots and blanks at the end.
fn without_end(name: &str) -> &str {
    name.trim_end_matches(|c: char| c == '.' || c.is_whitespace())
}

/// Marks by which `gpj.exe` can look like `exe.jpg`.
fn turns_direction(character: char) -> bool {
    matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end().to_uppercase();
    let numbered = |kind: &str| {
        let number = stem.strip_prefix(kind).unwrap_or_default();
        matches!(number, "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "¹" | "²" | "³")
    };
    DEVICES.contains(&stem.as_str()) || numbered("COM") || numbered("LPT")
}

/// The name within the limit of file systems, with its ending.
fn shortened(name: String) -> String {
    if name.len() <= LONGEST {
        return name;
    }
    let (stem, ending) = match name.rfind('.').and_then(|dot| name.split_at_checked(dot)) {
        Some((stem, ending)) if ending.len() <= LONGEST_ENDING => (stem, ending),
        _ => (name.as_str(), ""),
    };
    let mut room = LONGEST.saturating_sub(ending.len());
    while !stem.is_char_boundary(room) {
        room = room.saturating_sub(1);
    }
    format!("{}{ending}", stem.get(..room).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_safe_on_every_system() {
        for (name, expected) in [
            ("quote (2) é.pdf", Some("quote (2) é.pdf")),
            (".profile", Some(".profile")),
            ("con", Some("_con")),
            ("NUL.tar.gz", Some("_NUL.tar.gz")),
            ("Lpt1 .txt", Some("_Lpt1 .txt")),
            ("com¹.log", Some("_com¹.log")),
            ("COM10.log", Some("COM10.log")),
            ("console.txt", Some("console.txt")),
            ("report.pdf:evil.exe", Some("report.pdf_evil.exe")),
            ("a?b*c|d<e>f\"g.txt", Some("a_b_c_d_e_f_g.txt")),
            ("C:evil.exe", Some("evil.exe")),
            ("trailing.txt. . ", Some("trailing.txt")),
            ("../..", None),
            ("...", None),
            (" \t\n", None),
            ("photo\u{202e}gpj.exe", Some("photogpj.exe")),
            ("a\0b\u{7f}.txt", Some("ab.txt")),
        ] {
            assert_eq!(safe(name).as_deref(), expected, "{name:?}");
        }
    }

    #[test]
    fn long_names_keep_their_ending() {
        let long = safe(&format!("{}.pdf", "é".repeat(300))).unwrap();
        assert!(long.len() <= LONGEST && long.ends_with("é.pdf"), "{}", long.len());
        assert_eq!(safe(&"x".repeat(300)).unwrap().len(), LONGEST);
        for end in [".", " ", ". ."] {
            let name = format!("{}{end}{}", "x".repeat(LONGEST - end.len()), "y".repeat(50));
            assert!(safe(&name).unwrap().ends_with('x'), "{end:?}");
        }
        assert!(safe(&format!("a.{}", "é".repeat(300))).unwrap().len() <= LONGEST);
    }
}
