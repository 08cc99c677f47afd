//! Breaking a text into lines by the customs of Chinese typesetting: between any two ideographs, between words of Latin
//! letters, never before a closing or after an opening mark.

/// Marks that no line begins with.
const CLOSING: &str = "，。、；：？！）】》〉」』”’…—·％,.;:?!)]}%";
/// Marks that no line ends with.
const OPENING: &str = "（【《〈「『“‘([{￥$";

/// Lines that are at most `width` wide as `measure` says; a word that is wider on its own is broken anywhere.
pub(super) fn wrap(text: &str, width: f64, measure: &dyn Fn(&str) -> f64) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for atom in atoms(text) {
        let candidate = format!("{line}{atom}");
        if measure(candidate.trim_end()) <= width {
            line = candidate;
            continue;
        }
        if !line.is_empty() {
            lines.push(line.trim_end().to_owned());
        }
        line = break_wide(atom.trim_start(), width, measure, &mut lines);
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// What of an atom is left for the next line, after whole lines of it were taken.
fn break_wide(atom: &str, width: f64, measure: &dyn Fn(&str) -> f64, lines: &mut Vec<String>) -> String {
    let mut rest = String::new();
    for character in atom.chars() {
        rest.push(character);
        if measure(&rest) > width && rest.chars().count() > 1 {
            rest.pop();
            lines.push(std::mem::replace(&mut rest, character.to_string()));
        }
    }
    rest
}

/// Pieces of text that stay together.
fn atoms(text: &str) -> Vec<String> {
    let mut atoms: Vec<String> = Vec::new();
    let mut before = None;
    for character in text.chars() {
        match atoms.last_mut() {
            Some(last) if before.is_some_and(|before| holds(before, character)) => last.push(character),
            _ => atoms.push(character.to_string()),
        }
        before = Some(character);
    }
    atoms
}

/// Whether no line may end between two characters.
fn holds(before: char, after: char) -> bool {
    if CLOSING.contains(after) || OPENING.contains(before) {
        return true;
    }
    if before == ' ' {
        return false;
    }
    after == ' ' || (is_word(before) && is_word(after))
}

/// Letters and digits of scripts that set blanks between words.
fn is_word(character: char) -> bool {
    u32::from(character) < 0x2E80 && !character.is_whitespace()
}

#[cfg(test)]
mod tests {
    use super::wrap;

    /// Ideographs and their marks are 2 wide, everything else 1.
    fn measure(text: &str) -> f64 {
        text.chars()
            .map(|character| if u32::from(character) >= 0x2000 { 2.0 } else { 1.0 })
            .sum()
    }

    fn lines(text: &str, width: f64) -> Vec<String> {
        wrap(text, width, &measure)
    }

    #[test]
    fn ideographs_break_anywhere_but_marks_stay_where_they_belong() {
        assert_eq!(lines("本合同一式两份", 8.0), ["本合同一", "式两份"]);
        assert_eq!(lines("现签署《合同》", 8.0), ["现签署", "《合同》"]);
        assert_eq!(lines("甲方签署，乙方", 8.0), ["甲方签", "署，乙方"]);
        assert_eq!(lines("签署《合同》后", 8.0), ["签署《合", "同》后"]);
    }

    #[test]
    fn words_stay_whole_unless_they_are_wider_than_the_line() {
        assert_eq!(lines("no. QS12 of 2026", 9.0), ["no. QS12", "of 2026"]);
        assert_eq!(lines("abcdefghij", 4.0), ["abcd", "efgh", "ij"]);
        assert_eq!(lines("指纹abcdef", 6.0), ["指纹", "abcdef"]);
        assert_eq!(lines("", 6.0), [""]);
    }
}
