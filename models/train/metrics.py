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
    """The highest threshold that reaches this sensitivity; (threshold, sensitivity, specificity)."""
    positives = np.sort(malignant[truth])
    k = int(np.floor((1 - sensitivity) * len(positives)))
    threshold = float(positives[k])
    return threshold, float((malignant[truth] >= threshold).mean()), float((malignant[~truth] < threshold).mean())
