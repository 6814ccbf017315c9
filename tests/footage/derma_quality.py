# SPDX-License-Identifier: LGPL-2.1-or-later
"""libderma's quality meter for NumPy pictures, through the shared library as any program calls it."""
import ctypes

import numpy as np

FORMAT_GRAY8 = 16
FORMAT_BGR = 7
RANGE_FULL = 1
POOR = 0.5


class Frame(ctypes.Structure):
    _fields_ = [("format", ctypes.c_int), ("width", ctypes.c_uint), ("height", ctypes.c_uint),
                ("matrix", ctypes.c_int), ("range", ctypes.c_int), ("planes", ctypes.c_void_p * 3),
                ("strides", ctypes.c_int * 3)]


class Quality(ctypes.Structure):
    _fields_ = [(name, ctypes.c_float) for name in ("focus", "exposure", "glare", "motion")]


class Detail(ctypes.Structure):
    _fields_ = [(name, ctypes.c_float) for name in ("ring", "brightness", "clipped", "crushed")]


def as_dict(structure):
    return {name: getattr(structure, name) for name, _ in structure._fields_}


class Meter:
    def __init__(self, library):
        self.library = ctypes.CDLL(library)
        self.library.derma_quality_meter_new.restype = ctypes.c_void_p
        self.library.derma_advice_get_text.restype = ctypes.c_char_p
        self.meter = ctypes.c_void_p(self.library.derma_quality_meter_new())

    def __del__(self):
        self.library.derma_quality_meter_free(self.meter)

    def reset(self):
        self.library.derma_quality_meter_reset(self.meter)

    def measure(self, picture):
        """Quality, its detail and the advice for the centred square of a BGR or grey picture."""
        picture = np.ascontiguousarray(picture)
        grey = picture.ndim == 2
        frame = Frame(FORMAT_GRAY8 if grey else FORMAT_BGR, picture.shape[1], picture.shape[0], 0, RANGE_FULL)
        frame.planes[0] = picture.ctypes.data
        frame.strides[0] = picture.strides[0]
        quality, detail = Quality(), Detail()
        if not self.library.derma_quality_meter_measure(self.meter, ctypes.byref(frame), None, ctypes.byref(quality),
                                                        None):
            raise ValueError(f"a picture of {picture.shape} was refused")
        self.library.derma_quality_meter_get_detail(self.meter, ctypes.byref(detail))
        advice = self.library.derma_quality_advise(ctypes.byref(quality), ctypes.byref(detail))
        return as_dict(quality), as_dict(detail), self.library.derma_advice_get_text(advice).decode()
