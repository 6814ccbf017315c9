# SPDX-License-Identifier: LGPL-2.1-or-later
"""The few measures that training and calibration choose by; `derma eval` computes what is reported."""
import numpy as np


def balanced_accuracy(truth, found, classes):
    """Mean recall over the classes that occur."""
    recalls = [(found[truth == c] == c).mean() for c in range(classes) if (truth == c).any()]
    return float(np.mean(recalls))


def softmax(scores, temperature=1.0):
    z = scores / temperature
    z = np.exp(z - z.max(1, keepdims=True))
    return z / z.sum(1, keepdims=True)


def negative_log_likelihood(scores, truth, temperature):
    p = softmax(scores, temperature)[np.arange(len(truth)), truth]
    return float(-np.log(np.maximum(p, 1e-12)).mean())


def operating_point(malignant, truth, sensitivity):
    """The highest threshold that another positive of their kind reaches with this probability at least; (threshold,
    sensitivity, specificity), these on the pictures it was chosen on.

    Of n positives in order of their scores the one after k others is reached by another with probability (n - k) / (n + 1)
    (split conformal prediction; Vovk et al., 2005), so that on these themselves the sensitivity is a little higher.
    """
    positives = np.sort(malignant[truth])
    n = len(positives)
    k = int(np.floor(n - sensitivity * (n + 1) + 1e-9))
    threshold = float(positives[max(k, 0)])
    return threshold, float((malignant[truth] >= threshold).mean()), float((malignant[~truth] < threshold).mean())


def auc(scores, positive):
    """Area under the receiver operating characteristic (Mann-Whitney), ties counted half."""
    order = np.argsort(scores, kind="stable")
    ranks = np.empty(len(scores))
    values, start = scores[order], 0
    for end in range(1, len(scores) + 1):
        if end == len(scores) or values[end] != values[start]:
            ranks[order[start:end]] = (start + 1 + end) / 2
            start = end
    n = positive.sum()
    return float((ranks[positive].sum() - n * (n + 1) / 2) / (n * (len(scores) - n)))


def mean_auc(truth, scores):
    """Mean one-against-rest AUC over the classes that occur beside others."""
    p = softmax(scores)
    return float(np.mean([auc(p[:, c], truth == c) for c in range(scores.shape[1]) if 0 < (truth == c).sum() < len(truth)]))
