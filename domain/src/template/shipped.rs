//! The templates that come with the program. A county imports them, and from then on edits its own.
//!
//! Invariant: each reads without error against the shipped directory (tested).

/// Id and text of each shipped template.
pub const SHIPPED: [(&str, &str); 3] = [
    ("municipal-road-bridge", include_str!("../../templates/municipal-road-bridge.toml")),
    ("public-school", include_str!("../../templates/public-school.toml")),
    ("rural-house", include_str!("../../templates/rural-house.toml")),
];
