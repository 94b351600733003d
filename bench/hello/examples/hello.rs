//! The do-nothing function. An example and no binary, so that `cargo build --bins` and
//! `cargo lambda watch` leave it alone.

fn main() -> Result<(), lambda_http::Error> {
    hello::run()
}
