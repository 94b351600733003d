fn main() -> Result<(), switchyard::lambda::Error> {
    switchyard::lambda::run(repository::routes())
}
