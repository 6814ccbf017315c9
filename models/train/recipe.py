# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is trained on what, for how long."""
from dataclasses import dataclass, replace
from typing import Optional


@dataclass(frozen=True)
class Stage:
    side: int  # pixels
    epochs: int
    rate: float  # peak learning rate
    strength: float  # of the augmentation, 0..1
    frozen: bool  # whether the first layers stay as ImageNet left them
    mixed: bool = False  # whether half of the pictures are blends of two
    wear: float = 1.0  # how often blur, noise, JPEG and dark corners, 1 for as often as augment.py says
    teachers: int = 9  # so many of them answer, the first first; the earlier network is one of them


@dataclass(frozen=True)
class Run:
    epochs: int
    rate: float
    blended: float = 0.0  # share of batches whose pictures are blends of two


@dataclass(frozen=True)
class Refinement:
    first: int  # so many blocks stay as they are
    views: int  # of each picture: as it is, and lightly changed
    runs: tuple  # each from the mean of the weights before and after the one before
    strength: float = 0.35  # of the changes, as in Stage
    wear: float = 0.35
    classifier_factor: float = 10.0  # of the rate
    side: int = 224


@dataclass(frozen=True)
class Recipe:
    sources: dict  # data set: weight in the draw
    validate_on: str
    teachers: tuple  # the stages of each
    stages: tuple
    epoch_pictures: int
    name: str
    version: str
    licence: str
    provenance: str
    has_map: bool = True  # whether masks taught the lesion map
    goes_on: bool = False  # from an earlier file of the network, whose answers it learns beside the teachers'
    plain_answers: bool = False  # whether teachers answer the picture as it was before light and wear
    refinement: Optional[Refinement] = None  # of its last blocks, by refine.py instead of train.py
    typicality_pictures: int = 4000
    pictures: Optional[int] = None  # so many alone, drawn at random

    @property
    def side(self):
        """Pixels of the pictures that were learned last."""
        return self.refinement.side if self.refinement else self.stages[-1].side


RECIPES = {
    "full": Recipe(
        sources={"ham10000": 1.0, "isic2017": 1.0, "milk10k": 0.5, "isic2018-task12": 0.7, "isic2020": 0.7},
        validate_on="ham10000",
        teachers=((Stage(160, 9, 1e-3, 0.7, True, mixed=True), Stage(160, 6, 8e-4, 0.5, True),
                   Stage(192, 9, 9e-4, 0.55, True), Stage(224, 3, 3e-4, 0.5, True)),),
        stages=(Stage(128, 9, 2e-3, 0.6, True), Stage(160, 6, 1.6e-3, 0.6, True), Stage(192, 5, 1e-3, 0.5, True),
                Stage(224, 2, 4e-4, 0.5, True), Stage(192, 7, 1.2e-3, 0.55, True), Stage(224, 4, 5e-4, 0.5, False)),
        epoch_pictures=11264,
        name="dermaclassify",
        version="0.5.1-full",
        licence="CC-BY-NC-4.0",
        provenance="trained on HAM10000 (Tschandl et al., CC BY-NC 4.0), ISIC 2017 task 3 (CC0), ISIC 2018 tasks 1-2, ISIC 2020 "
                   "and MILK10k (CC BY-NC), training splits only, distilled from a MobileNetV2 trained on the same; both "
                   "started from MobileNetV2 ImageNet weights (Apache-2.0)"),
    "again": Recipe(
        sources={"ham10000": 1.0, "isic2017": 1.0, "milk10k": 0.5, "isic2018-task12": 0.7, "isic2020": 0.7},
        validate_on="ham10000",
        teachers=((Stage(160, 14, 1e-3, 0.35, True, wear=0.4),), (Stage(192, 8, 1.2e-3, 0.45, True, wear=0.4),)),
        stages=(Stage(160, 16, 1.6e-3, 0.6, False, mixed=True, teachers=2), Stage(192, 6, 1.2e-3, 0.55, False),
                Stage(224, 3, 5e-4, 0.5, False)),
        epoch_pictures=11264,
        name="dermaclassify",
        version="0.5.1",
        licence="CC-BY-NC-4.0",
        provenance="trained on HAM10000 (Tschandl et al., CC BY-NC 4.0), ISIC 2017 task 3 (CC0), ISIC 2018 tasks 1-2, ISIC 2020 "
                   "and MILK10k (CC BY-NC), training splits only, from the weights and the answers of version 0.4.0 and the "
                   "answers of two MobileNetV2 trained on the same; all had started from MobileNetV2 ImageNet weights "
                   "(Apache-2.0)",
        goes_on=True,
        plain_answers=True),
    "refine": Recipe(
        sources={"ham10000": 1.0, "isic2017": 1.0, "milk10k": 0.5, "isic2018-task12": 0.7, "isic2020": 0.7},
        validate_on="ham10000",
        teachers=(),
        stages=(),
        epoch_pictures=0,
        name="dermaclassify",
        version="0.5.1-refined",
        licence="CC-BY-NC-4.0",
        provenance="trained on HAM10000 (Tschandl et al., CC BY-NC 4.0), ISIC 2017 task 3 (CC0), ISIC 2018 tasks 1-2, ISIC 2020 "
                   "and MILK10k (CC BY-NC), training splits only, from the weights of version 0.5.0, which had learned from "
                   "version 0.4.0 and two MobileNetV2 trained on the same; all had started from MobileNetV2 ImageNet weights "
                   "(Apache-2.0)",
        refinement=Refinement(first=8, views=8, runs=(Run(5, 1e-4),))),
    "cc0": Recipe(
        sources={"isic2017": 1.0},
        validate_on="isic2017",
        teachers=((Stage(160, 16, 1e-3, 0.6, True),),),
        stages=(Stage(160, 40, 2e-3, 0.6, True), Stage(224, 8, 6e-4, 0.5, True)),
        epoch_pictures=1984,
        name="dermaclassify-cc0",
        version="0.4.0",
        licence="CC0-1.0",
        provenance="trained on ISIC 2017 task 3 (CC0), training split only, distilled from a MobileNetV2 trained on the same; "
                   "both started from MobileNetV2 ImageNet weights (Apache-2.0)",
        has_map=False,
        typicality_pictures=2000),
    "quick": Recipe(
        sources={"ham10000": 1.0, "isic2017": 1.0, "milk10k": 0.5},
        validate_on="ham10000",
        teachers=((Stage(64, 3, 1e-3, 0.7, True),),),
        stages=(Stage(64, 6, 2e-3, 0.6, True, mixed=True), Stage(64, 3, 1e-3, 0.5, False)),
        epoch_pictures=448,
        name="dermaclassify-quick",
        version="0.0.0",
        licence="LicenseRef-not-for-use",
        provenance="a few minutes of training on a small sample, to see that it runs",
        plain_answers=True,
        typicality_pictures=256,
        pictures=600),
}
RECIPES["refine-quick"] = replace(RECIPES["quick"], stages=(), teachers=(), refinement=Refinement(
    first=4, views=2, runs=(Run(2, 1e-3), Run(2, 1e-3, blended=0.5)), side=64))
