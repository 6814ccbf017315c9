# SPDX-License-Identifier: LGPL-2.1-or-later
"""Pictures that are no lesion, made from nothing or from skin beside lesions, to teach typicality by."""
import cv2
import numpy as np

from dataset import SIDE


def _colour(rng):
    return rng.uniform(0, 255, 3) if rng.random() < 0.6 else np.array([200, 150, 130]) * rng.uniform(0.5, 1.25) + rng.normal(0, 15, 3)


def _finish(x):
    return np.clip(x, 0, 255).astype(np.uint8)


def plain_skin(rng, pixels, mask):
    """A window of skin beside the lesion, mirrored to fill the picture or enlarged; None without enough of it."""
    scale = SIDE / mask.shape[0]
    for _ in range(20):
        side = int(rng.integers(48, 120))
        x, y = rng.integers(0, SIDE - side, 2)
        part = mask[int(y / scale):int(np.ceil((y + side) / scale)), int(x / scale):int(np.ceil((x + side) / scale))]
        window = pixels[y:y + side, x:x + side]
        if part.mean() > 2 or window.mean() < 60:
            continue
        if rng.random() < 0.5:
            times = int(np.ceil(SIDE / side))
            return cv2.copyMakeBorder(window, 0, side * times, 0, side * times, cv2.BORDER_REFLECT)[:SIDE, :SIDE]
        return cv2.resize(window, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
    return None


def even(rng):
    """One colour, dark as under a lens cap or bright, with the noise of a sensor."""
    base = rng.uniform(0, 25, 3) if rng.random() < 0.5 else _colour(rng)
    return _finish(np.ones((SIDE, SIDE, 3)) * base + rng.normal(0, rng.uniform(0, 12), (SIDE, SIDE, 3)))


def waves(rng):
    """Stripes, rings, checks and gradients."""
    axis = np.linspace(-1, 1, SIDE)
    x, y = np.meshgrid(axis, axis)
    angle = rng.uniform(0, np.pi)
    u, v = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    f = np.exp(rng.uniform(np.log(0.5), np.log(60)))
    kind = rng.integers(0, 4)
    wave = [np.sin(f * u), np.sin(f * np.hypot(x, y)), np.sign(np.sin(f * u) * np.sin(f * v)), u][kind]
    if rng.random() < 0.3:
        wave = np.sign(wave)
    a, b = _colour(rng), _colour(rng)
    return _finish(a + (b - a) * (wave[..., None] * 0.5 + 0.5))


def cloud(rng, spectrum=None):
    """Noise with a falling spectrum, or with the spectrum of a given picture: its texture without its shapes."""
    if spectrum is not None:
        phase = np.angle(np.fft.fft2(rng.normal(size=(SIDE, SIDE))))
        turn = np.exp(1j * (phase - phase[0, 0]))  # the mean colour stays
        planes = [np.real(np.fft.ifft2(np.abs(np.fft.fft2(spectrum[..., c].astype(float))) * turn)) for c in range(3)]
        return _finish(np.stack(planes, -1))
    f = np.hypot(*np.meshgrid(np.fft.fftfreq(SIDE), np.fft.fftfreq(SIDE)))
    f[0, 0] = 1
    fall = f ** -rng.uniform(0.3, 2.2)
    planes = [np.real(np.fft.ifft2(np.fft.fft2(rng.normal(size=(SIDE, SIDE))) * fall)) for _ in range(3)]
    grey = rng.uniform(0, 1)
    planes = [p * (1 - grey) + planes[0] * grey for p in planes]
    return _finish(_colour(rng) + np.stack([p / p.std() for p in planes], -1) * rng.uniform(10, 70))


def leaves(rng):
    """Overlapping discs, boxes and polygons of every size: edges and occlusion as in pictures of things."""
    image = np.ones((SIDE, SIDE, 3), np.float32) * _colour(rng)
    palette = [_colour(rng) for _ in range(rng.integers(2, 12))]
    for _ in range(int(np.exp(rng.uniform(np.log(6), np.log(250))))):
        centre = tuple(map(int, rng.uniform(0, SIDE, 2)))
        size = max(2, int(min(3 / rng.uniform(0.01, 1), 110)))
        colour = tuple(map(float, palette[rng.integers(len(palette))] + rng.normal(0, 12, 3)))
        kind = rng.integers(0, 4)
        width = -1 if rng.random() < 0.8 else int(rng.integers(1, 4))
        if kind == 0:
            cv2.ellipse(image, centre, (size, max(1, int(size * rng.uniform(0.2, 1)))), float(rng.uniform(0, 180)), 0, 360,
                        colour, width, cv2.LINE_AA)
        elif kind == 1:
            corner = (centre[0] + size, centre[1] + max(1, int(size * rng.uniform(0.1, 1.5))))
            cv2.rectangle(image, centre, corner, colour, width)
        elif kind == 2:
            points = np.int32(np.array(centre) + rng.normal(0, size, (rng.integers(3, 7), 2)))
            cv2.fillPoly(image, [points], colour, cv2.LINE_AA)
        else:
            end = tuple(map(int, rng.uniform(0, SIDE, 2)))
            cv2.line(image, centre, end, colour, int(rng.integers(1, 6)), cv2.LINE_AA)
    if rng.random() < 0.6:
        image = image + (cloud(rng).astype(np.float32) - 128) * rng.uniform(0.1, 0.6)
    if rng.random() < 0.5:
        image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.4, 5))
    return _finish(image)


def shuffled(rng, pixels):
    """The picture cut into squares and put together in another order and in other colours."""
    n = int(rng.choice((4, 8, 16)))
    side = SIDE // n
    tiles = pixels.reshape(n, side, n, side, 3).swapaxes(1, 2).reshape(n * n, side, side, 3)
    out = tiles[rng.permutation(n * n)].reshape(n, n, side, side, 3).swapaxes(1, 2).reshape(SIDE, SIDE, 3)
    return _finish(np.roll(out, rng.integers(0, 3), 2).astype(float) * rng.uniform(0.5, 1.3, 3))


def recoloured(rng, pixels):
    """Shapes of a real picture in colours that skin never has."""
    x = 255 - pixels if rng.random() < 0.4 else np.roll(pixels, rng.integers(1, 3), 2)
    return _finish(x.astype(float) * rng.uniform(0.3, 1.2, 3))


def outlier(rng, pixels, mask):
    """One picture that is no lesion; @pixels and @mask are of a real one to start from."""
    kind = rng.choice(7, p=(0.22, 0.08, 0.12, 0.14, 0.26, 0.09, 0.09))
    if kind == 0:
        skin = plain_skin(rng, pixels, mask) if mask is not None else None
        return skin if skin is not None else leaves(rng)
    if kind == 3:
        return cloud(rng, pixels if rng.random() < 0.4 else None)
    return [None, even, waves, None, leaves][kind](rng) if kind < 5 else (shuffled, recoloured)[kind - 5](rng, pixels)
