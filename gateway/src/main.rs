//! The command line of One Matter.
fn main() {}
