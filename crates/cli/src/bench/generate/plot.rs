//! The rates of all rows as a picture.

use super::summary::Summary;
use std::fmt::Write;

const BAR: usize = 12;
const LEFT: usize = 300;
const LONGEST: usize = 520;
const RATES: [(&str, &str); 4] =
    [("ComPass", "#9eb5d1"), ("SafeAval", "#5b8db8"), ("FuncRate", "#e09f3e"), ("FullRate", "#2f6b4f")];

/// Bars from the left, four a row, as SVG.
pub fn rates(rows: &[Summary]) -> String {
    let (mut bars, mut y) = (String::new(), 3 * BAR);
    for (at, (name, color)) in RATES.iter().enumerate() {
        let x = LEFT + at * 110;
        let _ = writeln!(bars, "{}{}", bar(x, BAR, BAR, color), label(x + 2 * BAR, BAR, name));
    }
    for row in rows {
        let _ = writeln!(bars, "{}", label(BAR, y + BAR, &row.name));
        for (count, (_, color)) in [row.compile, row.safe, row.functional, row.full].into_iter().zip(RATES) {
            let share = count as f64 / row.n.max(1) as f64;
            let length = (share * LONGEST as f64) as usize;
            let text = label(LEFT + length + 4, y, &format!("{:.1} %", share * 100.0));
            let _ = writeln!(bars, "{}{text}", bar(LEFT, y, length.max(1), color));
            y += BAR;
        }
        y += BAR;
    }
    let width = LEFT + LONGEST + 80;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {y}\" font-family=\"sans-serif\" font-size=\"{BAR}\">\n\
         <rect width=\"{width}\" height=\"{y}\" fill=\"white\"/>\n{bars}</svg>\n"
    )
}

fn bar(x: usize, y: usize, length: usize, color: &str) -> String {
    format!("<rect x=\"{x}\" y=\"{y}\" width=\"{length}\" height=\"{}\" fill=\"{color}\"/>", BAR - 2)
}

/// A text beside the bar at `y`; names of models may hold anything.
fn label(x: usize, y: usize, text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    format!("<text x=\"{x}\" y=\"{}\">{text}</text>", y + BAR - 2)
}
