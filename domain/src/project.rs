//! Placeholder for project, replaced by its own commit.
