/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "target.h"

#include <signal.h>
#include <stdlib.h>

int LLVMFuzzerInitialize (int *argc, char ***argv);
int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* GLib stops a debugger at what is fatal; libFuzzer keeps the input only where the program aborts. */
static void
on_trap (int number)
{
  abort ();
}

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK);
  signal (SIGTRAP, on_trap);
  fuzz_target_start ();
  return 0;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  fuzz_target_run (data, size);
  return 0;
}
