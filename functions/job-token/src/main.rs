fn main() -> Result<(), switchyard::lambda::Error> {
    switchyard::lambda::run(job_token::routes())
}
