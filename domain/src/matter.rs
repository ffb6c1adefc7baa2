//! Placeholder for matter, replaced by its own commit.
