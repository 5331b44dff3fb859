//! The rates of all rows as a picture.

use super::summary::Summary;
use anyhow::Context;
use plotters::prelude::*;

const WIDTH: u32 = 900;
const BAR: i32 = 12;
const RATES: [(&str, RGBColor); 4] = [
    ("ComPass", RGBColor(0x9e, 0xb5, 0xd1)),
    ("SafeAval", RGBColor(0x5b, 0x8d, 0xb8)),
    ("FuncRate", RGBColor(0xe0, 0x9f, 0x3e)),
    ("FullRate", RGBColor(0x2f, 0x6b, 0x4f)),
];

/// Bars from the left, four a row, as SVG.
pub fn rates(rows: &[Summary]) -> anyhow::Result<String> {
    let height = (rows.len() as i32 * (RATES.len() as i32 + 2) + 6) * BAR;
    let mut svg = String::new();
    draw(rows, SVGBackend::with_string(&mut svg, (WIDTH, height as u32))).context("the plot cannot be drawn")?;
    Ok(svg)
}

fn draw(rows: &[Summary], backend: SVGBackend<'_>) -> anyhow::Result<()> {
    let area = backend.into_drawing_area();
    let fail = |error: &dyn std::fmt::Display| anyhow::anyhow!("{error}");
    area.fill(&WHITE).map_err(|error| fail(&error))?;
    let font = ("sans-serif", BAR).into_font();
    let (left, right) = (300, WIDTH as i32 - 60);
    for (at, (name, color)) in RATES.iter().enumerate() {
        let x = left + at as i32 * 110;
        area.draw(&Rectangle::new([(x, BAR), (x + BAR, 2 * BAR)], color.filled())).map_err(|error| fail(&error))?;
        area.draw(&Text::new(*name, (x + 2 * BAR, BAR), font.clone())).map_err(|error| fail(&error))?;
    }
    let mut y = 4 * BAR;
    for row in rows {
        area.draw(&Text::new(row.name.clone(), (BAR, y + BAR), font.clone())).map_err(|error| fail(&error))?;
        for (count, (_, color)) in [row.compile, row.safe, row.functional, row.full].into_iter().zip(RATES) {
            let share = count as f64 / row.n.max(1) as f64;
            let end = left + (share * f64::from(right - left)) as i32;
            area.draw(&Rectangle::new([(left, y), (end.max(left + 1), y + BAR - 2)], color.filled()))
                .map_err(|error| fail(&error))?;
            area.draw(&Text::new(format!("{:.1} %", share * 100.0), (end + 4, y), font.clone()))
                .map_err(|error| fail(&error))?;
            y += BAR;
        }
        y += 2 * BAR;
    }
    area.present().map_err(|error| fail(&error))
}
