//! Reads PDF files strictly, stamps and signs them by incremental update, verifies signatures
