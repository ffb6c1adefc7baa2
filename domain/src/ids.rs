//! Placeholder for ids, replaced by its own commit.
