//! The one table of paths: what exists, under which method, and which other spellings lead there (D1, D-04, D-07, D45).
//!
//! Which of them a build serves is the router's business; this table tells an unknown path (404) from a wrong method
//! (405) and gives the total for coverage.

mod table;

use std::borrow::Cow;

pub use table::ENDPOINTS;

/// HTTP method of an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Method {
    /// Parameters in the query; POST is accepted too (D-04).
    Get,
    /// Parameters in the body.
    Post,
}

impl Method {
    /// Name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }

    /// Whether a request with this method, in upper case, may call an endpoint of `self`.
    #[must_use]
    pub fn accepts(self, method: &str) -> bool {
        method == "POST" || method == self.name()
    }
}

/// One endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Endpoint {
    /// Documented method.
    pub method: Method,
    /// Documented path.
    pub path: &'static str,
    /// Documented title.
    pub title: &'static str,
    /// The table of contents of the documentation lists it; the others are known from client libraries only.
    pub listed: bool,
}

const fn get(path: &'static str, title: &'static str) -> Endpoint {
    Endpoint {
        method: Method::Get,
        path,
        title,
        listed: true,
    }
}

const fn post(path: &'static str, title: &'static str) -> Endpoint {
    Endpoint {
        method: Method::Post,
        path,
        title,
        listed: true,
    }
}

impl Endpoint {
    const fn unlisted(self) -> Self {
        Self {
            listed: false,
            ..self
        }
    }

    /// Whether success is answered as raw bytes instead of the envelope (2.7).
    #[must_use]
    pub fn answers_bytes(&self) -> bool {
        matches!(
            (self.method, self.path),
            (
                Method::Get,
                "/v2/contract/download"
                    | "/v2/document/download"
                    | "/v2/attachment/download"
                    | "/v2/template/download"
                    | "/v2/seal/image"
                    | "/v2/seal/employeesealimage"
                    | "/chain/evidence/complete/report/download"
                    | "/uniformapi"
            )
        )
    }

    /// Whether the agent's pair of token and secret signs calls of this endpoint (D40).
    #[must_use]
    pub fn is_for_agents(&self) -> bool {
        self.path.starts_with("/saas/")
    }
}

/// A path that examples and older libraries use for a documented endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alias {
    /// The other spelling.
    pub path: &'static str,
    /// Path of the endpoint it means.
    pub means: &'static str,
    /// Path it means instead when the body has a field `signatory`.
    pub with_signatory: Option<&'static str>,
}

/// All aliases; every one is called by POST.
pub const ALIASES: &[Alias] = &[
    Alias {
        path: "/v2/contract/addwatermark",
        means: "/v2/contract/addwartermark",
        with_signatory: None,
    },
    Alias {
        path: "/v2/signatory/modify",
        means: "/v2/signatory/edit",
        with_signatory: Some("/v2/signatory/add"),
    },
    Alias {
        path: "/v2/template/createbyword",
        means: "/v3/template/createbyword",
        with_signatory: None,
    },
    Alias {
        path: "/v3/signatory/modify",
        means: "/v3/signatory/edit",
        with_signatory: None,
    },
];

/// What a request line asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lookup {
    /// This endpoint. For an alias whose meaning depends on the body: the one without `signatory`.
    Found(&'static Endpoint),
    /// The path exists under another method: 405.
    WrongMethod,
    /// No such path: 404.
    Unknown,
}

/// Finds the endpoint of a method (upper case) and a path as sent.
#[must_use]
pub fn find(method: &str, path: &str) -> Lookup {
    let path = normalise(path);
    let alias = ALIASES.iter().find(|alias| alias.path == path);
    let wanted = alias.map_or(path.as_ref(), |alias| alias.means);
    let mut same_path = ENDPOINTS
        .iter()
        .filter(|endpoint| endpoint.path == wanted)
        .peekable();
    if same_path.peek().is_none() {
        return Lookup::Unknown;
    }
    // The documented method first: `/uniformapi` has a row for each.
    let exact = same_path
        .clone()
        .find(|endpoint| endpoint.method.name() == method);
    exact
        .or_else(|| same_path.find(|endpoint| endpoint.method.accepts(method)))
        .map_or(Lookup::WrongMethod, Lookup::Found)
}

/// What a path means when the body has a field `signatory`, if that is something else.
#[must_use]
pub fn with_signatory(path: &str) -> Option<&'static str> {
    let path = normalise(path);
    let alias = ALIASES.iter().find(|alias| alias.path == path);
    alias.and_then(|alias| alias.with_signatory)
}

/// The path with repeated slashes collapsed and without a trailing slash (D1).
#[must_use]
pub fn normalise(path: &str) -> Cow<'_, str> {
    let is_normal = !path.contains("//") && (path.len() <= 1 || !path.ends_with('/'));
    if is_normal {
        return Cow::Borrowed(path);
    }
    let steps: Vec<&str> = path.split('/').filter(|step| !step.is_empty()).collect();
    Cow::Owned(format!("/{}", steps.join("/")))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn path_of(lookup: Lookup) -> Option<&'static str> {
        match lookup {
            Lookup::Found(endpoint) => Some(endpoint.path),
            Lookup::WrongMethod | Lookup::Unknown => None,
        }
    }

    #[test]
    fn the_table_is_complete_and_without_doubles() {
        let rows: HashSet<_> = ENDPOINTS
            .iter()
            .map(|endpoint| (endpoint.method, endpoint.path))
            .collect();
        assert_eq!((rows.len(), ENDPOINTS.len()), (131, 131));
        assert_eq!(ENDPOINTS.iter().filter(|endpoint| endpoint.listed).count(), 83);
        for endpoint in ENDPOINTS {
            assert!(
                endpoint.path.starts_with('/') && !endpoint.title.is_empty(),
                "{endpoint:?}"
            );
            assert_eq!(
                find(endpoint.method.name(), endpoint.path),
                Lookup::Found(endpoint)
            );
        }
    }

    #[test]
    fn methods() {
        assert_eq!(find("GET", "/v2/contract/draft"), Lookup::WrongMethod);
        assert_eq!(find("PUT", "/v2/contract/detail"), Lookup::WrongMethod);
        assert_eq!(
            path_of(find("POST", "/v2/document/download")),
            Some("/v2/document/download")
        );
        assert_eq!(find("GET", "/v2/contract/nothing"), Lookup::Unknown);
        let Lookup::Found(uniform) = find("POST", "/uniformapi") else {
            panic!("not found")
        };
        assert_eq!((uniform.method, uniform.answers_bytes()), (Method::Post, false));
    }

    #[test]
    fn other_spellings() {
        for (path, documented) in [
            ("//v2//contract/draft/", "/v2/contract/draft"),
            ("/v2/contract/addwatermark", "/v2/contract/addwartermark"),
            ("/v2/signatory/modify", "/v2/signatory/edit"),
            ("/v3/signatory/modify", "/v3/signatory/edit"),
        ] {
            assert_eq!(path_of(find("POST", path)), Some(documented), "{path}");
        }
        for alias in ALIASES {
            let targets = [Some(alias.means), alias.with_signatory].into_iter().flatten();
            assert!(
                targets
                    .clone()
                    .all(|target| path_of(find("POST", target)) == Some(target)),
                "{alias:?}"
            );
            assert!(ENDPOINTS.iter().all(|endpoint| endpoint.path != alias.path));
        }
        assert_eq!(with_signatory("/v2/signatory/modify"), Some("/v2/signatory/add"));
        assert_eq!(with_signatory("/v3/signatory/modify"), None);
        assert_eq!(normalise("/"), "/");
        assert_eq!(normalise("//"), "/");
    }

    #[test]
    fn kinds() {
        let bytes = ENDPOINTS
            .iter()
            .filter(|endpoint| endpoint.answers_bytes())
            .count();
        let agents = ENDPOINTS
            .iter()
            .filter(|endpoint| endpoint.is_for_agents())
            .count();
        assert_eq!((bytes, agents), (8, 26));
    }
}
