//! The embedded certificate authority and the custody of its keys
