/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "fakecamera.h"

#include <umockdev.h>

/* Whether the program may use one; if not, it says so as a test that is skipped. */
gboolean mock_testbed_is_possible (void);
/* A testbed of umockdev in which played cameras are nodes /dev/videoN, for this program and those that it starts. */
UMockdevTestbed *mock_testbed_new (void);
/* Adds a node; the camera must outlive the testbed. */
void mock_testbed_add (UMockdevTestbed *testbed, guint number, FakeCamera *fake);
