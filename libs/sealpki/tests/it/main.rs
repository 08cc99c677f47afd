//! Tests through the public interface: certificates, paths and signatures, good ones and manipulated ones.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests stop at the first surprise, like the tests themselves"
)]

mod certificates;
mod cms;
mod cms_manipulated;
mod openssl;
mod openssl_ocsp;
mod openssl_tool;
mod openssl_tsp;
mod paths;
mod pki;
mod revocation;
mod tree;
mod tsp;
