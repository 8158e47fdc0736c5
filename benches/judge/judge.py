#!/usr/bin/env python3
"""An independent judge of a synthetic table, made of SDMetrics, XGBoost and scikit-learn.

    judge.py TRAIN TEST SYNTHETIC --target COLUMN --task class|reg [--categorical A,B] [--skip ID]

TRAIN, TEST and SYNTHETIC are CSV (plain or gzipped) or Parquet files with the same columns. An empty
CSV field is a missing value; every other text, NA and ? included, stands for itself. Categories
are compared as text. All seeds are fixed. Prints one JSON object:

  rows, nulls        rows judged, and the share of their cells that are missing
  shape_*, trend_*   column shapes and column pair trends of the SDMetrics quality report, against the
                     training and the test rows, over every pair of columns, as published tables do it
  trend_strict_*     the same over the pairs that are associated in the real rows (SDMetrics' default)
  c2st, c2st_test    1 - mean over 3 folds of (2 max(1/2, AUC) - 1), XGBoost telling real from synthetic,
                     real being the training or the test rows; 1 = cannot be told apart
  c2st*_auc          the mean AUC itself; below 1/2 against the training rows is a sign of copying
  mle, mle_real      XGBoost trained on the synthetic and on the training rows, scored on the test rows:
                     AUC (macro, one against the rest, for more than two classes), or RMSE for reg
  dcr_share          share of synthetic rows nearer to a training row than to a test row, from
                     equal-sized samples of at most 5000; 1/2 = no copying
  exact_copies       share of synthetic rows that equal a training row in every cell
"""
import argparse, json, sys, warnings
import numpy as np, pandas as pd
warnings.filterwarnings("ignore")

def load(p):
    return pd.read_parquet(p) if p.endswith(".parquet") else pd.read_csv(p, keep_default_na=False, na_values=[""])

def main():
    a = argparse.ArgumentParser(); a.add_argument("train"); a.add_argument("test"); a.add_argument("synth")
    a.add_argument("--target", required=True); a.add_argument("--task", choices=["class", "reg"], default="class")
    a.add_argument("--categorical", default="", help="numeric-looking columns that are categories")
    a.add_argument("--skip", default=""); a.add_argument("--max", type=int, default=0)
    o = a.parse_args()
    tr, te, sy = load(o.train), load(o.test), load(o.synth)
    skip = [c for c in o.skip.split(",") if c]
    tr, te, sy = (d.drop(columns=skip, errors="ignore") for d in (tr, te, sy))
    assert list(tr.columns) == list(sy.columns), ("columns differ", list(tr.columns), list(sy.columns))
    forced = set(o.categorical.split(",")) | ({o.target} if o.task == "class" else set())
    num = [c for c in tr if c not in forced and pd.api.types.is_numeric_dtype(tr[c]) and not pd.api.types.is_bool_dtype(tr[c])]
    cat = [c for c in tr if c not in num]
    for d in (tr, te, sy):
        for c in cat: d[c] = d[c].astype(str)
        for c in num: d[c] = pd.to_numeric(d[c], errors="coerce")
    if o.max: sy = sy.head(o.max)
    out = dict(rows=len(sy), nulls=float(sy.isna().mean().mean()))
    from sdmetrics.reports.single_table import QualityReport
    meta = {"columns": {c: {"sdtype": "numerical" if c in num else "categorical"} for c in tr}}
    for name, ref in (("train", tr), ("test", te)):
        # thresholds 0: every pair counts, as in the papers' tables; the default counts only associated pairs (strict)
        for kind in ("", "_strict"):
            r = QualityReport()
            if not kind: r.real_correlation_threshold = r.real_association_threshold = 0
            r.generate(ref, sy, meta, verbose=False)
            p = r.get_properties().set_index("Property")["Score"]
            out[f"shape_{name}"], out[f"trend{kind}_{name}"] = float(p["Column Shapes"]), float(p["Column Pair Trends"])
    from sklearn.preprocessing import OrdinalEncoder
    from sklearn.model_selection import StratifiedKFold
    from sklearn.metrics import roc_auc_score
    from xgboost import XGBClassifier, XGBRegressor
    def enc(frames):
        e = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1).fit(pd.concat(frames)[cat]) if cat else None
        def f(d):
            x = d[num].to_numpy(float)
            return np.hstack([x, e.transform(d[cat])]) if cat else x
        return f
    # detection: against the training rows, and against test rows the model never saw (train rewards overfitting)
    for name, ref in (("", tr), ("_test", te)):
        n = min(len(ref), len(sy)); rng = np.random.default_rng(0)
        R, S = ref.iloc[rng.permutation(len(ref))[:n]], sy.iloc[rng.permutation(len(sy))[:n]]
        f = enc([R, S]); X = np.vstack([f(R), f(S)]); y = np.r_[np.ones(n), np.zeros(n)]
        aucs = []
        for i, j in StratifiedKFold(3, shuffle=True, random_state=0).split(X, y):
            m = XGBClassifier(n_jobs=2, random_state=0, tree_method="hist").fit(X[i], y[i]); aucs.append(roc_auc_score(y[j], m.predict_proba(X[j])[:, 1]))
        out["c2st" + name] = float(1 - np.mean([2 * max(.5, a) - 1 for a in aucs])); out[f"c2st{name}_auc"] = float(np.mean(aucs))
    # train on synthetic, test on real
    feats = [c for c in tr if c != o.target]
    num2, cat2 = [c for c in num if c in feats], [c for c in cat if c in feats]
    def fit(src):
        e = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1).fit(pd.concat([tr, te])[cat2]) if cat2 else None
        g = lambda d: np.hstack([d[num2].to_numpy(float)] + ([e.transform(d[cat2])] if cat2 else []))
        if o.task == "reg":
            s = src.dropna(subset=[o.target]); t = te.dropna(subset=[o.target])
            m = XGBRegressor(n_jobs=2, random_state=0, tree_method="hist").fit(g(s), s[o.target])
            return float(np.sqrt(np.mean((m.predict(g(t)) - t[o.target]) ** 2)))
        cls = sorted(tr[o.target].unique()); ix = {c: k for k, c in enumerate(cls)}
        s = src[src[o.target].isin(cls)]; ys = s[o.target].map(ix).to_numpy()
        if len(np.unique(ys)) < len(cls): return float("nan")
        m = XGBClassifier(n_jobs=2, random_state=0, tree_method="hist").fit(g(s), ys); p = m.predict_proba(g(te)); yt = te[o.target].map(ix)
        return float(roc_auc_score(yt, p[:, 1]) if len(cls) == 2 else roc_auc_score(yt, p, multi_class="ovr", average="macro"))
    out["mle"], out["mle_real"] = fit(sy), fit(tr)
    # distance to closest record, equal-sized reference sets
    k = min(len(tr), len(te), 5000); q = min(len(sy), 5000)
    f = enc([tr, te, sy]); A, B, Q = f(tr.sample(k, random_state=0)), f(te.sample(k, random_state=0)), f(sy.sample(q, random_state=0))
    rngs = np.nanmax(f(tr)[:, :len(num)], 0) - np.nanmin(f(tr)[:, :len(num)], 0) if num else np.array([])
    def near(ref):
        d = np.full(len(Q), np.inf)
        for s in range(0, len(ref), 250):
            r = ref[s:s + 250]; z = np.zeros((len(Q), len(r)))
            for c in range(Q.shape[1]):
                v = np.abs(Q[:, c, None] - r[None, :, c])
                z += np.nan_to_num(np.minimum(v / max(rngs[c], 1e-12), 1), nan=1.0) if c < len(num) else (v > 0)
            d = np.minimum(d, z.min(1))
        return d
    dt, dh = near(A), near(B)
    out["dcr_share"] = float(np.mean(dt < dh) + .5 * np.mean(dt == dh))
    key = lambda d: set(map(tuple, d.astype(str).to_numpy()))
    ks = key(tr); out["exact_copies"] = float(np.mean([t in ks for t in map(tuple, sy.astype(str).to_numpy())]))
    json.dump(out, sys.stdout, indent=1); print()

main()
