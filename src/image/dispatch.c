/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "image/kernels.h"

const DermaKernels *
derma_kernels_get (void)
{
#ifdef DERMA_HAVE_AVX2
  if (__builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma"))
    return &derma_kernels_avx2;
#endif
  return &derma_kernels_base;
}
