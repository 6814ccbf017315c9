# SPDX-License-Identifier: LGPL-2.1-or-later
"""A camera: what it makes of light, with exposure that hunts, mains flicker, drifting white balance and noise."""
import cv2
import numpy as np

import spoil

TABLE = spoil.to_srgb(np.linspace(0, 1, 4097, dtype=np.float32)).astype(np.float32)
WANTED = 0.34  # mean light that automatic exposure aims at


class Sensor:
    def __init__(self, fps, rng):
        self.rng, self.step, self.time = rng, 1.0 / fps, 0.0
        self.gain, self.speed = 1.0, 0.0  # of exposure, in stops
        self.stops = 0.0
        self.flicker = rng.uniform(0.005, 0.03)
        self.bands = rng.uniform(1.2, 3.0)  # of flicker in a frame's height
        self.roll = rng.uniform(0.3, 2.0)  # bands a second that they wander
        self.tint = rng.uniform(0.05, 0.2, 2) * 2 * np.pi
        self.noise = rng.uniform(0.8, 2.0)

    def adapt(self, light):
        """Automatic exposure as a sluggish spring: it overshoots when what it sees changes."""
        wanted = np.clip(0.6 * np.log2(WANTED / max(float(light[::8, ::8].mean()), 0.01)), -1.0, 1.2)
        self.speed += self.step * (30.0 * (wanted - self.stops) - 5.0 * self.speed)
        self.stops += self.step * self.speed
        return 2.0 ** self.stops

    def bands_of(self, height):
        rows = np.arange(height, dtype=np.float32) / height
        return 1 + self.flicker * np.sin(2 * np.pi * (self.bands * rows + self.roll * self.time))

    def balance(self):
        blue, red = 1 + 0.015 * np.sin(self.tint * self.time)
        return np.float32([blue, 1.0, red])

    def grain(self, shape):
        raw = self.rng.standard_normal(shape, dtype=np.float32)
        return 0.6 * raw + 1.1 * cv2.GaussianBlur(raw, (0, 0), 0.7)

    def take(self, light):
        """Light to bytes."""
        exposure = self.adapt(light)
        self.time += self.step
        seen = light * (exposure * self.bands_of(light.shape[0])[:, None, None] * self.balance()).astype(np.float32)
        index = np.clip(seen * 4096, 0, 4096).astype(np.int32)
        picture = TABLE[index]
        amount = self.noise * max(1.0, exposure) * np.sqrt(1.3 - picture / 255)
        return spoil.as_bytes(picture + amount * self.grain(picture.shape))
