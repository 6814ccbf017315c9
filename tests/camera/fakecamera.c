/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fakecamera.h"

#include <errno.h>
#include <string.h>

#define FAKE_FD 1000

static const gchar *const EXPOSURE_MODES[] = { NULL, "Manual Mode", NULL, "Aperture Priority Mode" };
static const gchar *const LINE_FREQUENCIES[] = { "Disabled", "50 Hz", "60 Hz" };

static gint
fail (gint code)
{
  errno = code;
  return -1;
}

FakeControl *
fake_camera_get (FakeCamera *fake, guint32 id)
{
  for (guint i = 0; i < fake->n_controls; i++)
    if (fake->controls[i].id == id)
      return &fake->controls[i];
  return NULL;
}

static gboolean
is_governed (FakeCamera *fake, const FakeControl *control)
{
  const FakeControl *governor = control->governor ? fake_camera_get (fake, control->governor) : NULL;

  return governor && governor->value != control->manual;
}

static gint
enumerate_format (FakeCamera *fake, struct v4l2_fmtdesc *query)
{
  const FakeFormat *format = &fake->formats[0];

  if (query->type != V4L2_BUF_TYPE_VIDEO_CAPTURE)
    return fail (EINVAL);
  if (query->index < fake->n_formats)
    format = &fake->formats[query->index];
  else if (!(fake->faults & FAKE_ENDLESS_FORMATS))
    return fail (EINVAL);
  query->pixelformat = format->fourcc;
  query->flags = format->flags;
  memset (query->description, 0, sizeof query->description);
  memcpy (query->description, format->description, MIN (strlen (format->description), sizeof query->description));
  return 0;
}

static const FakeFormat *
find_format (FakeCamera *fake, guint32 fourcc)
{
  for (guint i = 0; i < fake->n_formats; i++)
    if (fake->formats[i].fourcc == fourcc)
      return &fake->formats[i];
  return NULL;
}

static gint
enumerate_size (FakeCamera *fake, struct v4l2_frmsizeenum *query)
{
  const FakeFormat *format = find_format (fake, query->pixel_format);
  guint index = query->index;

  if (fake->faults & FAKE_NO_SIZES)
    return fail (ENOTTY);
  if (!format)
    return fail (EINVAL);
  if (index >= G_N_ELEMENTS (format->sizes) || format->sizes[index].type == 0) {
    if (!(fake->faults & FAKE_ENDLESS_SIZES))
      return fail (EINVAL);
    index = 0;
  }
  /* A driver that mistreats the index must not make the caller ask the same again. */
  query->index = 0;
  query->type = format->sizes[index].type;
  query->stepwise = format->sizes[index].stepwise;
  return 0;
}

static gint
enumerate_rate (FakeCamera *fake, struct v4l2_frmivalenum *query)
{
  const FakeFormat *format = find_format (fake, query->pixel_format);

  if (!format || query->width == 0)
    return fail (EINVAL);
  if (fake->faults & FAKE_STEPWISE_RATES) {
    query->type = V4L2_FRMIVAL_TYPE_CONTINUOUS;
    query->stepwise.min = (struct v4l2_fract){ 1, 60 };
    query->stepwise.max = (struct v4l2_fract){ 1, 1 };
    return 0;
  }
  if (query->index >= format->n_rates && !(fake->faults & FAKE_ENDLESS_RATES))
    return fail (EINVAL);
  query->type = V4L2_FRMIVAL_TYPE_DISCRETE;
  query->discrete = (struct v4l2_fract){ query->index + 1, 30 };
  return 0;
}

static void
describe (FakeCamera *fake, const FakeControl *control, struct v4l2_query_ext_ctrl *query)
{
  *query = (struct v4l2_query_ext_ctrl){
    .id = control->id,
    .type = control->type,
    .minimum = control->minimum,
    .maximum = control->maximum,
    .step = (guint64)control->step,
    .default_value = control->default_value,
    .flags = control->flags | (is_governed (fake, control) ? V4L2_CTRL_FLAG_INACTIVE : 0),
    .elem_size = 4,
    .elems = 1,
  };
  memcpy (query->name, control->name, MIN (strlen (control->name), sizeof query->name));
}

static gint
query_control (FakeCamera *fake, struct v4l2_query_ext_ctrl *query)
{
  guint32 id = query->id & V4L2_CTRL_ID_MASK;

  for (guint i = 0; i < fake->n_controls; i++) {
    const FakeControl *control = &fake->controls[i];

    if (query->id & V4L2_CTRL_FLAG_NEXT_CTRL ? control->id > id : control->id == id) {
      describe (fake, control, query);
      return 0;
    }
  }
  if (!(fake->faults & (FAKE_ENDLESS_CONTROLS | FAKE_SAME_CONTROL)))
    return fail (EINVAL);
  describe (fake, &fake->controls[0], query);
  if (fake->faults & FAKE_ENDLESS_CONTROLS)
    query->id = id + 1;
  return 0;
}

static gint
query_menu (FakeCamera *fake, struct v4l2_querymenu *query)
{
  const FakeControl *control = fake_camera_get (fake, query->id);

  if (!control || (control->type != V4L2_CTRL_TYPE_MENU && control->type != V4L2_CTRL_TYPE_INTEGER_MENU))
    return fail (EINVAL);
  if (control->type == V4L2_CTRL_TYPE_INTEGER_MENU) {
    query->value = (gint64)query->index * 1000;
    return 0;
  }
  /* Without a list, whatever is asked for. */
  if (control->items && (query->index > control->maximum || !control->items[query->index]))
    return fail (EINVAL);
  memset (query->name, 0, sizeof query->name);
  g_strlcpy ((gchar *)query->name, control->items ? control->items[query->index] : "Item", sizeof query->name);
  return 0;
}

static void
move (FakeCamera *fake, FakeControl *control)
{
  if (fake->moves_streaming && !fake->streaming)
    return;
  if (control->speed < 0) {
    control->value = control->value == control->target ? control->target + control->speed : control->target;
    return;
  }
  if (control->value < control->target)
    control->value = MIN (control->value + control->speed, control->target);
  else
    control->value = MAX (control->value - control->speed, control->target);
}

static gint
read_control (FakeCamera *fake, struct v4l2_ext_control *raw)
{
  FakeControl *control = fake_camera_get (fake, raw->id);
  gint64 value;

  if (!control)
    return fail (EINVAL);
  if (control->read_error)
    return fail (control->read_error);
  if (is_governed (fake, control))
    move (fake, control);
  value = control->value;
  if (control->lazy > 0) {
    control->lazy--;
    value = control->old;
  }
  if (control->type == V4L2_CTRL_TYPE_INTEGER64)
    raw->value64 = value;
  else
    raw->value = (gint32)value;
  return 0;
}

static gint
write_control (FakeCamera *fake, const struct v4l2_ext_control *raw)
{
  FakeControl *control = fake_camera_get (fake, raw->id);
  gint64 value;

  if (!control)
    return fail (EINVAL);
  fake->n_writes++;
  if (control->write_error)
    return fail (control->write_error);
  if (control->grabbed && fake->streaming)
    return fail (EBUSY);
  if (control->flags & V4L2_CTRL_FLAG_READ_ONLY || is_governed (fake, control))
    return fail (EACCES);
  value = control->type == V4L2_CTRL_TYPE_INTEGER64 ? raw->value64
          : control->type == V4L2_CTRL_TYPE_BITMASK ? (gint64)(guint32)raw->value
                                                    : raw->value;
  if (value < control->minimum || value > control->maximum)
    return fail (ERANGE);
  if (control->stubborn)
    return 0;
  control->old = control->value;
  control->value = control->kept ? control->kept : value - (value - control->minimum) % control->step;
  return 0;
}

static gint
enumerate_input (FakeCamera *fake, struct v4l2_input *query)
{
  if (fake->faults & FAKE_NO_INPUT)
    return fail (ENOTTY);
  if (query->index > 0)
    return fail (EINVAL);
  *query = (struct v4l2_input){ .name = "Camera 1", .type = V4L2_INPUT_TYPE_CAMERA };
  return 0;
}

static gint
request_buffers (FakeCamera *fake, struct v4l2_requestbuffers *request)
{
  if (fake->streaming || fake->stream_error == EBUSY)
    return fail (EBUSY);
  if (request->type != V4L2_BUF_TYPE_VIDEO_CAPTURE || request->memory != V4L2_MEMORY_MMAP)
    return fail (EINVAL);
  fake->n_buffers = request->count = MIN (request->count, 3);
  fake->n_queued = 0;
  return 0;
}

static gint
queue_buffer (FakeCamera *fake, const struct v4l2_buffer *buffer)
{
  if (buffer->index >= fake->n_buffers || fake->n_queued == fake->n_buffers)
    return fail (EINVAL);
  fake->n_queued++;
  return 0;
}

static gint
dequeue_buffer (FakeCamera *fake, struct v4l2_buffer *buffer)
{
  if (!fake->streaming)
    return fail (EINVAL);
  /* Every other time there is no picture yet. */
  if (fake->n_queued == 0 || fake->n_frames++ % 2)
    return fail (EAGAIN);
  fake->n_queued--;
  buffer->index = fake->n_frames % fake->n_buffers;
  return 0;
}

static gint
switch_stream (FakeCamera *fake, gboolean on)
{
  if (on && (fake->stream_error || fake->n_queued == 0))
    return fail (fake->stream_error ? fake->stream_error : EINVAL);
  fake->streaming = on;
  return 0;
}

static gint
answer (FakeCamera *fake, gulong request, gpointer argument)
{
  struct v4l2_ext_controls *list = argument;
  struct v4l2_format *format = argument;

  switch (request) {
  case VIDIOC_QUERYCAP:
    memcpy (argument, &fake->capability, sizeof fake->capability);
    return 0;
  case VIDIOC_ENUMINPUT:
    return enumerate_input (fake, argument);
  case VIDIOC_ENUM_FMT:
    return enumerate_format (fake, argument);
  case VIDIOC_ENUM_FRAMESIZES:
    return enumerate_size (fake, argument);
  case VIDIOC_ENUM_FRAMEINTERVALS:
    return enumerate_rate (fake, argument);
  case VIDIOC_G_FMT:
    if (format->type != V4L2_BUF_TYPE_VIDEO_CAPTURE)
      return fail (EINVAL);
    format->fmt.pix.pixelformat = fake->formats[0].fourcc;
    format->fmt.pix.width = 640;
    format->fmt.pix.height = 480;
    return 0;
  case VIDIOC_REQBUFS:
    return request_buffers (fake, argument);
  case VIDIOC_QBUF:
    return queue_buffer (fake, argument);
  case VIDIOC_DQBUF:
    return dequeue_buffer (fake, argument);
  case VIDIOC_STREAMON:
  case VIDIOC_STREAMOFF:
    return switch_stream (fake, request == VIDIOC_STREAMON);
  case VIDIOC_QUERY_EXT_CTRL:
    return query_control (fake, argument);
  case VIDIOC_QUERYMENU:
    return query_menu (fake, argument);
  case VIDIOC_G_EXT_CTRLS:
    return list->count == 1 ? read_control (fake, list->controls) : fail (EINVAL);
  case VIDIOC_S_EXT_CTRLS:
    return list->count == 1 ? write_control (fake, list->controls) : fail (EINVAL);
  default:
    return fail (ENOTTY);
  }
}

static void
scribble (FakeCamera *fake, gulong request, gpointer argument)
{
  struct v4l2_ext_controls *list = argument;
  guint8 *bytes = request == VIDIOC_G_EXT_CTRLS ? (guint8 *)list->controls : argument;
  gsize size = request == VIDIOC_G_EXT_CTRLS ? sizeof *list->controls : _IOC_SIZE (request);

  for (gsize i = 0; i < size; i++)
    bytes[i] = (guint8)g_rand_int (fake->random);
}

static gint
call (FakeCamera *fake, gulong request, gpointer argument)
{
  fake->n_calls++;
  if (fake->interruptions > 0) {
    fake->interruptions--;
    return fail (EINTR);
  }
  if (fake->gone_after > 0 && fake->n_calls > fake->gone_after)
    return fail (ENODEV);
  if (fake->call_error)
    return fail (fake->call_error);
  if (fake->faults & FAKE_GARBAGE && request != VIDIOC_QUERYCAP && request != VIDIOC_S_EXT_CTRLS) {
    scribble (fake, request, argument);
    return 0;
  }
  return answer (fake, request, argument);
}

gint
fake_camera_ioctl (FakeCamera *fake, gulong request, gpointer argument)
{
  gint result;

  g_mutex_lock (&fake->mutex);
  result = call (fake, request, argument);
  g_mutex_unlock (&fake->mutex);
  return result;
}

static gint
io_open (DermaCameraIo *io, const gchar *path)
{
  FakeCamera *fake = (FakeCamera *)io;
  gint error;

  g_mutex_lock (&fake->mutex);
  error = fake->open_error;
  fake->n_open += error == 0;
  g_mutex_unlock (&fake->mutex);
  return error ? fail (error) : FAKE_FD;
}

static gint
io_ioctl (DermaCameraIo *io, gint fd, gulong request, gpointer argument)
{
  return fd == FAKE_FD ? fake_camera_ioctl ((FakeCamera *)io, request, argument) : fail (EBADF);
}

static void
io_close (DermaCameraIo *io, gint fd)
{
  FakeCamera *fake = (FakeCamera *)io;

  g_mutex_lock (&fake->mutex);
  fake->n_open--;
  g_mutex_unlock (&fake->mutex);
}

static gint64
io_now (DermaCameraIo *io)
{
  return ((FakeCamera *)io)->now;
}

static void
io_sleep (DermaCameraIo *io, guint64 duration)
{
  ((FakeCamera *)io)->now += (gint64)duration;
}

FakeControl *
fake_camera_add (FakeCamera *fake, FakeControl control)
{
  guint i = fake->n_controls++;

  g_assert_cmpuint (i, <, G_N_ELEMENTS (fake->controls));
  if (control.step == 0)
    control.step = 1;
  for (; i > 0 && fake->controls[i - 1].id > control.id; i--)
    fake->controls[i] = fake->controls[i - 1];
  fake->controls[i] = control;
  return &fake->controls[i];
}

static void
add_user_controls (FakeCamera *fake)
{
  fake_camera_add (
      fake,
      (FakeControl){ .id = V4L2_CTRL_CLASS_USER | 1, .type = V4L2_CTRL_TYPE_CTRL_CLASS, .name = "User Controls" });
  fake_camera_add (fake, (FakeControl){ .id = V4L2_CID_BRIGHTNESS,
                                        .type = V4L2_CTRL_TYPE_INTEGER,
                                        .name = "Brightness",
                                        .minimum = -64,
                                        .maximum = 64,
                                        .value = 3 });
  fake_camera_add (fake, (FakeControl){ .id = V4L2_CID_AUTO_WHITE_BALANCE,
                                        .type = V4L2_CTRL_TYPE_BOOLEAN,
                                        .name = "White Balance, Automatic",
                                        .maximum = 1,
                                        .default_value = 1,
                                        .value = 1 });
  fake_camera_add (fake, (FakeControl){ .id = V4L2_CID_GAIN,
                                        .type = V4L2_CTRL_TYPE_INTEGER,
                                        .name = "Gain",
                                        .maximum = 100,
                                        .value = 40,
                                        .governor = V4L2_CID_EXPOSURE_AUTO,
                                        .manual = V4L2_EXPOSURE_MANUAL,
                                        .target = 40 });
  fake_camera_add (fake, (FakeControl){ .id = V4L2_CID_POWER_LINE_FREQUENCY,
                                        .type = V4L2_CTRL_TYPE_MENU,
                                        .name = "Power Line Frequency",
                                        .maximum = 2,
                                        .default_value = 1,
                                        .value = 1,
                                        .items = LINE_FREQUENCIES });
  fake_camera_add (fake, (FakeControl){ .id = V4L2_CID_WHITE_BALANCE_TEMPERATURE,
                                        .type = V4L2_CTRL_TYPE_INTEGER,
                                        .name = "White Balance Temperature",
                                        .minimum = 2800,
                                        .maximum = 6500,
                                        .step = 10,
                                        .default_value = 4600,
                                        .value = 5000,
                                        .governor = V4L2_CID_AUTO_WHITE_BALANCE,
                                        .target = 5000 });
}

static void
add_camera_controls (FakeCamera *fake)
{
  fake_camera_add (fake, (FakeControl){ .id = V4L2_CID_EXPOSURE_AUTO,
                                        .type = V4L2_CTRL_TYPE_MENU,
                                        .name = "Auto Exposure",
                                        .maximum = 3,
                                        .default_value = 3,
                                        .value = V4L2_EXPOSURE_APERTURE_PRIORITY,
                                        .items = EXPOSURE_MODES });
  fake_camera_add (fake, (FakeControl){ .id = V4L2_CID_EXPOSURE_ABSOLUTE,
                                        .type = V4L2_CTRL_TYPE_INTEGER,
                                        .name = "Exposure Time, Absolute",
                                        .minimum = 1,
                                        .maximum = 5000,
                                        .default_value = 157,
                                        .value = 300,
                                        .governor = V4L2_CID_EXPOSURE_AUTO,
                                        .manual = V4L2_EXPOSURE_MANUAL,
                                        .target = 300 });
  fake_camera_add (fake, (FakeControl){ .id = V4L2_CID_FOCUS_ABSOLUTE,
                                        .type = V4L2_CTRL_TYPE_INTEGER,
                                        .name = "Focus, Absolute",
                                        .maximum = 250,
                                        .step = 5,
                                        .value = 60,
                                        .governor = V4L2_CID_FOCUS_AUTO,
                                        .target = 60 });
  fake_camera_add (fake, (FakeControl){ .id = V4L2_CID_FOCUS_AUTO,
                                        .type = V4L2_CTRL_TYPE_BOOLEAN,
                                        .name = "Focus, Automatic Continuous",
                                        .maximum = 1,
                                        .default_value = 1,
                                        .value = 1 });
}

void
fake_camera_init (FakeCamera *fake)
{
  memset (fake, 0, sizeof *fake);
  g_mutex_init (&fake->mutex);
  fake->io = (DermaCameraIo){ io_open, io_ioctl, io_close, io_now, io_sleep };
  fake->random = g_rand_new_with_seed (4);
  strcpy ((gchar *)fake->capability.card, "Dermatoscope");
  strcpy ((gchar *)fake->capability.driver, "uvcvideo");
  strcpy ((gchar *)fake->capability.bus_info, "usb-0000:00:14.0-2");
  fake->capability.capabilities =
      V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_META_CAPTURE | V4L2_CAP_STREAMING | V4L2_CAP_DEVICE_CAPS;
  fake->capability.device_caps = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING;
  fake->formats[0] = (FakeFormat){ .fourcc = V4L2_PIX_FMT_MJPEG,
                                   .flags = V4L2_FMT_FLAG_COMPRESSED,
                                   .description = "Motion-JPEG",
                                   .sizes = { { .type = V4L2_FRMSIZE_TYPE_DISCRETE, .discrete = { 1920, 1080 } },
                                              { .type = V4L2_FRMSIZE_TYPE_DISCRETE, .discrete = { 640, 480 } } },
                                   .n_rates = 2 };
  fake->formats[1] =
      (FakeFormat){ .fourcc = V4L2_PIX_FMT_YUYV,
                    .description = "YUYV 4:2:2",
                    .sizes = { { .type = V4L2_FRMSIZE_TYPE_STEPWISE, .stepwise = { 160, 1280, 16, 120, 720, 8 } } },
                    .n_rates = 1 };
  fake->n_formats = 2;
  add_user_controls (fake);
  add_camera_controls (fake);
}

void
fake_camera_clear (FakeCamera *fake)
{
  g_assert_cmpuint (fake->n_open, ==, 0);
  g_rand_free (fake->random);
  g_mutex_clear (&fake->mutex);
}

DermaCamera *
fake_camera_open (FakeCamera *fake)
{
  g_autoptr (GError) error = NULL;
  DermaCamera *camera = derma_camera_open_with (&fake->io, FAKE_DEVICE, &error);

  g_assert_no_error (error);
  g_assert_nonnull (camera);
  return camera;
}
