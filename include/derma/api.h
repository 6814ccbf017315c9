/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/**
 * DERMA_API:
 *
 * Marks the symbols that libderma exports; everything else is hidden.
 */
#define DERMA_API __attribute__ ((visibility ("default")))
