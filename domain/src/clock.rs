//! Placeholder for clock, replaced by its own commit.
