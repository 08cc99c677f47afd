//! Keys, X.509 certificates and CMS signatures: bytes in, bytes out
