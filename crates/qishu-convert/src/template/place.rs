//! Finding `{{name}}` in text that an editor has cut into pieces (D-46).

/// Longest name of a parameter, in characters (D-46).
pub(super) const LONGEST_NAME: usize = 100;

/// What a paragraph consists of, as far as placeholders are concerned.
pub(super) enum Segment {
    /// A text of its own formatting.
    Text(String),
    /// Something that no placeholder reaches across: a tab, a line break, a picture.
    Break,
}

/// A part of one text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    Text(String),
    /// A placeholder, in the text in which it begins.
    Field(String),
}

/// Parts of each text of a paragraph, in the order of its texts.
pub(super) fn split(segments: &[Segment]) -> Vec<Vec<Piece>> {
    let mut characters: Vec<(char, usize)> = Vec::new();
    let mut texts = 0_usize;
    for segment in segments {
        match segment {
            Segment::Text(text) => {
                characters.extend(text.chars().map(|character| (character, texts)));
                texts += 1;
            }
            Segment::Break => characters.push(('\0', usize::MAX)),
        }
    }
    let mut pieces: Vec<Vec<Piece>> = vec![Vec::new(); texts];
    let mut fields = fields(&characters).into_iter().peekable();
    let mut at = 0;
    while let Some((character, text)) = characters.get(at).copied() {
        let starts = fields.next_if(|field| field.start == at);
        let Some(own) = pieces.get_mut(text) else {
            at += 1;
            continue;
        };
        if let Some(field) = starts {
            own.push(Piece::Field(field.name));
            at = field.end;
            continue;
        }
        match own.last_mut() {
            Some(Piece::Text(before)) => before.push(character),
            _ => own.push(Piece::Text(character.to_string())),
        }
        at += 1;
    }
    pieces
}

/// Whether there is any placeholder.
pub(super) fn has_field(pieces: &[Vec<Piece>]) -> bool {
    pieces
        .iter()
        .flatten()
        .any(|piece| matches!(piece, Piece::Field(_)))
}

struct Field {
    start: usize,
    end: usize,
    name: String,
}

fn fields(characters: &[(char, usize)]) -> Vec<Field> {
    let is_pair = |at: usize, wanted: char| {
        let is = |at: usize| characters.get(at).is_some_and(|(found, _)| *found == wanted);
        is(at) && is(at + 1)
    };
    let mut fields = Vec::new();
    let mut open = None;
    let mut at = 0;
    while let Some((character, _)) = characters.get(at) {
        if *character == '\0' {
            open = None;
        } else if is_pair(at, '{') {
            // Of `{{{` the inner two count, and of `{{a {{b}}` the later ones.
            open = Some(at);
        } else if let Some(start) = open.filter(|start| at >= start + 2 && is_pair(at, '}')) {
            let name: String = characters[start + 2..at].iter().map(|(found, _)| found).collect();
            if let Some(name) = clean_name(&name) {
                fields.push(Field {
                    start,
                    end: at + 2,
                    name,
                });
                at += 1;
            }
            open = None;
        }
        at += 1;
    }
    fields
}

/// The name of a parameter without the blanks around it; `None` for names that are ignored (D-46).
pub(super) fn clean_name(name: &str) -> Option<String> {
    let name = name.trim();
    let fits = !name.is_empty() && name.chars().count() <= LONGEST_NAME;
    let plain = !name.contains(|character: char| character.is_control() || matches!(character, '{' | '}'));
    (fits && plain).then(|| name.to_owned())
}

/// Names in full-width braces, which are no placeholders but were most likely meant as such (D-46).
pub(super) fn full_width_names(text: &str) -> Vec<String> {
    let after = text.split("｛｛").skip(1);
    let names = after.filter_map(|rest| rest.split_once("｝｝").map(|(name, _)| name));
    names.filter_map(clean_name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(texts: &[&str]) -> Vec<String> {
        let segments: Vec<Segment> = texts
            .iter()
            .map(|text| match *text {
                "|" => Segment::Break,
                text => Segment::Text(text.to_owned()),
            })
            .collect();
        let one = |pieces: Vec<Piece>| {
            let piece = |piece| match piece {
                Piece::Text(text) => text,
                Piece::Field(name) => format!("<{name}>"),
            };
            pieces.into_iter().map(piece).collect()
        };
        split(&segments).into_iter().map(one).collect()
    }

    #[test]
    fn placeholders_are_found_across_texts_and_stand_where_they_begin() {
        assert_eq!(shown(&["甲方：{{ 名称 }}。"]), ["甲方：<名称>。"]);
        assert_eq!(shown(&["a{", "{na", "me}", "}b"]), ["a<name>", "", "", "b"]);
        assert_eq!(shown(&["{{a}}{{b}}"]), ["<a><b>"]);
        assert_eq!(shown(&["{{a {{b}} }}"]), ["{{a <b> }}"]);
        assert_eq!(shown(&["{{{c}}}"]), ["{<c>}"]);
    }

    #[test]
    fn what_is_no_placeholder_stays() {
        for text in [
            "{{}}",
            "{{ }}",
            "{a}",
            "{{a}",
            "{{a\u{1}b}}",
            "{{a}b}}",
            "｛｛a｝｝",
        ] {
            assert_eq!(shown(&[text]), [text]);
        }
        assert_eq!(shown(&["{{a", "|", "b}}"]), ["{{a", "b}}"]);
        let long = format!("{{{{{}}}}}", "长".repeat(101));
        assert_eq!(shown(&[&long]), [long]);
        assert_eq!(full_width_names("写作｛｛ 金额 ｝｝"), ["金额"]);
    }
}
