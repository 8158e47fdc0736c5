"""Writes reference.csv: divergences within families from their textbook forms, to 60 digits.

    pip install mpmath && python reference.py > reference.csv

The textbook forms cancel near q = p; with 60 digits there are enough left. Parameters are the very doubles that the
program reads.
"""

import random

from mpmath import besseli, digamma, e, euler, exp, expm1, log, loggamma, mp, mpf, pi, cos, coth, gamma

mp.dps = 60


def beta_ln(a):
    return sum(loggamma(x) for x in a) - loggamma(sum(a))


def dirichlet(a, b):
    total = digamma(sum(a))
    return beta_ln(b) - beta_ln(a) + sum((x - y) * (digamma(x) - total) for x, y in zip(a, b))


def gamma_kl(a, b):
    (a1, b1), (a2, b2) = a, b
    return (a1 - a2) * digamma(a1) - loggamma(a1) + loggamma(a2) + a2 * (log(b1) - log(b2)) + a1 * (b2 - b1) / b1


def bernoulli(p, q):
    return p * log(p / q) + (1 - p) * log((1 - p) / (1 - q))


def continuous_bernoulli(a, b):
    def normaliser(l):
        eta = log(l / (1 - l))
        return log(expm1(eta) / eta) if eta != 0 else mpf(0)

    def mean(l):
        eta = log(l / (1 - l))
        return 1 / (1 - exp(-eta)) - 1 / eta if eta != 0 else mpf(1) / 2

    (l1,), (l2,) = a, b
    return normaliser(l2) - normaliser(l1) - mean(l1) * (log(l2 / (1 - l2)) - log(l1 / (1 - l1)))


def gumbel(a, b):
    (m1, b1), (m2, b2) = a, b
    r = b1 / b2
    return log(b2 / b1) + euler * (r - 1) + exp((m2 - m1) / b2) * gamma(1 + r) - 1 + (m1 - m2) / b2


def weibull(a, b):
    (l1, k1), (l2, k2) = a, b
    return gumbel((-log(l1), 1 / k1), (-log(l2), 1 / k2))


def von_mises(a, b):
    (m1, k1), (m2, k2) = a, b
    return log(besseli(0, k2) / besseli(0, k1)) + besseli(1, k1) / besseli(0, k1) * (k1 - k2 * cos(m1 - m2))


def normal(a, b):
    (m1, s1), (m2, s2) = a, b
    return log(s2 / s1) + (s1**2 + (m1 - m2) ** 2) / (2 * s2**2) - mpf(1) / 2


def laplace(a, b):
    (m1, b1), (m2, b2) = a, b
    d = abs(m1 - m2)
    return log(b2 / b1) + d / b2 + b1 / b2 * exp(-d / b1) - 1


def logistic(a, b):
    (m1, s1), (m2, _) = a, b
    d = (m1 - m2) / s1
    return d * coth(d / 2) - 2


FAMILIES = {
    "bernoulli": ("u", lambda a, b: bernoulli(a[0], b[0])),
    "beta": ("++", dirichlet),
    "cauchy": ("r+", lambda a, b: log(((a[1] + b[1]) ** 2 + (a[0] - b[0]) ** 2) / (4 * a[1] * b[1]))),
    "continuous_bernoulli": ("u", continuous_bernoulli),
    "dirichlet": ("++++", dirichlet),
    "exponential": ("+", lambda a, b: log(a[0] / b[0]) + b[0] / a[0] - 1),
    "gamma": ("++", gamma_kl),
    "geometric": ("u", lambda a, b: bernoulli(a[0], b[0]) / a[0]),
    "gumbel": ("r+", gumbel),
    "half_normal": ("+", lambda a, b: normal((mpf(0), a[0]), (mpf(0), b[0]))),
    "inverse_gamma": ("++", gamma_kl),
    "laplace": ("r+", laplace),
    "log_normal": ("r+", normal),
    "logistic": ("r=", logistic),
    "normal": ("r+", normal),
    "pareto": ("=+", lambda a, b: log(a[1] / b[1]) + b[1] / a[1] - 1 + b[1] * log(a[0] / b[0])),
    "poisson": ("+", lambda a, b: a[0] * log(a[0] / b[0]) - a[0] + b[0]),
    "von_mises": ("r+", von_mises),
    "weibull": ("++", weibull),
}


def main():
    rng = random.Random(20261123)
    print("family,q,p,kl")
    for family, (kinds, kl) in FAMILIES.items():
        for step in (1e-12, 1e-9, 1e-6, 1e-3, 0.1, 1.0, 10.0):
            for wide in (1.0, 6.0, 12.0):
                q, p = [], []
                for kind in kinds:
                    if kind == "u":
                        x = rng.uniform(0.02, 0.98)
                        y = min(max(x * (1 + rng.uniform(-step, step)), 1e-9), 1 - 1e-9)
                    elif kind == "r":
                        x = rng.uniform(-3, 3)
                        y = x + rng.uniform(-step, step)
                    else:
                        x = exp(rng.uniform(-wide, wide))
                        y = x if kind == "=" else x * exp(rng.uniform(-step, step))
                    q.append(float(x))
                    p.append(float(y))
                value = kl([mpf(x) for x in q], [mpf(x) for x in p])
                if value > mpf(10) ** 290 or value == 0:
                    continue
                row = " ".join(map(repr, q)), " ".join(map(repr, p)), mp.nstr(value, 20, min_fixed=0, max_fixed=0)
                print(family, *row, sep=",")


main()
