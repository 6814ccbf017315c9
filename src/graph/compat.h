/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The one place that knows about versions of XNNPACK. Later ones mark most of the functions that all versions share
 * as deprecated; what they offer instead does not exist in the earlier ones.
 */
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

#include <xnnpack.h>

/* Global pooling drops the pooled axes in versions that have this flag, unless it is given. */
#ifdef XNN_FLAG_KEEP_DIMS
#define DERMA_FLAG_KEEP_DIMS XNN_FLAG_KEEP_DIMS
#else
#define DERMA_FLAG_KEEP_DIMS 0
#endif

/* Other memory for a runtime that is set up: later versions would plan all of theirs anew, unless asked not to. */
#ifdef HAVE_XNN_SETUP_RUNTIME_V2
#define derma_xnn_setup_again xnn_setup_runtime_v2
#else
#define derma_xnn_setup_again xnn_setup_runtime
#endif
