/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The one place that knows about versions of XNNPACK. Later ones mark most of the functions that all versions share
 * as deprecated; what they offer instead does not exist in the earlier ones.
 */
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

#include <xnnpack.h>
