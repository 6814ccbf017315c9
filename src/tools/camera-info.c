/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/camera-info.h"
#include "tools/json.h"

#include <math.h>

static const struct {
  DermaControlFlags flag;
  const gchar *name;
} FLAGS[] = {
  { DERMA_CONTROL_DISABLED, "disabled" },     { DERMA_CONTROL_READ_ONLY, "read-only" },
  { DERMA_CONTROL_WRITE_ONLY, "write-only" }, { DERMA_CONTROL_INACTIVE, "inactive" },
  { DERMA_CONTROL_GRABBED, "grabbed" },       { DERMA_CONTROL_VOLATILE, "volatile" },
};

DermaCameraInfo *
derma_camera_info_read (DermaCamera *camera, GError **error)
{
  g_autoptr (DermaCameraInfo) info = g_new0 (DermaCameraInfo, 1);
  gboolean more_modes = FALSE, more_controls = FALSE;

  info->camera = camera;
  info->modes = derma_camera_list_modes (camera, &more_modes, error);
  if (!info->modes)
    return NULL;
  info->controls = derma_camera_list_controls (camera, &more_controls, error);
  if (!info->controls)
    return NULL;
  info->truncated = more_modes || more_controls;
  return g_steal_pointer (&info);
}

void
derma_camera_info_free (DermaCameraInfo *info)
{
  if (!info)
    return;
  g_clear_pointer (&info->modes, g_ptr_array_unref);
  g_clear_pointer (&info->controls, g_ptr_array_unref);
  g_free (info);
}

static gdouble
rate_of (const DermaCameraRate *rate)
{
  return rate->denominator > 0 ? (gdouble)rate->numerator / rate->denominator : 0;
}

static void
add_integer (JsonBuilder *builder, const gchar *name, gint64 value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

static void
add_mode (JsonBuilder *builder, const DermaCameraMode *mode)
{
  json_builder_begin_object (builder);
  derma_json_add_string (builder, "format", mode->format);
  derma_json_add_string (builder, "description", mode->description);
  derma_json_add_boolean (builder, "compressed", mode->compressed);
  derma_json_add_count (builder, "min_width", mode->min_width);
  derma_json_add_count (builder, "max_width", mode->max_width);
  derma_json_add_count (builder, "step_width", mode->step_width);
  derma_json_add_count (builder, "min_height", mode->min_height);
  derma_json_add_count (builder, "max_height", mode->max_height);
  derma_json_add_count (builder, "step_height", mode->step_height);
  derma_json_begin_array (builder, "rates");
  for (guint i = 0; i < mode->n_rates; i++)
    json_builder_add_double_value (builder, rate_of (&mode->rates[i]));
  json_builder_end_array (builder);
  derma_json_add_boolean (builder, "rates_range", mode->rates_range);
  json_builder_end_object (builder);
}

static void
add_items (JsonBuilder *builder, const GPtrArray *items)
{
  derma_json_begin_array (builder, "items");
  for (guint i = 0; i < items->len; i++) {
    const DermaControlItem *item = g_ptr_array_index (items, i);

    json_builder_begin_object (builder);
    add_integer (builder, "value", item->value);
    derma_json_add_string (builder, "name", item->name);
    json_builder_end_object (builder);
  }
  json_builder_end_array (builder);
}

static void
add_control (JsonBuilder *builder, const DermaControl *control)
{
  json_builder_begin_object (builder);
  derma_json_add_string (builder, "key", control->key);
  derma_json_add_string (builder, "name", control->name);
  add_integer (builder, "id", control->id);
  derma_json_add_string (builder, "type", derma_control_type_to_string (control->type));
  add_integer (builder, "min", control->minimum);
  add_integer (builder, "max", control->maximum);
  derma_json_add_count (builder, "step", control->step);
  add_integer (builder, "default", control->default_value);
  if (control->flags & DERMA_CONTROL_HAS_VALUE)
    add_integer (builder, "value", control->value);
  else
    derma_json_add_number (builder, "value", NAN);
  derma_json_begin_array (builder, "flags");
  for (guint i = 0; i < G_N_ELEMENTS (FLAGS); i++)
    if (control->flags & FLAGS[i].flag)
      json_builder_add_string_value (builder, FLAGS[i].name);
  json_builder_end_array (builder);
  if (control->items)
    add_items (builder, control->items);
  json_builder_end_object (builder);
}

static void
add_info (JsonBuilder *builder, const DermaCameraInfo *info)
{
  json_builder_begin_object (builder);
  derma_json_add_string (builder, "device", derma_camera_get_device (info->camera));
  derma_json_add_string (builder, "card", derma_camera_get_card (info->camera));
  derma_json_add_string (builder, "driver", derma_camera_get_driver (info->camera));
  derma_json_add_string (builder, "bus", derma_camera_get_bus (info->camera));
  derma_json_begin_array (builder, "modes");
  for (guint i = 0; i < info->modes->len; i++)
    add_mode (builder, g_ptr_array_index (info->modes, i));
  json_builder_end_array (builder);
  derma_json_begin_array (builder, "controls");
  for (guint i = 0; i < info->controls->len; i++)
    add_control (builder, g_ptr_array_index (info->controls, i));
  json_builder_end_array (builder);
  derma_json_add_boolean (builder, "truncated", info->truncated);
  json_builder_end_object (builder);
}

static gchar *
to_string (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);

  return json_to_string (root, TRUE);
}

gchar *
derma_camera_info_to_json (const DermaCameraInfo *info)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  add_info (builder, info);
  return to_string (builder);
}

gchar *
derma_camera_infos_to_json (const GPtrArray *infos)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_array (builder);
  for (guint i = 0; i < infos->len; i++)
    add_info (builder, g_ptr_array_index (infos, i));
  json_builder_end_array (builder);
  return to_string (builder);
}

static void
append_size (GString *text, const DermaCameraMode *mode)
{
  if (mode->max_width == 0)
    g_string_append (text, "  size not told");
  else if (mode->step_width == 0)
    g_string_append_printf (text, "  %ux%u", mode->max_width, mode->max_height);
  else
    g_string_append_printf (text, "  %ux%u to %ux%u by %ux%u", mode->min_width, mode->min_height, mode->max_width,
                            mode->max_height, mode->step_width, mode->step_height);
}

static void
append_mode (GString *text, const DermaCameraMode *mode)
{
  g_string_append_printf (text, "  %s", mode->format);
  append_size (text, mode);
  for (guint i = 0; i < mode->n_rates; i++)
    g_string_append_printf (text, "%s%.4g",
                            i == 0              ? "  "
                            : mode->rates_range ? " to "
                                                : ", ",
                            rate_of (&mode->rates[i]));
  g_string_append (text, mode->n_rates > 0 ? " frames a second\n" : "\n");
}

static void
append_control (GString *text, const DermaControl *control)
{
  g_string_append_printf (text, "  %s", control->key);
  if (control->flags & DERMA_CONTROL_HAS_VALUE)
    g_string_append_printf (text, " = %" G_GINT64_FORMAT, control->value);
  g_string_append_printf (text, "  (%s", derma_control_type_to_string (control->type));
  if (control->type != DERMA_CONTROL_BUTTON && control->type != DERMA_CONTROL_OTHER)
    g_string_append_printf (text, " %" G_GINT64_FORMAT "..%" G_GINT64_FORMAT, control->minimum, control->maximum);
  if (control->step > 1)
    g_string_append_printf (text, " by %" G_GUINT64_FORMAT, control->step);
  for (guint i = 0; i < G_N_ELEMENTS (FLAGS); i++)
    if (control->flags & FLAGS[i].flag)
      g_string_append_printf (text, ", %s", FLAGS[i].name);
  g_string_append (text, ")\n");
  for (guint i = 0; control->items && i < control->items->len; i++) {
    const DermaControlItem *item = g_ptr_array_index (control->items, i);

    g_string_append_printf (text, "    %" G_GINT64_FORMAT ": %s\n", item->value, item->name);
  }
}

gchar *
derma_camera_info_to_text (const DermaCameraInfo *info)
{
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "device: %s\n", derma_camera_get_device (info->camera));
  g_string_append_printf (text, "card: %s\n", derma_camera_get_card (info->camera));
  g_string_append_printf (text, "driver: %s\n", derma_camera_get_driver (info->camera));
  g_string_append_printf (text, "bus: %s\nmodes:\n", derma_camera_get_bus (info->camera));
  for (guint i = 0; i < info->modes->len; i++)
    append_mode (text, g_ptr_array_index (info->modes, i));
  g_string_append (text, "controls:\n");
  for (guint i = 0; i < info->controls->len; i++)
    append_control (text, g_ptr_array_index (info->controls, i));
  if (info->truncated)
    g_string_append (text, "The driver offers more than is listed.\n");
  return g_string_free (text, FALSE);
}

gchar *
derma_camera_info_to_line (const DermaCameraInfo *info)
{
  return g_strdup_printf ("%s  %s  (%s, %s, %u modes, %u controls)", derma_camera_get_device (info->camera),
                          derma_camera_get_card (info->camera), derma_camera_get_driver (info->camera),
                          derma_camera_get_bus (info->camera), info->modes->len, info->controls->len);
}
