//! The page's entry point; everything else is in the library, where it can be tested.

fn main() {
    placet_console::start();
}
