/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bytes that are said to be an ONNX file. */
#include "network.h"
#include "target.h"

void
fuzz_target_start (void)
{
}

void
fuzz_target_run (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (data, size);

  fuzz_network_try (bytes);
}
