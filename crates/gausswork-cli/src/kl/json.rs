//! A divergence for programs.

use gausswork_divergence::{Distribution, bounds::Bound};
use serde_json::{Value, json};

use super::{
    KlArgs,
    direction::{Direction, short_name},
    text::bits,
};

/// Everything, as one object.
pub(super) fn object(
    args: &KlArgs,
    q: &Distribution,
    p: &Distribution,
    forward: &Direction,
    reverse: Option<&Direction>,
) -> Value {
    let nats = args.divergence.in_nats();
    json!({
        "divergence": short_name(args.divergence),
        "order": match args.divergence {
            gausswork_divergence::Divergence::Renyi { alpha } => Some(alpha),
            _ => None,
        },
        "name": args.divergence.name(),
        "unit": if nats { Some("nats") } else { None },
        "q": q.to_string(),
        "p": p.to_string(),
        "forward": one(args, forward),
        "reverse": reverse.map(|reverse| one(args, reverse)),
    })
}

/// A number; infinities by name, since JSON has none, and null for what is not a number.
fn number(x: f64) -> Value {
    match x {
        _ if x == f64::INFINITY => "inf".into(),
        _ if x == f64::NEG_INFINITY => "-inf".into(),
        _ => x.into(),
    }
}

fn one(args: &KlArgs, direction: &Direction) -> Value {
    let answer = &direction.answer;
    let best = direction.best();
    let closed = answer.closed.as_ref().map(|closed| {
        let term =
            |term: &gausswork_divergence::Term| json!({ "name": term.name, "value": number(term.value) });
        json!({
            "value": number(closed.value),
            "formula": closed.formula.name,
            "reference": closed.formula.reference,
            "terms": direction.terms.iter().map(term).collect::<Vec<_>>(),
        })
    });
    let quadrature = answer.numeric.map(|numeric| {
        let difference = answer.closed.as_ref().map(|closed| number((numeric.value - closed.value).abs()));
        json!({
            "value": number(numeric.value),
            "error": number(numeric.error),
            "evaluations": numeric.evaluations,
            "difference": difference,
        })
    });
    let bound = |bound: Bound| json!({ "value": number(bound.value), "name": bound.name, "reference": bound.reference });
    let monte_carlo = answer.estimate.map(|estimate| {
        let (low, high) = estimate.interval();
        json!({
            "value": number(estimate.value),
            "standard_error": number(estimate.standard_error),
            "interval": [number(low), number(high)],
            "draws": estimate.draws,
            "seed": args.seed,
        })
    });
    json!({
        "value": best.map(|(value, _)| number(value)),
        "bits": best.filter(|_| args.divergence.in_nats()).map(|(value, _)| number(bits(value))),
        "method": best.map(|(_, source)| source.name()),
        "infinite": direction.infinite,
        "closed_form": closed,
        "quadrature": quadrature,
        "lower_bound": answer.bounds.map(|bounds| bound(bounds.lower)),
        "upper_bound": answer.bounds.map(|bounds| bound(bounds.upper)),
        "monte_carlo": monte_carlo,
    })
}
