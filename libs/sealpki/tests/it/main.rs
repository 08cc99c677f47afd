//! Tests through the public interface: certificates, paths and signatures, good ones and manipulated ones.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests stop at the first surprise, like the tests themselves"
)]

mod algorithms;
mod certificates;
mod cms;
mod cms_manipulated;
mod openssl;
mod openssl_algorithms;
mod openssl_ocsp;
mod openssl_pkcs12;
mod openssl_sm2;
mod openssl_tool;
mod openssl_tsp;
mod paths;
mod pki;
mod revocation;
mod ses;
mod tree;
mod tsp;
mod validation;
