//! HTTP: Open API, pages, embedded front end
