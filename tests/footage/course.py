# SPDX-License-Identifier: LGPL-2.1-or-later
"""The course of an examination: for every frame what the hand and the lens do."""
import dataclasses

import numpy as np

GAP, APPROACH, HUNT, HOLD = "gap", "approach", "focus-hunt", "hold"
PRESSURE, GLARE, LIFT = "pressure", "glare", "lift-off"


@dataclasses.dataclass
class State:
    """What one frame shows. Lengths are in sides of the picture, but for the blur: in sides of the frame."""
    phase: str
    lesion: int  # counted from 1; 0 where none is in view
    zoom: float = 1.0  # the picture's side over the frame's shorter side
    x: float = 0.0
    y: float = 0.0
    angle: float = 0.0  # degrees
    blur: float = 0.0
    light: float = 1.0
    pressure: float = 0.0
    glare: float = 0.0


def smooth(t):
    return t * t * (3 - 2 * t)


class Hand:
    """Slow drift and tremor: noise through a low-pass filter, and what is left of 8 to 12 Hz."""

    def __init__(self, fps, rng):
        self.rng, self.step, self.time = rng, 1.0 / fps, 0.0
        self.drift = np.zeros(3)
        self.speed = np.zeros(3)
        self.beat = rng.uniform(8, 12, 3)
        self.phase = rng.uniform(0, 2 * np.pi, 3)

    def move(self):
        """Offsets along x, y and in angle, about 1 each."""
        pull = -2.0 * self.drift - 1.6 * self.speed + self.rng.normal(0, 2.2, 3) / np.sqrt(self.step)
        self.speed = self.speed + self.step * pull
        self.drift = self.drift + self.step * self.speed
        self.time += self.step
        return self.drift + 0.15 * np.sin(2 * np.pi * self.beat * self.time + self.phase)


def timeline(rng):
    """Phases of one lesion and how long each takes, in seconds."""
    middle = [(HOLD, rng.uniform(1.2, 2.0))]
    for phase, chance in ((PRESSURE, 0.6), (GLARE, 0.4)):
        if rng.random() < chance:
            middle += [(phase, rng.uniform(0.8, 1.6)), (HOLD, rng.uniform(0.8, 1.6))]
    middle.append((HOLD, rng.uniform(0.8, 1.5)))
    return [(GAP, rng.uniform(0.5, 1.0)), (APPROACH, rng.uniform(0.8, 1.4)), (HUNT, rng.uniform(0.5, 1.4)), *middle,
            (LIFT, rng.uniform(0.5, 0.9))]


class Visit:
    """One lesion's visit: where it rests, how the hand comes and goes, how the lens hunts."""

    def __init__(self, lesion, rng):
        self.lesion = lesion
        self.rest = rng.uniform(-0.05, 0.05, 2)
        self.come, self.go = (np.array([np.cos(a), np.sin(a)]) for a in rng.uniform(0, 2 * np.pi, 2))
        self.zoom = rng.uniform(0.90, 1.10)
        self.angle, self.turn = rng.uniform(-25, 25), rng.uniform(-10, 10)
        self.tremor = rng.uniform(0.004, 0.010)
        self.hunt = rng.uniform(2.0, 4.0) * 2 * np.pi
        self.blur = rng.uniform(0.0, 0.0008)  # what the lens is off by at rest
        self.ambient = rng.uniform(0.10, 0.30)  # light without contact

    def far(self, t, way):
        """Off the skin: t runs from contact (0) to away (1)."""
        return {"zoom": self.zoom * (1 - 0.45 * smooth(t)), "blur": self.blur + 0.028 * smooth(min(1, 1.5 * t)),
                "light": 1 - (1 - self.ambient) * smooth(min(1, 1.3 * t)),
                "x": self.rest[0] + 0.75 * way[0] * t ** 1.7, "y": self.rest[1] + 0.75 * way[1] * t ** 1.7}

    def state(self, phase, t, progress):
        """t: within the phase, 0..1; progress: of the whole time on the skin, 0..1."""
        still = State(phase, self.lesion, self.zoom, self.rest[0], self.rest[1], self.angle + self.turn * progress,
                      self.blur)
        if phase == GAP:
            return dataclasses.replace(still, lesion=0, **self.far(1.0, self.come * (1.3 - 0.3 * t)))
        if phase == APPROACH:
            return dataclasses.replace(still, **self.far(1 - t, self.come))
        if phase == HUNT:
            swing = 0.010 * np.exp(-2.5 * t) * abs(np.sin(self.hunt * t + 1.2)) * (1 - smooth(t))
            return dataclasses.replace(still, blur=self.blur + swing)
        if phase == PRESSURE:
            press = np.sin(np.pi * t) ** 0.7
            return dataclasses.replace(still, pressure=press, zoom=self.zoom * (1 + 0.03 * press))
        if phase == GLARE:
            return dataclasses.replace(still, glare=min(1.0, 4 * t, 4 * (1 - t)))
        if phase == LIFT:
            return dataclasses.replace(still, **self.far(t, self.go))
        return still


def examine(lesions, fps, rng):
    """Yields (state, visit) frame by frame for that many lesions one after the other."""
    hand = Hand(fps, rng)
    for lesion in range(1, lesions + 1):
        visit = Visit(lesion, rng)
        phases = timeline(rng)
        on_skin = sum(seconds for phase, seconds in phases if phase not in (GAP, APPROACH, LIFT))
        passed = 0.0
        for phase, seconds in phases:
            frames = max(2, round(seconds * fps))
            for i in range(frames):
                state = visit.state(phase, i / (frames - 1), min(1.0, passed / on_skin))
                moved = hand.move() * visit.tremor * (2.5 if phase in (GAP, APPROACH, LIFT) else 1.0)
                state.x, state.y = state.x + moved[0], state.y + moved[1]
                state.angle += 40 * moved[2]
                passed += 0 if phase in (GAP, APPROACH, LIFT) else 1.0 / fps
                yield state, visit
