fn main() -> Result<(), switchyard::lambda::Error> {
    switchyard::lambda::run_scheduled(async |app| sweeper::sweep(&app).await)
}
