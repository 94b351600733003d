//! Prints the API's description; `make openapi` keeps it in `docs/openapi.json`.

fn main() {
    print!("{}", switchyard_tests::openapi::document());
}
