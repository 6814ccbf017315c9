/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* All of libderma. */
#include <derma/api.h>
#include <derma/camera.h>
#include <derma/classes.h>
#include <derma/classifier.h>
#include <derma/error.h>
#include <derma/frame.h>
#include <derma/framing.h>
#include <derma/graph.h>
#include <derma/metadata.h>
#include <derma/model.h>
#include <derma/picture.h>
#include <derma/quality.h>
#include <derma/reading.h>
#include <derma/sampler.h>
#include <derma/shutter.h>
#include <derma/sidecar.h>
#include <derma/snapshot.h>
#include <derma/tracker.h>
#include <derma/version.h>
