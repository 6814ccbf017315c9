/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/model.h>

/* What a model is and says about itself, as a JSON object (transfer full). */
gchar *derma_model_info_to_json (const DermaModel *model);
/* The same for a person, a line an item (transfer full). */
gchar *derma_model_info_to_text (const DermaModel *model);
