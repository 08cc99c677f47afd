//! Style sheets without anything that is fetched.

/// Marks of a declaration that could reach outside or hide that it does.
const REFUSED: [&str; 7] = [
    "url",
    "image(",
    "image-set",
    "@import",
    "expression",
    "javascript:",
    "behavior",
];

/// The style text without comments and without pieces (declarations, rules' heads) that may fetch something.
pub(super) fn clean(style: &str) -> String {
    let mut out = String::with_capacity(style.len());
    let mut piece = String::new();
    for character in without_comments(style).chars() {
        match character {
            '{' | '}' | ';' => {
                if is_harmless(&piece) {
                    out.push_str(&piece);
                }
                piece.clear();
                out.push(character);
            }
            // A tag cannot begin in here, and nothing may end the element early.
            '<' => {}
            other => piece.push(other),
        }
    }
    if is_harmless(&piece) {
        out.push_str(&piece);
    }
    out
}

fn is_harmless(piece: &str) -> bool {
    let lower = piece.to_ascii_lowercase();
    // A backslash can spell any word in another way (CSS Syntax 4.3.7).
    !lower.contains('\\') && !REFUSED.iter().any(|mark| lower.contains(mark))
}

fn without_comments(style: &str) -> String {
    let mut out = String::with_capacity(style.len());
    let mut rest = style;
    while let Some((before, after)) = rest.split_once("/*") {
        out.push_str(before);
        out.push(' ');
        rest = after.split_once("*/").map_or("", |(_, behind)| behind);
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fetches_goes_and_the_rest_stays() {
        assert_eq!(
            clean("color: red; font-size: 12pt"),
            "color: red; font-size: 12pt"
        );
        assert_eq!(
            clean("p { color: red; background: url(http://x/y) } b { margin: 0 }"),
            "p { color: red;} b { margin: 0 }"
        );
        assert_eq!(
            clean("@import 'http://x/a.css'; p{color:blue}"),
            "; p{color:blue}"
        );
        assert_eq!(clean("background:u\\72l(http://x)"), "");
        assert_eq!(clean("color:/* url(x) */red"), "color: red");
        assert_eq!(clean("a{b:c}</style><script>"), "a{b:c}/style>script>");
    }
}
