//! The `jobs` function without the warming call: what its start alone takes.

use switchyard::lambda;

fn main() -> Result<(), lambda::Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let app = lambda::start()?;
        lambda_http::run(lambda::service(app, jobs::routes())).await
    })
}
