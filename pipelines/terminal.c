/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "terminal.h"

#include <errno.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

/* Those that end a program which does not look after them. */
static const gint fatal[] = { SIGQUIT, SIGILL,  SIGABRT, SIGFPE,  SIGSEGV, SIGBUS,  SIGTRAP,
                              SIGSYS,  SIGPIPE, SIGALRM, SIGXCPU, SIGXFSZ, SIGUSR1, SIGUSR2 };

/* Not every shell says that it has put a program that runs into the foreground. */
#define LOOK_MS 300

static struct termios before;
static struct termios raw;
static volatile sig_atomic_t is_raw;
static volatile sig_atomic_t is_away; /* perhaps in the background since it was raw */
static guint source;
static guint look_source;
static TerminalKey key_func;
static gpointer key_data;

gboolean
terminal_is_ours (void)
{
  return isatty (STDIN_FILENO) && tcgetpgrp (STDIN_FILENO) == getpgrp ();
}

/* Called from signal handlers, too. The terminal of another program is left alone: it would stop this one. */
static void
restore (void)
{
  const gint kept = errno;

  if (is_raw && terminal_is_ours ())
    tcsetattr (STDIN_FILENO, TCSANOW, &before);
  errno = kept;
}

static void
end_by (gint signal_number)
{
  restore ();
  signal (signal_number, SIG_DFL);
  raise (signal_number);
}

static void
set_handler (gint signal_number, void (*handler) (gint))
{
  struct sigaction action = { .sa_handler = handler, .sa_flags = SA_RESTART };

  sigemptyset (&action.sa_mask);
  sigaction (signal_number, &action, NULL);
}

/* What somebody before us chose not to hear does not end the program now. */
static void
set_fatal_handlers (void)
{
  struct sigaction present;

  for (guint i = 0; i < G_N_ELEMENTS (fatal); i++)
    if (sigaction (fatal[i], NULL, &present) == 0 && present.sa_handler != SIG_IGN)
      set_handler (fatal[i], end_by);
}

static void stop (gint signal_number);

/* In the foreground again, perhaps. */
static void
go_on (gint signal_number)
{
  const gint kept = errno;

  is_away = 1;
  if (is_raw && terminal_is_ours ())
    tcsetattr (STDIN_FILENO, TCSANOW, &raw);
  set_handler (SIGTSTP, stop);
  errno = kept;
}

/* Comes back from the signal once the program goes on, or at once where nobody could make it go on. */
static void
stop (gint signal_number)
{
  sigset_t set;

  restore ();
  signal (SIGTSTP, SIG_DFL);
  raise (SIGTSTP);
  sigemptyset (&set);
  sigaddset (&set, SIGTSTP);
  pthread_sigmask (SIG_UNBLOCK, &set, NULL);
  go_on (SIGCONT);
}

/* What is typed in the foreground is not for us in the background; who reads it there is stopped. */
static gboolean
take_input (gint fd, GIOCondition condition, gpointer data)
{
  gchar bytes[64];
  gssize n;

  if (!terminal_is_ours ()) {
    is_away = 1;
    source = 0;
    return G_SOURCE_REMOVE;
  }
  n = read (fd, bytes, sizeof bytes);
  if (n < 0 && (errno == EINTR || errno == EAGAIN))
    return G_SOURCE_CONTINUE;
  if (n <= 0) {
    source = 0;
    return G_SOURCE_REMOVE;
  }
  /* Keys that are no character send several, of which the first is an escape. */
  if (bytes[0] == '\033' && n > 1)
    return G_SOURCE_CONTINUE;
  for (gssize i = 0; i < n; i++) {
    const gchar key[2] = { bytes[i], '\0' };

    if (g_ascii_isprint (bytes[i]) || bytes[i] == '\033')
      key_func (key, key_data);
  }
  return G_SOURCE_CONTINUE;
}

static gboolean
look (gpointer data)
{
  if (!is_away || !terminal_is_ours ())
    return G_SOURCE_CONTINUE;
  is_away = 0;
  tcsetattr (STDIN_FILENO, TCSANOW, &raw);
  if (!source)
    source = g_unix_fd_add (STDIN_FILENO, G_IO_IN | G_IO_HUP, take_input, NULL);
  return G_SOURCE_CONTINUE;
}

gboolean
terminal_open (TerminalKey func, gpointer data)
{
  if (!terminal_is_ours () || tcgetattr (STDIN_FILENO, &before) < 0)
    return FALSE;
  raw = before;
  raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
  raw.c_cc[VMIN] = 1;
  raw.c_cc[VTIME] = 0;
  key_func = func;
  key_data = data;
  set_fatal_handlers ();
  set_handler (SIGTSTP, stop);
  set_handler (SIGCONT, go_on);
  atexit (restore);
  is_raw = 1;
  if (tcsetattr (STDIN_FILENO, TCSANOW, &raw) < 0) {
    terminal_close ();
    return FALSE;
  }
  source = g_unix_fd_add (STDIN_FILENO, G_IO_IN | G_IO_HUP, take_input, NULL);
  look_source = g_timeout_add (LOOK_MS, look, NULL);
  return TRUE;
}

void
terminal_close (void)
{
  if (source)
    g_source_remove (source);
  if (look_source)
    g_source_remove (look_source);
  source = look_source = 0;
  restore ();
  is_raw = 0;
}
