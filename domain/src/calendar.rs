//! Placeholder for calendar, replaced by its own commit.
