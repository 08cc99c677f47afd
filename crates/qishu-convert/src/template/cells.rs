//! Columns of a table that grows with its values (D-49).

/// Names of the columns of a row with `cells` cells, from the texts of the row above it. Columns without a name of their
/// own are called `column1`, `column2` and so on by their place.
pub(super) fn column_names(above: &[String], cells: usize) -> Vec<String> {
    let mut names: Vec<String> = Vec::with_capacity(cells);
    for place in 0..cells {
        let own = above.get(place).map(|text| text.trim()).unwrap_or_default();
        let usable = !own.is_empty() && !own.contains("{{") && !names.iter().any(|known| known == own);
        names.push(if usable {
            own.to_owned()
        } else {
            format!("column{}", place + 1)
        });
    }
    names
}

#[cfg(test)]
mod tests {
    use super::column_names;

    #[test]
    fn columns_are_named_by_the_row_above_or_by_their_place() {
        let above = ["名称", " 数量 ", "名称", ""].map(str::to_owned);
        assert_eq!(
            column_names(&above, 5),
            ["名称", "数量", "column3", "column4", "column5"]
        );
        assert_eq!(column_names(&[], 2), ["column1", "column2"]);
    }
}
