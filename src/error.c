/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <derma/error.h>

G_DEFINE_QUARK (derma - error - quark, derma_error)
