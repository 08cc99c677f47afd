//! Small PDFs written as text: the objects by hand, the positions computed.

/// One page with a little content; the base of most cases.
pub(crate) const ONE_PAGE: &str = "\
1 0 obj
<</Type /Catalog /Pages 2 0 R>>
endobj
2 0 obj
<</Type /Pages /Kids [3 0 R] /Count 1>>
endobj
3 0 obj
<</Type /Page /Parent 2 0 R /MediaBox [0 0 200 100] /Contents 4 0 R /Resources <<>>>>
endobj
4 0 obj
<</Length 10>>
stream
0 0 5 5 re
endstream
endobj
";

/// A whole file: header, the objects given, a cross-reference table, a trailer with `/Root 1 0 R`.
pub(crate) fn pdf(objects: &str) -> String {
    pdf_with(objects, "")
}

/// The same with more trailer entries.
pub(crate) fn pdf_with(objects: &str, trailer: &str) -> String {
    let mut file = format!("%PDF-1.7\n{objects}");
    append_table(&mut file, 0, &format!("/Root 1 0 R {trailer}"));
    file
}

/// Appends objects with their own table and `/Prev`, as saving incrementally does.
pub(crate) fn update(file: &str, objects: &str) -> String {
    let previous = last_startxref(file);
    let start = file.len();
    let mut file = format!("{file}{objects}");
    append_table(&mut file, start, &format!("/Root 1 0 R /Prev {previous}"));
    file
}

pub(crate) fn last_startxref(file: &str) -> usize {
    let (_, tail) = file.rsplit_once("startxref").unwrap();
    tail.split_whitespace().next().unwrap().parse().unwrap()
}

/// Positions of the objects that start at the beginning of a line from `start` on.
pub(crate) fn objects(file: &str, start: usize) -> Vec<(u32, usize)> {
    let mut found = Vec::new();
    let mut at = start;
    for line in file.get(start..).unwrap().split_inclusive('\n') {
        let mut words = line.split([' ', '\n', '%']);
        if let (Some(Ok(number)), Some("0"), Some("obj")) =
            (words.next().map(str::parse), words.next(), words.next())
        {
            found.push((number, at));
        }
        at += line.len();
    }
    found.sort_unstable();
    found
}

fn append_table(file: &mut String, start: usize, trailer: &str) {
    let list = objects(file, start);
    let size = list.last().map_or(1, |(number, _)| number + 1);
    let position = file.len();
    file.push_str("xref\n");
    if start == 0 {
        file.push_str("0 1\n0000000000 65535 f \n");
    }
    for (number, offset) in list {
        file.push_str(&format!("{number} 1\n{offset:010} 00000 n \n"));
    }
    file.push_str(&format!(
        "trailer\n<</Size {size} {trailer}>>\nstartxref\n{position}\n%%EOF\n"
    ));
}
