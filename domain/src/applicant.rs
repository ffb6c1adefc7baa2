//! Placeholder for applicant, replaced by its own commit.
