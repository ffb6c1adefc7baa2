//! Placeholder for directory, replaced by its own commit.
