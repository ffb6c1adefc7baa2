//! Placeholder for template, replaced by its own commit.
