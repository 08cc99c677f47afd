//! How much of the documented Open API is served, by group of the documentation.

use std::collections::BTreeMap;
use std::fs;

use qishu_wire::endpoints::ENDPOINTS;
use qishu_wire::openapi::describes;

/// The table of contents of the routes: `"/path" => module::handle;`.
const ROUTES: &str = "crates/qishu-server/src/api.rs";

/// Prints a line per group, and the totals; every served path must be a documented one, and described for programs.
pub(crate) fn check() -> Result<String, Vec<String>> {
    let text = fs::read_to_string(ROUTES).map_err(|error| vec![format!("{ROUTES}: {error}")])?;
    let served: Vec<&str> = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix('"')?.split_once("\" => "))
        .map(|(path, _)| path)
        .collect();
    let unknown: Vec<String> = served
        .iter()
        .filter(|path| !ENDPOINTS.iter().any(|endpoint| endpoint.path == **path))
        .map(|path| format!("{path} is served but not documented"))
        .collect();
    let undescribed = served.iter().filter(|path| !describes(path)).map(|path| {
        format!("{path} is served but crates/qishu-wire/src/openapi.rs does not know its reader")
    });
    let unknown: Vec<String> = unknown.into_iter().chain(undescribed).collect();
    if !unknown.is_empty() {
        return Err(unknown);
    }
    let mut groups: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for endpoint in ENDPOINTS {
        let counts = groups.entry(group(endpoint.path)).or_default();
        counts.0 += usize::from(served.contains(&endpoint.path));
        counts.1 += 1;
    }
    for (group, (served, all)) in &groups {
        println!("{group:<24} {served:>3} of {all}");
    }
    let listed = ENDPOINTS.iter().filter(|endpoint| endpoint.listed);
    let (mut done, mut all) = (0, 0);
    for endpoint in listed {
        done += usize::from(served.contains(&endpoint.path));
        all += 1;
    }
    let total = ENDPOINTS
        .iter()
        .filter(|endpoint| served.contains(&endpoint.path))
        .count();
    Ok(format!(
        "{total} of {} endpoints served, {done} of {all} of those the documentation lists",
        ENDPOINTS.len()
    ))
}

/// The first part of a path that names something: `/v2/contract/draft` belongs to `contract`.
fn group(path: &str) -> String {
    let parts = path
        .split('/')
        .filter(|part| !part.is_empty() && !matches!(*part, "v2" | "v3"));
    parts.take(1).collect()
}

#[cfg(test)]
mod tests {
    use super::group;

    #[test]
    fn groups_are_the_first_names() {
        assert_eq!(group("/v2/contract/draft"), "contract");
        assert_eq!(group("/companyauth/pcpage"), "companyauth");
        assert_eq!(group("/saas/v2/binding"), "saas");
    }
}
