//! Turns pictures and office files into PDF
