//! Medians, and how they are printed.

use std::time::Duration;

/// The middle of some figures, and the range in which half of them lie.
#[derive(Clone, Copy, Debug)]
pub struct Spread {
    pub low: f64,
    pub median: f64,
    pub high: f64,
}

impl Spread {
    /// Of no figures at all there is none to tell: NaN.
    pub fn of(figures: impl IntoIterator<Item = f64>) -> Self {
        let mut figures: Vec<f64> = figures.into_iter().collect();
        figures.sort_by(f64::total_cmp);
        let at = |quarters: usize| {
            let place = figures.len().saturating_sub(1) * quarters / 4;
            figures.get(place).copied().unwrap_or(f64::NAN)
        };
        Self {
            low: at(1),
            median: at(2),
            high: at(3),
        }
    }

    /// Of what was measured by turns: the ratios of the pairs.
    pub fn of_ratios(measured: &[Duration], beside: &[Duration]) -> Self {
        let pairs = measured.iter().zip(beside);
        Self::of(pairs.map(|(one, other)| one.as_secs_f64() / other.as_secs_f64()))
    }

    pub fn of_microseconds(times: &[Duration]) -> Self {
        Self::of(times.iter().map(|time| time.as_secs_f64() * 1e6))
    }
}

/// A ratio, the half of the runs around it, and what is wanted if anything is.
pub fn ratio(spread: Spread, budget: Option<f64>) -> String {
    let Spread { low, median, high } = spread;
    let verdict = match budget {
        Some(budget) if median <= budget => format!("  within {budget}"),
        Some(budget) => format!("  OVER {budget}"),
        None => String::new(),
    };
    format!("{median:.2} x  ({low:.2} .. {high:.2}){verdict}")
}

pub fn headline(text: &str) {
    println!("\n{text}");
    println!("{}", "-".repeat(text.chars().count()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_one_in_the_middle() {
        let Spread { low, median, high } = Spread::of([5.0, 1.0, 4.0, 2.0, 3.0]);
        assert_eq!([low, median, high], [2.0, 3.0, 4.0]);
        assert!(Spread::of([]).median.is_nan());
    }

    #[test]
    fn ratios_are_those_of_the_pairs() {
        let times = |times: &[u64]| -> Vec<Duration> {
            times.iter().copied().map(Duration::from_millis).collect()
        };
        let spread = Spread::of_ratios(&times(&[2, 30, 800]), &times(&[1, 10, 200]));
        assert_eq!(spread.median, 3.0);
    }
}
