//! Every metric by name: what it measures, which way is better, how it is estimated and who proposed it.

use serde::{Serialize, Serializer};

/// What a metric is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Family {
    /// One column at a time.
    Columns,
    /// Two columns at a time.
    Pairs,
    /// Whole rows.
    Rows,
    /// What can be learned from the rows.
    Usefulness,
    /// What the rows tell of the people behind the training rows.
    Privacy,
    /// What a model says of held-out rows.
    Model,
    /// Features of images or of anything else, by a named extractor.
    Features,
    /// Classes that a classifier sees in images.
    Classes,
}

/// Which way is better.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Goal {
    /// Greater values.
    Higher,
    /// Smaller values.
    Lower,
    /// Values near this one.
    Near(f64),
}

macro_rules! metrics {
    ($($(#[$doc:meta])* $variant:ident, $name:literal, $title:literal, $family:ident, $goal:expr, $estimator:literal, $reference:literal;)*) => {
        /// A metric.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Metric {
            $($(#[$doc])* $variant,)*
        }

        impl Metric {
            /// Every metric, in the order of a report.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Its name in files.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// Its name for people.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)* }
            }

            /// What it is about.
            #[must_use]
            pub const fn family(self) -> Family {
                match self { $(Self::$variant => Family::$family,)* }
            }

            /// Which way is better.
            #[must_use]
            pub const fn goal(self) -> Goal {
                match self { $(Self::$variant => $goal,)* }
            }

            /// How it is estimated, and how its error.
            #[must_use]
            pub const fn estimator(self) -> &'static str {
                match self { $(Self::$variant => $estimator,)* }
            }

            /// Who proposed it.
            #[must_use]
            pub const fn reference(self) -> &'static str {
                match self { $(Self::$variant => $reference,)* }
            }
        }
    };
}

use Goal::{Higher, Lower, Near};

metrics! {
    /// Mean of [`Metric::KsComplement`] over numbers and [`Metric::TvComplement`] over labels.
    Shape, "shape", "column shapes", Columns, Higher,
        "mean over columns of 1 - D (numbers, instants) or 1 - TV (labels), missing cells left out; error by influence functions",
        "SDMetrics quality report, Column Shapes";
    /// The same against rows that were not trained on.
    ShapeUnseen, "shape-unseen", "column shapes, unseen rows", Columns, Higher,
        "as column shapes, against the holdout", "SDMetrics quality report, Column Shapes";
    /// `1 - sup |F - G|`.
    KsComplement, "ks-complement", "KS complement", Columns, Higher,
        "1 - the two-sample Kolmogorov-Smirnov statistic; error by its influence function at the largest gap",
        "Kolmogorov 1933; Smirnov 1948";
    /// `1 - ½ Σ |p - q|`.
    TvComplement, "tv-complement", "TV complement", Columns, Higher,
        "1 - half the summed differences of level frequencies; error by its influence function",
        "SDMetrics, TVComplement";
    /// `∫ |F - G| dx`, in the column's unit.
    Wasserstein, "wasserstein-1", "Wasserstein distance", Columns, Lower,
        "area between the empirical distribution functions; error by its influence function",
        "Vallender 1974, Theory Probab. Appl. 18";
    /// Share missing in the synthetic rows less that in the real ones.
    MissingDifference, "missing-difference", "missing share, synthetic - real", Columns, Near(0.0),
        "difference of two shares; binomial standard error", "-";
    /// Share of the real range that the synthetic values span.
    RangeCoverage, "range-coverage", "range coverage", Columns, Higher,
        "length of the intersection of both ranges by that of the real one; 1 for a constant that is met",
        "SDMetrics, RangeCoverage";
    /// Share of the real levels that occur.
    CategoryCoverage, "category-coverage", "category coverage", Columns, Higher,
        "real levels that occur in the synthetic rows, by real levels", "SDMetrics, CategoryCoverage";
    /// Share of synthetic values that no real row could have had.
    OutOfDomain, "out-of-domain", "values out of domain", Columns, Lower,
        "share of present values outside the real range, or with an unknown level; Wilson interval",
        "SDMetrics, BoundaryAdherence and CategoryAdherence";
    /// Mean over pairs, as the peers' report has it without thresholds.
    Trend, "trend", "pair trends", Pairs, Higher,
        "mean over pairs: 1 - |r - r'|/2 of numbers, 1 - TV of contingency tables otherwise, ten bins of equal width over each sample's own range; error by influence functions and a jackknife of the extremes that the bins hang on",
        "SDMetrics quality report, Column Pair Trends with thresholds 0";
    /// The same against rows that were not trained on.
    TrendUnseen, "trend-unseen", "pair trends, unseen rows", Pairs, Higher,
        "as pair trends, against the holdout", "SDMetrics quality report, Column Pair Trends with thresholds 0";
    /// The same over associated pairs.
    TrendStrict, "trend-associated", "pair trends, associated pairs", Pairs, Higher,
        "as pair trends, over pairs with |r| > 0.5 or Cramér's V > 0.3 in the real rows",
        "SDMetrics quality report, Column Pair Trends with its default thresholds";
    /// The same against rows that were not trained on.
    TrendStrictUnseen, "trend-associated-unseen", "pair trends, associated pairs, unseen rows", Pairs, Higher,
        "as pair trends of associated pairs, against the holdout",
        "SDMetrics quality report, Column Pair Trends with its default thresholds";
    /// Mean correlation similarity of pairs of numbers.
    Correlation, "correlation-similarity", "correlation similarity", Pairs, Higher,
        "mean over pairs of numbers of 1 - |r - r'|/2 (Pearson), r' = 0 where a synthetic column is constant; error by influence functions",
        "SDMetrics, CorrelationSimilarity";
    /// Mean contingency similarity of all pairs on shared bins.
    Contingency, "contingency-similarity", "contingency similarity", Pairs, Higher,
        "mean over all pairs of 1 - TV of contingency tables; numbers in ten bins of equal real frequency whose edges both samples share; error by influence functions",
        "SDMetrics, ContingencySimilarity, with shared edges";
    /// How little a classifier can tell synthetic rows from the real ones.
    TwoSample, "two-sample", "two-sample test", Rows, Higher,
        "1 - mean over 3 folds of (2 max(1/2, AUC) - 1), boosted trees; DeLong's error",
        "Lopez-Paz & Oquab 2017, Revisiting Classifier Two-Sample Tests, arXiv:1610.06545";
    /// The AUC behind it.
    TwoSampleAuc, "two-sample-auc", "two-sample AUC", Rows, Near(0.5),
        "mean AUC of 3 folds, boosted trees (100 rounds, depth 6, step 0.3); DeLong's error times √2, as folds are fitted to each other",
        "DeLong, DeLong & Clarke-Pearson 1988, Biometrics 44";
    /// The same against rows that were not trained on.
    TwoSampleUnseen, "two-sample-unseen", "two-sample test, unseen rows", Rows, Higher,
        "as the two-sample test, against the holdout",
        "Lopez-Paz & Oquab 2017, arXiv:1610.06545";
    /// The AUC behind it.
    TwoSampleUnseenAuc, "two-sample-unseen-auc", "two-sample AUC, unseen rows", Rows, Near(0.5),
        "as the two-sample AUC, against the holdout", "DeLong et al. 1988, Biometrics 44";
    /// What the classifier's log-loss proves of the Jensen–Shannon divergence.
    JensenShannon, "jensen-shannon-bound", "Jensen-Shannon divergence, at least", Rows, Lower,
        "(V + log 4)/2 in nats, V = mean log D over real + mean log(1 - D) over synthetic rows that D was neither fitted nor calibrated on",
        "Goodfellow et al. 2014, Generative Adversarial Networks, eq. 6, arXiv:1406.2661";
    /// Fidelity of typical rows.
    AlphaPrecision, "alpha-precision", "α-precision", Rows, Higher,
        "1 - 2 ∫ |α - P(α)| dα over 30 levels; distance from the middle: mean Gower distance to the real rows",
        "Alaa et al. 2022, How Faithful is your Synthetic Data?, arXiv:2102.08921";
    /// Diversity.
    BetaRecall, "beta-recall", "β-recall", Rows, Higher,
        "1 - 2 ∫ |β - R(β)| dβ over 30 levels; a real row is recalled where its closest synthetic row is no farther than its closest real one",
        "Alaa et al. 2022, arXiv:2102.08921";
    /// How many real neighbourhoods synthetic rows fall into.
    Density, "density", "density", Rows, Near(1.0),
        "mean number of real 5-neighbourhoods that a synthetic row is in, by 5; Gower distance",
        "Naeem et al. 2020, Reliable Fidelity and Diversity Metrics, eq. 3, arXiv:2002.09797";
    /// How many real neighbourhoods are met.
    Coverage, "coverage", "coverage", Rows, Higher,
        "share of real 5-neighbourhoods with a synthetic row in them; Gower distance; error binomial in the real rows, jackknife over 20 groups of synthetic rows",
        "Naeem et al. 2020, eq. 4, arXiv:2002.09797";
    /// Energy distance.
    Energy, "energy-distance", "energy distance", Rows, Lower,
        "2 E d(X,Y) - E d(X,X') - E d(Y,Y'), unbiased, Gower distance",
        "Székely & Rizzo 2013, J. Stat. Plan. Inference 143";
    /// Its p-value.
    EnergyP, "energy-p-value", "energy distance, p-value", Rows, Higher,
        "share of 199 permutations of the labels with a distance as large, the sample itself counted",
        "Gretton et al. 2012, JMLR 13";
    /// Maximum mean discrepancy.
    Mmd, "mmd", "MMD²", Rows, Lower,
        "unbiased estimator, kernel exp(-d/median d) of the Gower distance",
        "Gretton et al. 2012, A Kernel Two-Sample Test, lemma 6, JMLR 13";
    /// Its p-value.
    MmdP, "mmd-p-value", "MMD², p-value", Rows, Higher,
        "share of 199 permutations of the labels with a value as large, the sample itself counted",
        "Gretton et al. 2012, JMLR 13";
    /// Area under the curve, trained on synthetic rows and tested on real ones.
    UsefulAuc, "usefulness-auc", "usefulness, AUC", Usefulness, Higher,
        "boosted trees fitted to the synthetic rows, AUC on held-out real rows (one against the rest, mean over classes); DeLong's error, and the spread of fits to quarters of the rows",
        "Esteban, Hyland & Rätsch 2017 (TSTR), arXiv:1706.02633";
    /// F1 of the same.
    UsefulF1, "usefulness-f1", "usefulness, F1", Usefulness, Higher,
        "F1 of the rarer class, mean over classes where there are more than two; error by its influence function, and the spread of fits to quarters",
        "Esteban et al. 2017, arXiv:1706.02633";
    /// Error of regression.
    UsefulRmse, "usefulness-rmse", "usefulness, RMSE", Usefulness, Lower,
        "root mean squared error on held-out real rows; error by the delta method, and the spread of fits to quarters", "Esteban et al. 2017, arXiv:1706.02633";
    /// Explained variance.
    UsefulR2, "usefulness-r2", "usefulness, R²", Usefulness, Higher,
        "1 - squared error by the real rows' variance; error by its influence function, and the spread of fits to quarters",
        "Esteban et al. 2017, arXiv:1706.02633";
    /// What is lost against training on real rows.
    UsefulLoss, "usefulness-loss", "usefulness lost against real rows", Usefulness, Lower,
        "AUC, R² or mean skill of trees fitted to the real training rows, less that of those fitted to the synthetic rows, on the same test rows; paired error",
        "Esteban et al. 2017 (TSTR against TRTR), arXiv:1706.02633";
    /// Mean skill over columns.
    UsefulAll, "usefulness-all-columns", "usefulness, every column in turn", Usefulness, Higher,
        "mean over target columns of 2 AUC - 1 (labels) or max(0, R²) (numbers) on held-out real rows",
        "Esteban et al. 2017, arXiv:1706.02633";
    /// Copies of training rows.
    Copies, "exact-copies", "exact copies", Privacy, Lower,
        "share of synthetic rows that equal a real row in every cell; Wilson interval", "-";
    /// Which is nearer, a training row or a row of an equal holdout.
    DcrShare, "dcr-share", "nearer to training rows", Privacy, Near(0.5),
        "share of synthetic rows whose closest record is a training row rather than one of an equal-sized holdout, ties half; error clustered by closest record",
        "Platzer & Reutterer 2021, Holdout-based empirical assessment, arXiv:2104.00635";
    /// Typical distance to a training row.
    DcrTrain, "dcr-train", "distance to closest training row, 5th percentile", Privacy, Higher,
        "5th percentile of the Gower distance", "Park et al. 2018, VLDB 11";
    /// Typical distance to a holdout row.
    DcrHoldout, "dcr-holdout", "distance to closest holdout row, 5th percentile", Privacy, Higher,
        "5th percentile of the Gower distance", "Platzer & Reutterer 2021, arXiv:2104.00635";
    /// How alone a match stands.
    NeighbourRatio, "nearest-neighbour-ratio", "nearest-neighbour ratio, 5th percentile", Privacy, Higher,
        "5th percentile of the distance to the closest by that to the second closest training row",
        "Lowe 2004; Lu et al. 2019 on synthetic tables";
    /// Whether distance betrays training rows.
    MembershipAuc, "membership-auc", "membership by distance, AUC", Privacy, Near(0.5),
        "AUC of telling training from holdout rows by the distance to the closest synthetic row; DeLong's error",
        "Chen et al. 2020, GAN-Leaks, arXiv:1909.03935";
    /// The same at few false alarms.
    MembershipTpr, "membership-tpr", "membership by distance, hits at 1 % false alarms", Privacy, Near(0.01),
        "share of training rows nearer than the nearest 1 % of the holdout; Wilson interval",
        "Carlini et al. 2022, Membership Inference Attacks From First Principles, arXiv:2112.03570";
    /// Whether the likelihood betrays training rows.
    LikelihoodAuc, "membership-likelihood-auc", "membership by likelihood, AUC", Privacy, Near(0.5),
        "AUC of telling training from holdout rows by the model's bound; DeLong's error",
        "Yeom et al. 2018, arXiv:1709.01604";
    /// The same at few false alarms.
    LikelihoodTpr, "membership-likelihood-tpr", "membership by likelihood, hits at 1 % false alarms", Privacy, Near(0.01),
        "share of training rows likelier than the likeliest 1 % of the holdout; Wilson interval",
        "Carlini et al. 2022, arXiv:2112.03570";
    /// Evidence lower bound of held-out rows.
    HeldOutElbo, "held-out-elbo", "held-out ELBO", Model, Higher,
        "mean over rows of the single-sample bound, nats; standard error over rows",
        "Kingma & Welling 2014, arXiv:1312.6114";
    /// Importance-weighted bound of held-out rows.
    ImportanceWeighted, "importance-weighted", "importance-weighted bound", Model, Higher,
        "mean over rows of the log mean weight, nats; standard error over rows",
        "Burda et al. 2016, eq. 8, arXiv:1509.00519";
    /// Effective sample size of it.
    EffectiveSamples, "effective-samples", "effective sample size", Model, Higher,
        "mean over rows of (Σw)²/Σw² of the importance weights", "Kong 1992";
    /// Overfitting in nats.
    Gap, "train-minus-held-out", "training less held-out ELBO", Model, Lower,
        "difference of the two means, nats; standard errors added in quadrature", "-";
    /// Distance between the normal distributions with the samples' moments.
    Frechet, "frechet-distance", "Fréchet distance", Features, Lower,
        "|μ₁ - μ₂|² + tr(Σ₁ + Σ₂ - 2(Σ₁Σ₂)^½), covariances by n - 1, singular values of a product of QR factors, in double precision; biased upwards by about c/n; error by influence functions",
        "Dowson & Landau 1982, J. Multivar. Anal. 12; Heusel et al. 2017, arXiv:1706.08500";
    /// The same without its bias.
    FrechetExtrapolated, "frechet-distance-extrapolated", "Fréchet distance of infinitely many rows", Features, Lower,
        "2F - (F' + F'')/2 with the Fréchet distances F' and F'' of halves of both samples, so that a bias of c/n cancels; error by influence functions",
        "Quenouille 1949, JRSS B 11; Chong & Forsyth 2020 (FID infinity, by regression), arXiv:1911.07023";
    /// Maximum mean discrepancy by a cubic kernel.
    KernelDistance, "kernel-distance", "kernel distance (KID)", Features, Lower,
        "unbiased MMD² over all pairs, kernel (xᵀy/d + 1)³, not times 1,000; error by the variance of the U-statistic, both orders of it",
        "Bińkowski et al. 2018, Demystifying MMD GANs, arXiv:1801.01401; Gretton et al. 2012, lemma 6, JMLR 13";
    /// Share of synthetic rows among the real ones.
    Precision, "precision", "precision", Features, Higher,
        "share of synthetic rows in the 3-neighbourhood of a real row; jackknife over 20 groups of either sample",
        "Kynkäänniemi et al. 2019, Improved Precision and Recall, eq. 1, arXiv:1904.06991";
    /// Share of real rows among the synthetic ones.
    Recall, "recall", "recall", Features, Higher,
        "share of real rows in the 3-neighbourhood of a synthetic row; jackknife over 20 groups of either sample",
        "Kynkäänniemi et al. 2019, eq. 2, arXiv:1904.06991";
    /// How many real neighbourhoods synthetic rows fall into.
    FeatureDensity, "feature-density", "density", Features, Near(1.0),
        "mean number of real 5-neighbourhoods that a synthetic row is in, by 5; Euclidean distance; jackknife over 20 groups of either sample",
        "Naeem et al. 2020, Reliable Fidelity and Diversity Metrics, eq. 3, arXiv:2002.09797";
    /// How many real neighbourhoods are met.
    FeatureCoverage, "feature-coverage", "coverage", Features, Higher,
        "share of real 5-neighbourhoods with a synthetic row in them; Euclidean distance; jackknife over 20 groups of either sample",
        "Naeem et al. 2020, eq. 4, arXiv:2002.09797";
    /// How many images a classifier is as sure of as of real ones.
    Recognised, "recognised", "recognised images", Classes, Higher,
        "share of images of which the classifier's greatest probability reaches the level that 95 % of unseen real images reach; binomial error, and that of the level by the 95 % interval of its rank",
        "-";
    /// How many images a classifier takes for what their label says.
    AsLabelled, "as-labelled", "classified as labelled", Classes, Higher,
        "share of the images whose most probable class is the label they carry; binomial error, Wilson's interval; of a classifier that errs, fresh real images do not reach 1 either",
        "Shmelkov et al. 2018, How good is my GAN? (GAN-test), arXiv:1807.09499";
    /// How alike the shares of classes are.
    ClassShares, "class-shares", "class shares", Classes, Higher,
        "1 - TV of the shares of the classes that the classifier sees in the images and in unseen real ones; error by its influence function",
        "-";
}

impl Serialize for Metric {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl Metric {
    /// Whether `a` is better than `b`.
    #[must_use]
    pub fn better(self, a: f64, b: f64) -> bool {
        match self.goal() {
            Higher => a > b,
            Lower => a < b,
            Near(target) => (a - target).abs() < (b - target).abs(),
        }
    }
}
