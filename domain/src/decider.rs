//! Placeholder for decider, replaced by its own commit.
