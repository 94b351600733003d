//! Every seed, as it is: what a fuzzer once found stays among them.

use std::fs;
use std::path::Path;

use switchyard_fuzz::Target;

#[test]
fn every_seed_passes() {
    for target in Target::ALL {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds");
        let mut count = 0;
        for seed in fs::read_dir(folder.join(target.name())).expect("seeds") {
            let path = seed.expect("a seed").path();
            println!("{}", path.display());
            target.run(&fs::read(path).expect("a file"));
            count += 1;
        }
        assert!(count > 0, "{} has no seed", target.name());
    }
}
