//! Sees to it that the folder of the page exists before `rust-embed` resolves it: a path that was missing then is kept
//! with its `..`, and no file of a page built later is found below it. Names the folder to cargo, so that a page built
//! anew is taken into a release binary anew.

fn main() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../web/dist");
    println!("cargo::rerun-if-changed={page}");
    if let Err(error) = std::fs::create_dir_all(page) {
        println!(
            "cargo::warning=the folder of the page, {page}, could not be made ({error}); build the page first"
        );
    }
}
