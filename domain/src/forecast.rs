//! Placeholder for forecast, replaced by its own commit.
