//! Parts of wide rows: taken out, and added to.

use multiversion::multiversion;

/// Columns `first..first + taken` of rows that are `width` wide, one row after another; `out` is overwritten.
pub fn gather_columns(rows: &[f32], width: usize, [first, taken]: [usize; 2], out: &mut Vec<f32>) {
    out.clear();
    rows.chunks_exact(width).for_each(|row| out.extend_from_slice(&row[first..first + taken]));
}

/// `rows[i][first..] += table[codes[i]]`, for rows that are `width` wide and a table as wide as what is left of them.
#[multiversion(targets = "simd")]
pub fn add_table_rows(rows: &mut [f32], width: usize, first: usize, table: &[f32], codes: &[u16]) {
    let added = width - first;
    for (row, &code) in rows.chunks_exact_mut(width).zip(codes) {
        let from = &table[usize::from(code) * added..][..added];
        row[first..].iter_mut().zip(from).for_each(|(to, from)| *to += from);
    }
}

/// `to += s a + t b`.
#[multiversion(targets = "simd")]
pub fn add_scaled(to: &mut [f32], [s, t]: [f32; 2], a: &[f32], b: &[f32]) {
    to.iter_mut().zip(a).zip(b).for_each(|((to, a), b)| *to += s * a + t * b);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_those_of_their_rows() {
        let mut rows: Vec<f32> = (0..15).map(|i| i as f32).collect();
        let mut out = vec![7.0];
        gather_columns(&rows, 5, [1, 2], &mut out);
        assert_eq!(out, [1.0, 2.0, 6.0, 7.0, 11.0, 12.0]);
        add_table_rows(&mut rows, 5, 3, &[10.0, 20.0, 30.0, 40.0], &[1, 0, 1]);
        assert_eq!(
            rows,
            [0.0, 1.0, 2.0, 33.0, 44.0, 5.0, 6.0, 7.0, 18.0, 29.0, 10.0, 11.0, 12.0, 43.0, 54.0]
        );
        add_table_rows(&mut [], 5, 3, &[], &[]);
        let mut to = [1.0, 2.0];
        add_scaled(&mut to, [2.0, -1.0], &[1.0, 10.0], &[0.5, 3.0]);
        assert_eq!(to, [2.5, 19.0]);
    }
}
